/** A training watched again: the map, eight reconstructions, errors and gap score follow one slider. */
import { digits, element, oncePerFrame, say } from "../shared/dom.js";
import { paint, pictureCanvas } from "../shared/pixels.js";
import { colourOf, css, themeOf } from "../shared/theme.js";

/**
 * What the server says of the frames; numbers that are none are null.
 * @typedef {object} Facts
 * @property {number} nImages
 * @property {number} nShown
 * @property {string} score the name of the gap score
 * @property {number[]} epochs
 * @property {(number | null)[]} trainLosses
 * @property {(number | null)[]} heldOutLosses
 * @property {(number | null)[]} gapScores
 * @property {number[]} labels
 * @property {string[]} classNames
 */
/**
 * @typedef {object} Frames
 * @property {Facts} facts
 * @property {Float32Array} positions frame by frame, image by image
 * @property {Uint8Array} inputs
 * @property {Uint8Array} pictures frame by frame
 */
/** @typedef {{ data: { url: string, now: string, given: string } }} Component */

const PIXELS = 28 * 28;
const PLAY_SECONDS = 9; // for all frames, if that is neither too fast nor too slow
const FRAME_SECONDS = { least: 0.15, most: 0.7 };
const ERRORS = { isLogarithmic: true, format: short, unit: " nats" };

/**
 * @param {ArrayBuffer} buffer as ui/replay_view.py packs it
 * @returns {Frames}
 */
export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  /** @type {Facts} */
  const facts = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const nFrames = facts.epochs.length;
  let at = 4 + length;
  const positions = new Float32Array(buffer.slice(at, (at += 8 * nFrames * facts.nImages)));
  const inputs = new Uint8Array(buffer, at, facts.nShown * PIXELS);
  const pictures = new Uint8Array(buffer, at + inputs.length, nFrames * inputs.length);
  return { facts, positions, inputs, pictures };
}

/** @param {string} text in base64 */
function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
}

/**
 * @param {HTMLElement} host
 * @param {Component} component
 */
export function mount(host, component) {
  return new Replay(host, component);
}

class Replay {
  /**
   * @param {HTMLElement} host
   * @param {Component} component
   */
  constructor(host, component) {
    this.host = host;
    /** @type {Frames | null} */
    this.frames = null;
    this.url = "";
    this.at = 0; // the frame, or a place between two while it plays
    /** @type {Box[]} */
    this.boxes = []; // of each frame
    this.timer = 0;
    this.canvas = element("canvas", { class: "rp-map", role: "img" });
    this.slider = element("input", {
      type: "range",
      min: 0,
      max: 0,
      step: 1,
      value: 0,
      "aria-label": "Epoch",
      input: () => this.go(Number(this.slider.value)),
      keydown: (event) => event.stopPropagation(), // arrow keys are the slider's, not the page's
    });
    this.player = element("button", { type: "button", class: "rp-play", click: () => this.toggle() }, "Play");
    this.place = element("output");
    this.controls = element("div", { class: "rp-controls" }, this.player, this.slider, this.place);
    this.given = element("p", { class: "rp-name" });
    /** @type {HTMLCanvasElement[]} */
    this.inputs = [];
    /** @type {HTMLCanvasElement[]} */
    this.pictures = [];
    this.rows = element("div", { class: "rp-rows" });
    this.errors = new Curves("Training error and held-out error by epoch");
    this.gap = new Curves("Gap score by epoch");
    this.curves = element("div", { class: "rp-curves" }, this.errors.element, this.gap.element);
    this.side = element("div", { class: "rp-side" }, this.rows, this.curves);
    this.note = element("p", { class: "rp-note", role: "status" });
    host.replaceChildren(
      this.controls,
      element("div", { class: "rp-body" }, this.canvas, this.side),
      this.note,
    );
    this.redraw = oncePerFrame(() => this.draw());
    this.watcher = new ResizeObserver(() => this.redraw());
    this.watcher.observe(this.canvas);
    this.watcher.observe(this.side);
    this.update(component);
  }

