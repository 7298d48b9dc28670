/** Replay of a training: map, reconstructions, errors and gap score follow one slider. */
import { drawScaleBar } from "../shared/axis.js";
import { circle, resize } from "../shared/canvas.js";
import { button, element, oncePerFrame, say, slider } from "../shared/dom.js";
import { clamp, digits } from "../shared/numbers.js";
import { fromBase64 } from "../shared/places.js";
import { SIDE, paint, pictureCanvas } from "../shared/pixels.js";
import { Points } from "../shared/points.js";
import { fetchTensors, readTensors } from "../shared/safetensors.js";
import { Scatter } from "../shared/scatter.js";
import { css, themeOf } from "../shared/theme.js";
import { View } from "../shared/view.js";
/** @import { Theme } from "../shared/theme.js" */

/**
 * @typedef {object} Data
 * @property {string} url address of all frames, or ""
 * @property {string} now a single frame in base64 of a training under way, or ""
 * @property {string} given name of the images that the encoder receives
 */
/** @typedef {{ data: Data }} Component */
/** @typedef {ReturnType<typeof framesOf>} Frames */
/** @typedef {{ name: string, values: Float32Array, dash: number[] }} Line NaN where there is no value */
/** @typedef {{ isLogarithmic: boolean, format: (value: number) => string, unit: string }} Axis */

const PIXELS = SIDE * SIDE;
const LEFT = 44; // pixels for the numbers of the axis
const CUT_AT = 2; // epochs; from then on those within the first one are left out, as in ui/widgets/replay.py
const PLAY_SECONDS = 9; // for all frames, if that is neither too fast nor too slow
const FRAME_SECONDS = { least: 0.15, most: 0.7 };

/**
 * Frames from a file of `replay_bundle` in ui/components/wire.py.
 * @param {ReturnType<typeof readTensors>} file
 */
function framesOf({ tensors, metadata }) {
  const floats = (/** @type {string} */ name) => /** @type {Float32Array} */ (tensors[name].data);
  const bytes = (/** @type {string} */ name) => /** @type {Uint8Array} */ (tensors[name].data);
  const { score, class_names: classNames } = JSON.parse(metadata.replay);
  return {
    score: /** @type {string} */ (score),
    classNames: /** @type {string[]} */ (classNames),
    epochs: floats("epochs"),
    positions: floats("positions"),
    labels: /** @type {Uint16Array | null} */ (tensors.labels?.data ?? null),
    inputs: bytes("inputs"),
    pictures: bytes("pictures"),
    trainLosses: floats("train_losses"),
    heldOutLosses: floats("validation_losses"),
    gapScores: floats("gap_scores"),
    nImages: tensors.positions.shape[1],
    nShown: tensors.inputs.shape[0],
  };
}

export default class Replay {
  /** @param {HTMLElement} host @param {Component} component */
  constructor(host, component) {
    this.host = host;
    /** @type {Frames | null} */
    this.frames = null;
    this.url = "";
    this.at = 0; // the frame, or a place between two while it plays
    this.timer = 0;
    this.canvas = element("canvas", { class: "rp-map", role: "img" });
    this.scatter = new Scatter(this.canvas);
    const range = { min: 0, max: 0, step: 1, value: 0 };
    this.slider = slider({ ...range, "aria-label": "Epoch" }, () => this.go(this.slider.valueAsNumber));
    this.player = button("Play", () => this.toggle(), { class: "rp-play" });
    this.place = element("output");
    this.controls = element("div", { class: "rp-controls" }, this.player, this.slider, this.place);
    this.given = element("p", { class: "rp-name" });
    /** @type {HTMLCanvasElement[]} */
    this.inputs = [];
    /** @type {HTMLCanvasElement[]} */
    this.pictures = [];
    this.rows = element("div", { class: "rp-rows" });
    const isShare = () => this.frames?.score.startsWith("share");
    this.errors = new Curves("Training error and held-out error by epoch", {
      isLogarithmic: true,
      format: (value) => (value < 1e5 ? digits(value) : value.toExponential(1)),
      unit: " nats",
    });
    this.gap = new Curves("Gap score by epoch", {
      isLogarithmic: false,
      format: (value) => (isShare() ? `${digits(100 * value)} %` : digits(value)),
      unit: "",
    });
    this.curves = element("div", { class: "rp-curves" }, this.errors.element, this.gap.element);
    this.side = element("div", { class: "rp-side" }, this.rows, this.curves);
    this.note = element("p", { class: "rp-note", role: "status" });
    const body = element("div", { class: "rp-body" }, this.canvas, this.side);
    host.replaceChildren(this.controls, body, this.note);
    this.redraw = oncePerFrame(() => this.draw());
    this.sizes = new ResizeObserver(() => this.redraw());
    this.sizes.observe(this.canvas);
    this.sizes.observe(this.side);
    this.update(component);
  }

  /** @param {Component} component */
  update({ data }) {
    say(this.given, data.given);
    this.isLive = Boolean(data.now);
    this.controls.hidden = this.curves.hidden = this.isLive;
    if (data.now) {
      this.url = "";
      this.show(framesOf(readTensors(fromBase64(data.now).buffer)));
    } else if (data.url !== this.url) {
      this.url = data.url;
      this.fetch(data.url).catch(() => say(this.note, "The frames did not arrive. Reload the page."));
    }
    this.redraw(); // in case the theme has changed
  }

