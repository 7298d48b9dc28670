/** The drawn map: behind the points a layer and the axes, before them pins, path and ring. */
import { element, oncePerFrame } from "../shared/dom.js";
import { Scatter, radiusOf } from "./scatter.js";
import { colourOf, css, themeOf } from "../shared/theme.js";
import { View } from "./view.js";

const MOST_RATIO = 2; // device pixels per CSS pixel that are worth computing
const MOST_NAMED_CLASSES = 30;
const PIN_RADIUS = 12;

/**
 * What lies before the points, in places of the map.
 * @typedef {object} Marks
 * @property {number} ring the index of the point that is ringed; -1 for none
 * @property {[number, number] | null} pointer
 * @property {{ letter: string, at: [number, number] }[]} pins
 * @property {[number, number][]} path
 * @property {[number, number][]} crosses
 * @property {[number, number][]} outline of a box or lasso while it is drawn
 */

export class Stage {
  /**
   * @param {HTMLElement} host whose colours are used
   * @param {(stage: Stage) => void} drawBack draws the layer behind the points
   */
  constructor(host, drawBack) {
    this.host = host;
    this.drawBack = drawBack;
    const canvas = (/** @type {string} */ name) => element("canvas", { class: `lm-canvas lm-${name}` });
    this.back = canvas("back");
    this.middle = canvas("points");
    this.front = canvas("front");
    this.canvases = [this.back, this.middle, this.front];
    this.element = element("div", { class: "lm-stage", tabindex: 0, role: "application" }, ...this.canvases);
    this.scatter = new Scatter(this.middle);
    this.view = new View({ left: -1, right: 1, bottom: -1, top: 1 });
    /** @type {import("./points.js").Points | null} */
    this.points = null;
    /** @type {string[]} */
    this.classNames = [];
    /** @type {[string, string]} */
    this.axes = ["", ""];
    /** @type {Marks} */
    this.marks = { ring: -1, pointer: null, pins: [], path: [], crosses: [], outline: [] };
    this.theme = themeOf(host);
    this.layer = "none"; // what is behind the points
    this.ratio = 1;
    this.redraw = oncePerFrame(() => this.drawAll());
    this.redrawFront = oncePerFrame(() => this.drawFront());
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.element);
  }

  /** @param {import("./points.js").Points} points */
  setPoints(points) {
    const isFirst = !this.points;
    this.points = points;
    const { text } = this.view;
    this.view = new View(points.bounds);
    this.view.resize(this.element.clientWidth || 1, this.element.clientHeight || 1);
    if (!isFirst) this.view.text = text;
    this.redraw();
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width || !height) return;
    this.ratio = Math.min(devicePixelRatio || 1, MOST_RATIO);
    this.view.resize(width, height);
    for (const canvas of this.canvases) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
    }
    this.drawAll();
  }

  drawAll() {
    this.theme = themeOf(this.host);
    this.clear(this.back);
    this.drawBack(this);
    this.drawAxes();
    if (this.points) this.scatter.draw(this.points, this.view, this.theme, this.ratio, this.layer);
    this.drawNames(this.contextOf(this.middle));
    this.drawFront();
  }

  /**
   * A canvas made empty, and what draws on it in CSS pixels.
   * @param {HTMLCanvasElement} canvas
   */
  clear(canvas) {
    const context = this.contextOf(canvas);
    context.clearRect(0, 0, this.view.width, this.view.height);
    return context;
  }

  /** @param {HTMLCanvasElement} canvas */
  contextOf(canvas) {
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return context;
  }

  drawAxes() {
    const context = this.contextOf(this.back);
    const { width, height } = this.view;
    const [left, bottom] = this.view.toMap(0, height);
    const [right, top] = this.view.toMap(width, 0);
    /** @type {[string, number, number][]} */
    const names = [];
    context.strokeStyle = css(this.theme.ink, 0.1);
    context.lineWidth = 1;
    context.beginPath();
    for (const x of ticks(left, right, width)) {
      const at = Math.round(this.view.toScreen(x, 0)[0]) + 0.5;
      context.moveTo(at, 0);
      context.lineTo(at, height);
      names.push([tickText(x), at + 3, height - 5]);
    }
    for (const y of this.axes[1] ? ticks(bottom, top, height) : []) {
      const at = Math.round(this.view.toScreen(0, y)[1]) + 0.5;
      context.moveTo(0, at);
      context.lineTo(width, at);
      names.push([tickText(y), 4, at - 4]);
    }
    context.stroke();
    this.drawAxisNames(context, names);
  }

  /**
   * The numbers and names of the axes, in a halo that keeps them legible on any layer.
   * @param {CanvasRenderingContext2D} context
   * @param {[string, number, number][]} numbers each with where it begins
   */
  drawAxisNames(context, numbers) {
    const { width, height } = this.view;
    context.font = `12px ${this.theme.font}`;
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.strokeStyle = css(this.theme.paper);
    context.fillStyle = css(this.theme.ink, 0.8);
    for (const [text, left, top] of numbers) inHalo(context, text, left, top);
    if (this.axes[1]) inHalo(context, `↑ ${this.axes[1]}`, 6, 16);
    context.textAlign = "right";
    inHalo(context, `${this.axes[0]} →`, width - 6, height - 20);
    context.textAlign = "left";
  }

  drawFront() {
    const context = this.clear(this.front);
    this.drawCrosses(context);
    this.drawPath(context);
    this.drawOutline(context);
    this.drawRing(context);
    this.drawPointer(context);
    for (const { letter, at } of this.marks.pins) this.drawPin(context, letter, this.view.toScreen(...at));
  }

  /** @param {CanvasRenderingContext2D} context */
  drawNames(context) {
    const centres = this.points?.centres ?? [];
    if (centres.length > MOST_NAMED_CLASSES) return;
    context.font = `600 16px ${this.theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 4;
    context.strokeStyle = css(this.theme.paper, 0.85);
    context.fillStyle = css(this.theme.ink);
    for (const { label, x, y } of centres) {
      const [left, top] = this.view.toScreen(x, y);
      inHalo(context, this.classNames[label], left, top);
    }
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
  }

  /** @param {CanvasRenderingContext2D} context */
  drawCrosses(context) {
    context.beginPath();
    for (const place of this.marks.crosses) {
      const [left, top] = this.view.toScreen(...place);
      context.moveTo(left - 3, top - 3);
      context.lineTo(left + 3, top + 3);
      context.moveTo(left - 3, top + 3);
      context.lineTo(left + 3, top - 3);
    }
    context.lineWidth = 1.2;
    context.strokeStyle = css(this.theme.ink, 0.8);
    context.stroke();
  }

  /** @param {CanvasRenderingContext2D} context */
  drawPath(context) {
    this.line(context, this.marks.path, 5, css(this.theme.paper, 0.8));
    this.line(context, this.marks.path, 2, css(this.theme.ink));
  }

  /** @param {CanvasRenderingContext2D} context */
  drawOutline(context) {
    context.setLineDash([5, 4]);
    this.line(context, [...this.marks.outline, ...this.marks.outline.slice(0, 1)], 1.5, css(this.theme.ink));
    context.setLineDash([]);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {[number, number][]} places
   * @param {number} width
   * @param {string} style
   */
  line(context, places, width, style) {
    context.beginPath();
    places.forEach((place) => context.lineTo(...this.view.toScreen(...place)));
    context.lineWidth = width;
    context.strokeStyle = style;
    context.stroke();
  }

  /** @param {CanvasRenderingContext2D} context */
  drawRing(context) {
    const { ring } = this.marks;
    if (!this.points || ring < 0) return;
    const [left, top] = this.view.toScreen(...this.placeOfPoint(ring));
    const label = this.points.labels?.[ring] ?? 0;
    const radius = radiusOf(this.points.count, this.view);
    circle(context, left, top, radius + 1);
    context.fillStyle = colourOf(label);
    context.fill();
    circle(context, left, top, radius + 5);
    context.lineWidth = 4.5;
    context.strokeStyle = css(this.theme.paper);
    context.stroke();
    context.lineWidth = 2.5;
    context.strokeStyle = css(this.theme.ink);
    context.stroke();
  }

  /** @param {CanvasRenderingContext2D} context */
  drawPointer(context) {
    if (!this.marks.pointer) return;
    const [left, top] = this.view.toScreen(...this.marks.pointer);
    context.beginPath();
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ]) {
      context.moveTo(left + 3 * dx, top + 3 * dy);
      context.lineTo(left + 10 * dx, top + 10 * dy);
    }
    context.lineWidth = 1.5;
    context.strokeStyle = css(this.theme.ink);
    context.stroke();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {string} letter
   * @param {[number, number]} at
   */
  drawPin(context, letter, [left, top]) {
    circle(context, left, top, PIN_RADIUS);
    context.fillStyle = this.theme.accent;
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = css(this.theme.paper);
    context.stroke();
    context.font = `700 14px ${this.theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = "#fff";
    context.fillText(letter, left, top + 1);
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
  }

  /**
   * @param {number} index
   * @returns {[number, number]}
   */
  placeOfPoint(index) {
    const { positions } = /** @type {import("./points.js").Points} */ (this.points);
    return [positions[2 * index], positions[2 * index + 1]];
  }

  close() {
    this.sizes.disconnect();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} left
 * @param {number} top
 */
function inHalo(context, text, left, top) {
  context.strokeText(text, left, top);
  context.fillText(text, left, top);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} left
 * @param {number} top
 * @param {number} radius
 */
function circle(context, left, top, radius) {
  context.beginPath();
  context.arc(left, top, radius, 0, 2 * Math.PI);
}

/**
 * Round numbers between two ends, some 100 pixels apart.
 * @param {number} start
 * @param {number} end
 * @param {number} pixels
 */
function ticks(start, end, pixels) {
  const wanted = ((end - start) / pixels) * 100;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = ([1, 2, 5].find((factor) => factor * power >= wanted) ?? 10) * power;
  const first = Math.ceil(start / step);
  return Array.from(
    { length: Math.max(0, Math.floor(end / step) - first + 1) },
    (_, i) => (first + i) * step,
  );
}

/** @param {number} value */
function tickText(value) {
  return String(Number(value.toPrecision(6))).replace("-", "−");
}