  /** @param {Component} component */
  update({ data }) {
    say(this.given, data.given);
    this.isLive = Boolean(data.now);
    this.controls.hidden = this.curves.hidden = this.isLive;
    if (data.now) {
      this.url = "";
      this.show(unpack(bytesOf(data.now)));
    } else if (data.url !== this.url) {
      this.url = data.url;
      this.fetch(data.url).catch(() => say(this.note, "The frames did not arrive. Reload the page."));
    }
    this.redraw(); // the theme may be another
  }

  /** @param {string} url */
  async fetch(url) {
    const response = await fetch(new URL(url, document.baseURI));
    if (!response.ok) throw new Error(String(response.status));
    const buffer = await response.arrayBuffer();
    if (this.url === url) this.show(unpack(buffer));
  }

  /** @param {Frames} frames */
  show(frames) {
    const last = frames.facts.epochs.length - 1;
    this.pause();
    this.frames = frames;
    const perFrame = 2 * frames.facts.nImages;
    this.boxes = frames.facts.epochs.map((_, frame) =>
      boxOf(frames.positions.subarray(frame * perFrame, (frame + 1) * perFrame)),
    );
    if (this.inputs.length !== frames.facts.nShown) this.makePictures(frames.facts.nShown);
    this.slider.max = String(last);
    this.host.dataset.frames = String(last + 1);
    say(this.note, "");
    this.go(last);
  }

  /** @param {number} count */
  makePictures(count) {
    const row = (/** @type {string} */ words) =>
      Array.from({ length: count }, (_, i) => pictureCanvas(`${words} ${i + 1}`));
    this.inputs = row("Held-out image");
    this.pictures = row("Its reconstruction");
    const made = element("p", { class: "rp-name" }, "Reconstruction");
    this.rows.replaceChildren(
      this.given,
      element("div", { class: "rp-row" }, ...this.inputs),
      made,
      element("div", { class: "rp-row" }, ...this.pictures),
    );
  }

  /** @param {number} at */
  go(at) {
    this.at = at;
    const frame = Math.round(at);
    this.slider.value = String(frame);
    const words = this.frames ? placeOf(this.frames.facts.epochs, frame) : "";
    this.slider.setAttribute("aria-valuetext", words);
    say(this.place, words);
    this.host.dataset.frame = String(frame);
    this.redraw();
  }

  get last() {
    return (this.frames?.facts.epochs.length ?? 1) - 1;
  }

