/** Scales of round numbers: grid lines with their numbers, and a scale bar. */
import { haloText } from "./canvas.js";
import { digits, withMinus } from "./numbers.js";
import { css } from "./theme.js";
/** @import { Context } from "./canvas.js" */
/** @import { Theme } from "./theme.js" */
/** @import { Point, View } from "./view.js" */

const SPACING = 100; // pixels between grid lines, at least
const NAME_ROOM = 36; // pixels from the top in which no number stands, for the name of y

/** Smallest of 1, 2 and 5 times a power of ten that is not below a number. @param {number} least */
function roundUp(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((factor) => factor * power >= least) ?? 10) * power;
}

/** Multiples of a step from start to end. @type {(start: number, end: number, step: number) => number[]} */
function ticks(start, end, step) {
  const first = Math.ceil(start / step);
  const count = Math.max(0, Math.floor(end / step) - first + 1);
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}

/**
 * Grid lines over the whole view, with their numbers and the names of x and y; without a name y has none.
 * @type {(context: Context, view: View, theme: Theme, names: [string, string]) => void}
 */
export function drawAxes(context, view, theme, [xName, yName]) {
  const { width, height } = view;
  const [left, bottom] = view.toMap([0, height]);
  const [right, top] = view.toMap([width, 0]);
  const step = roundUp(SPACING / view.scale);
  /** @type {[string, Point][]} */
  const texts = yName ? [[`↑ ${yName}`, [6, 16]]] : [];
  context.strokeStyle = css(theme.ink, 0.1);
  context.lineWidth = 1;
  context.beginPath();
  for (const x of ticks(left, right, step)) {
    const at = Math.round(view.toScreen([x, 0])[0]) + 0.5;
    context.moveTo(at, 0);
    context.lineTo(at, height);
    texts.push([tickText(x), [at + 3, height - 5]]);
  }
  for (const y of yName ? ticks(bottom, top, step) : []) {
    const at = Math.round(view.toScreen([0, y])[1]) + 0.5;
    context.moveTo(0, at);
    context.lineTo(width, at);
    if (at > NAME_ROOM * theme.zoom) texts.push([tickText(y), [4, at - 4]]);
  }
  context.stroke();
  context.font = `${12 * theme.zoom}px ${theme.font}`;
  context.strokeStyle = css(theme.paper);
  context.fillStyle = css(theme.ink, 0.8);
  context.textAlign = "left";
  for (const [text, at] of texts) haloText(context, text, at);
  context.textAlign = "right";
  haloText(context, `${xName} →`, [width - 6, height - 20 * theme.zoom]);
}

/**
 * Scale bar in the lower left corner, a round length between a tenth and a quarter of the width.
 * @type {(context: Context, view: View, theme: Theme) => void}
 */
export function drawScaleBar(context, { width, height, scale }, theme) {
  const length = roundUp(width / 10 / scale);
  context.fillStyle = context.strokeStyle = css(theme.ink, 0.8);
  context.lineWidth = 2;
  context.strokeRect(10, height - 11, length * scale, 0);
  context.font = `${13 * theme.zoom}px ${theme.font}`;
  context.textAlign = "left";
  context.fillText(digits(length), 10, height - 22);
}

/** @param {number} value */
function tickText(value) {
  return withMinus(String(Number(value.toPrecision(6))));
}
