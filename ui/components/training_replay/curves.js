/** Curves by epoch, with a marker at the frame that is shown and its values in words. */
import { circle, resize } from "../shared/canvas.js";
import { element, say } from "../shared/dom.js";
import { digits } from "../shared/numbers.js";
import { css } from "../shared/theme.js";
/** @import { Theme } from "../shared/theme.js" */

const LEFT = 44; // pixels for the numbers of the axis
const CUT_AT = 2; // epochs; from then on those within the first one are left out, as in ui/replay_view.py

/** @typedef {{ name: string, values: Float32Array, dash: number[] }} Line NaN where there is no value */
/** @typedef {{ isLogarithmic: boolean, format: (value: number) => string, unit: string }} Axis */

export class Curves {
  /** @param {string} words for screen readers @param {Axis} axis */
  constructor(words, axis) {
    this.axis = axis;
    this.canvas = element("canvas", { role: "img", "aria-label": words });
    this.legend = element("p", { class: "rp-legend" });
    this.element = element("div", { class: "rp-chart" }, this.legend, this.canvas);
  }

  /** @type {(theme: Theme, epochs: Float32Array, lines: Line[], frame: number) => void} */
  draw(theme, epochs, lines, frame) {
    const { format, unit, isLogarithmic } = this.axis;
    const words = (/** @type {number} */ value) => (Number.isFinite(value) ? ` ${format(value)}${unit}` : "");
    say(this.legend, lines.map(({ name, values }) => name + words(values[frame])).join(", "));
    const { context, width, height } = resize(this.canvas);
    const last = epochs[epochs.length - 1] || 1;
    const shown = [...epochs.keys()].filter((i) => epochs[i] >= 1 || last < CUT_AT);
    const values = lines.flatMap((line) => shown.map((i) => line.values[i])).filter(Number.isFinite);
    if (!values.length) return;
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const along = (/** @type {number} */ value) => (isLogarithmic ? Math.log(Math.max(value, 1e-6)) : value);
    const share = (/** @type {number} */ value) =>
      (along(value) - along(low)) / (along(high) - along(low) || 1);
    const x = (/** @type {number} */ i) => LEFT + (epochs[i] / last) * (width - LEFT - 8);
    const y = (/** @type {number} */ value) => 10 + (1 - share(value)) * (height - 34);
    context.font = `12px ${theme.font}`;
    context.fillStyle = css(theme.ink);
    context.textBaseline = "middle";
    context.textAlign = "right";
    context.fillText(format(high), LEFT - 6, y(high));
    if (high > low) context.fillText(format(low), LEFT - 6, y(low));
    context.textBaseline = "bottom";
    context.fillText(`epoch ${digits(last)}`, width - 8, height);
    context.textAlign = "left";
    context.fillText("0", LEFT, height);
    context.strokeStyle = css(theme.ink, 0.35);
    context.strokeRect(x(frame), 4, 0, height - 22);
    context.strokeStyle = css(theme.ink);
    context.lineWidth = 2;
    for (const line of lines) {
      context.setLineDash(line.dash);
      context.beginPath();
      for (const i of shown) if (Number.isFinite(line.values[i])) context.lineTo(x(i), y(line.values[i]));
      context.stroke();
      const value = line.values[frame];
      if (!(value >= low && value <= high)) continue;
      circle(context, [x(frame), y(value)], 4);
      context.fill();
    }
  }
}