  toggle() {
    if (this.timer) return this.pause();
    if (this.at >= this.last) this.go(0);
    say(this.player, "Pause");
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const { least, most } = FRAME_SECONDS;
    const seconds = isCalm ? most : Math.min(Math.max(PLAY_SECONDS / (this.last + 1), least), most);
    const from = this.at;
    const started = performance.now();
    const tick = (/** @type {number} */ now) => {
      const at = Math.min(from + (now - started) / 1000 / seconds, this.last);
      const next = isCalm ? Math.floor(at) : at; // in steps, where less motion is wanted
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
    if (!this.frames) return;
    const { facts, inputs, pictures } = this.frames;
    const theme = themeOf(this.host);
    const frame = Math.round(this.at);
    this.drawMap(theme);
    for (let i = 0; i < facts.nShown; i++) {
      paint(this.inputs[i], inputs.subarray(i * PIXELS, (i + 1) * PIXELS), theme.dark);
      const first = (frame * facts.nShown + i) * PIXELS;
      paint(this.pictures[i], pictures.subarray(first, first + PIXELS), theme.dark);
    }
    if (this.isLive) return;
    const named = [
      { name: "training error (dotted)", values: facts.trainLosses, dash: [2, 3] },
      { name: "held-out error", values: facts.heldOutLosses, dash: [] },
    ];
    this.errors.draw(theme, facts.epochs, named, frame, ERRORS);
    const isShare = facts.score.startsWith("share");
    const format = (/** @type {number} */ value) => (isShare ? `${digits(100 * value)} %` : digits(value));
    this.gap.draw(theme, facts.epochs, [{ name: facts.score, values: facts.gapScores, dash: [] }], frame, {
      isLogarithmic: false,
      format,
      unit: "",
    });
  }

  /** @param {import("../shared/theme.js").Theme} theme */
  drawMap(theme) {
    const { facts, positions } = /** @type {Frames} */ (this.frames);
    const { context, width, height } = sized(this.canvas);
    const from = Math.floor(this.at);
    const to = Math.min(from + 1, this.last);
    const share = this.at - from;
    const { middle, span } = between(this.boxes[from], this.boxes[to], share);
    const scale = 0.9 * Math.min(width / span[0], height / span[1]);
    const place = (/** @type {number} */ image, /** @type {number} */ axis) => {
      const start = positions[2 * (from * facts.nImages + image) + axis];
      return start + share * (positions[2 * (to * facts.nImages + image) + axis] - start);
    };
    /** @type {Map<number, number[]>} sums of x and y, and how many */
    const middles = new Map();
    for (let image = 0; image < facts.nImages; image++) {
      const x = width / 2 + scale * (place(image, 0) - middle[0]);
      const y = height / 2 - scale * (place(image, 1) - middle[1]);
      const label = facts.labels[image];
      context.fillStyle = label < 0 ? css(theme.ink, 0.6) : colourOf(label);
      context.beginPath();
      context.arc(x, y, 3, 0, 2 * Math.PI);
      context.fill();
      const [sumX, sumY, count] = middles.get(label) ?? [0, 0, 0];
      middles.set(label, [sumX + x, sumY + y, count + 1]);
    }
    context.font = `600 15px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 4;
    context.lineJoin = "round";
    for (const [label, [x, y, count]] of middles) {
      if (label < 0 || middles.size > 30) continue;
      context.strokeStyle = css(theme.paper, 0.85);
      context.strokeText(facts.classNames[label], x / count, y / count);
      context.fillStyle = css(theme.ink);
      context.fillText(facts.classNames[label], x / count, y / count);
    }
    drawRule(context, theme, scale, width, height);
    const where = `${digits(span[0])} wide, ${placeOf(facts.epochs, Math.round(this.at))}`;
    this.canvas.setAttribute(
      "aria-label",
      `The codes of ${facts.nImages} held-out images on their map, ${where}`,
    );
  }

  close() {
    this.pause();
    this.watcher.disconnect();
  }
}

/** Lines by epoch, with a marker at the frame that is shown and its values in words. */
class Curves {
  /** @param {string} words what they are, for who cannot see them */
  constructor(words) {
    this.canvas = element("canvas", { role: "img", "aria-label": words });
    this.legend = element("p", { class: "rp-legend" });
    this.element = element("div", { class: "rp-chart" }, this.legend, this.canvas);
  }

  /**
   * @param {import("../shared/theme.js").Theme} theme
   * @param {number[]} epochs
   * @param {{ name: string, values: (number | null)[], dash: number[] }[]} lines
   * @param {number} frame
   * @param {{ isLogarithmic: boolean, format: (value: number) => string, unit: string }} axis
   */
  draw(theme, epochs, lines, frame, axis) {
    const { context, width, height } = sized(this.canvas);
    const shown = epochs.map((_, i) => i).filter((i) => epochs[i] >= 1 || epochs[epochs.length - 1] < 2);
    const values = lines
      .flatMap((line) => shown.map((i) => line.values[i]))
      .filter((value) => value !== null);
    const words = (/** @type {number | null} */ value) =>
      value === null ? "" : ` ${axis.format(value)}${axis.unit}`;
    say(this.legend, lines.map((line) => line.name + words(line.values[frame])).join(", "));
    if (!values.length) return;
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const left = 44;
    const last = epochs[epochs.length - 1] || 1;
    const x = (/** @type {number} */ epoch) => left + (epoch / last) * (width - left - 8);
    const along = (/** @type {number} */ value) =>
      axis.isLogarithmic ? Math.log(Math.max(value, 1e-6)) : value;
    const share = (/** @type {number} */ value) =>
      (along(value) - along(low)) / (along(high) - along(low) || 1);
    const y = (/** @type {number} */ value) => 10 + (1 - share(value)) * (height - 34);
    context.font = `12px ${theme.font}`;
    context.fillStyle = css(theme.ink);
    context.textBaseline = "middle";
    context.textAlign = "right";
    context.fillText(axis.format(high), left - 6, y(high));
    if (high > low) context.fillText(axis.format(low), left - 6, y(low));
    context.textBaseline = "bottom";
    context.fillText(`epoch ${digits(last)}`, width - 8, height);
    context.textAlign = "left";
    context.fillText("0", left, height);
    context.strokeStyle = css(theme.ink, 0.35);
    context.beginPath();
    context.moveTo(x(epochs[frame]), 4);
    context.lineTo(x(epochs[frame]), height - 18);
    context.stroke();
    context.strokeStyle = css(theme.ink);
    context.lineWidth = 2;
    for (const line of lines) {
      context.setLineDash(line.dash);
      context.beginPath();
      for (const i of shown)
        if (line.values[i] !== null) context.lineTo(x(epochs[i]), y(Number(line.values[i])));
      context.stroke();
      const value = line.values[frame];
      if (value === null || value < low || value > high) continue;
      context.beginPath();
      context.arc(x(epochs[frame]), y(value), 4, 0, 2 * Math.PI);
      context.fill();
    }
    context.setLineDash([]);
  }
}

/**
 * Three digits, also of a training that has run away.
 * @param {number} value
 */
function short(value) {
  return value < 1e5 ? digits(value) : value.toExponential(1);
}

/**
 * @param {number[]} epochs
 * @param {number} frame
 */
export function placeOf(epochs, frame) {
  const epoch = epochs[frame];
  if (epoch === 0) return "before training";
  return epoch === 1 ? "after 1 epoch" : `after ${digits(epoch)} epochs`;
}

/** @typedef {{ middle: number[], span: number[] }} Box where the images lie along x and y */

/**
 * A box between two: frames differ in size by powers of ten, so each is drawn to its own scale.
 * @param {Box} from
 * @param {Box} to
 * @param {number} share
 * @returns {Box}
 */
function between(from, to, share) {
  const mix = (/** @type {number[]} */ a, /** @type {number[]} */ b) =>
    a.map((value, axis) => value + share * (b[axis] - value));
  return { middle: mix(from.middle, to.middle), span: mix(from.span, to.span) };
}

/**
 * A rule of a round length, which tells how large the space is that is drawn.
 * @param {CanvasRenderingContext2D} context
 * @param {import("../shared/theme.js").Theme} theme
 * @param {number} scale pixels for a unit of the code
 * @param {number} width
 * @param {number} height
 */
function drawRule(context, theme, scale, width, height) {
  const power = 10 ** Math.floor(Math.log10(width / 4 / scale));
  const length = [5, 2, 1].map((digit) => digit * power).find((each) => each * scale <= width / 4) ?? power;
  context.fillStyle = context.strokeStyle = css(theme.ink, 0.8);
  context.lineWidth = 2;
  context.strokeRect(10, height - 11, length * scale, 0);
  context.font = `13px ${theme.font}`;
  context.textAlign = "left";
  context.fillText(digits(length), 10, height - 22);
}

/**
 * The box around the images in a frame.
 * @param {Float32Array} positions
 * @returns {Box}
 */
export function boxOf(positions) {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  positions.forEach((value, i) => {
    low[i % 2] = Math.min(low[i % 2], value);
    high[i % 2] = Math.max(high[i % 2], value);
  });
  if (!positions.length) return { middle: [0, 0], span: [1, 1] };
  const middle = low.map((value, axis) => (value + high[axis]) / 2);
  return { middle, span: low.map((value, axis) => high[axis] - value || 1e-6) };
}

/**
 * A canvas cleared and sharp at its size on the page.
 * @param {HTMLCanvasElement} canvas
 */
function sized(canvas) {
  const ratio = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(ratio, ratio);
  return { context, width, height };
}