  /** @param {string} url */
  async fetch(url) {
    const file = await fetchTensors(url);
    if (this.url === url) this.show(framesOf(file));
  }

  /** @param {Frames} frames */
  show(frames) {
    this.pause();
    this.frames = frames;
    if (this.inputs.length !== frames.nShown) this.makePictures(frames.nShown);
    this.slider.max = String(this.last);
    this.host.dataset.frames = String(this.last + 1);
    say(this.note, "");
    this.go(this.last);
  }

  /** @param {number} count */
  makePictures(count) {
    const row = (/** @type {string} */ words) =>
      Array.from({ length: count }, (_, i) => pictureCanvas(`${words} ${i + 1}`));
    this.inputs = row("Held-out image");
    this.pictures = row("Its reconstruction");
    this.rows.replaceChildren(
      this.given,
      element("div", { class: "rp-row" }, ...this.inputs),
      element("p", { class: "rp-name" }, "Reconstruction"),
      element("div", { class: "rp-row" }, ...this.pictures),
    );
  }

  /** @param {number} at */
  go(at) {
    this.at = at;
    this.slider.value = String(this.frame);
    this.slider.setAttribute("aria-valuetext", this.words);
    say(this.place, this.words);
    this.host.dataset.frame = String(this.frame);
    this.redraw();
  }

  get frame() {
    return Math.round(this.at);
  }

  get last() {
    return (this.frames?.epochs.length ?? 1) - 1;
  }

  get words() {
    const epoch = this.frames?.epochs[this.frame] ?? 0;
    if (epoch === 0) return "before training";
    return epoch === 1 ? "after 1 epoch" : `after ${digits(epoch)} epochs`;
  }

  toggle() {
    if (this.timer) return this.pause();
    if (this.at >= this.last) this.go(0);
    say(this.player, "Pause");
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const { least, most } = FRAME_SECONDS;
    const seconds = isCalm ? most : clamp(PLAY_SECONDS / (this.last + 1), least, most);
    const from = this.at;
    const started = performance.now();
    const tick = (/** @type {number} */ now) => {
      const at = Math.min(from + (now - started) / 1000 / seconds, this.last);
      const next = isCalm ? Math.floor(at) : at; // in steps, for visitors who prefer less motion
      if (next !== this.at) this.go(next);
      if (at >= this.last) return this.pause();
      this.timer = requestAnimationFrame(tick);
    };
    this.timer = requestAnimationFrame(tick);
  }

  pause() {
    cancelAnimationFrame(this.timer);
    this.timer = 0;
    say(this.player, "Play");
  }

  draw() {
    const { frames, frame } = this;
    if (!frames) return;
    const theme = themeOf(this.host);
    this.drawMap(frames, theme);
    for (let i = 0; i < frames.nShown; i++) {
      const at = (/** @type {number} */ row) => [row * PIXELS, (row + 1) * PIXELS];
      paint(this.inputs[i], frames.inputs.subarray(...at(i)), theme.dark);
      paint(this.pictures[i], frames.pictures.subarray(...at(frame * frames.nShown + i)), theme.dark);
    }
    if (this.isLive) return;
    const errors = [
      { name: "training error (dotted)", values: frames.trainLosses, dash: [2, 3] },
      { name: "held-out error", values: frames.heldOutLosses, dash: [] },
    ];
    this.errors.draw(theme, frames.epochs, errors, frame);
    const scores = [{ name: frames.score, values: frames.gapScores, dash: [] }];
    this.gap.draw(theme, frames.epochs, scores, frame);
  }

  /**
   * Draw the map to its own scale: frames differ in size by powers of ten.
   * @type {(frames: Frames, theme: Theme) => void}
   */
  drawMap(frames, theme) {
    const { context, width, height, ratio } = resize(this.canvas);
    if (!width || !height) return;
    const points = new Points(positionsAt(frames, this.at), frames.labels);
    const view = new View(points.bounds);
    view.resize(width, height);
    const { classNames } = frames;
    this.scatter.draw({ points, classNames, view, theme, ratio, layer: "none" });
    drawScaleBar(context, view, theme);
    const { left, right } = points.bounds;
    const words = `The codes of ${frames.nImages} held-out images on their map`;
    this.canvas.setAttribute("aria-label", `${words}, ${digits(right - left)} wide, ${this.words}`);
  }

  close() {
    this.pause();
    this.sizes.disconnect();
  }
}

/** Positions at a frame, or between two. @type {(frames: Frames, at: number) => Float32Array} */
function positionsAt({ positions, nImages }, at) {
  const frame = (/** @type {number} */ i) => positions.subarray(2 * nImages * i, 2 * nImages * (i + 1));
  const [from, to] = [frame(Math.floor(at)), frame(Math.ceil(at))];
  return from.map((value, i) => value + (at % 1) * (to[i] - value));
}

/** Curves by epoch, with a marker at the frame that is shown and its values in words. */
class Curves {
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
