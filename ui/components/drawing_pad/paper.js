/** Canvases of ink, and the paper of the drawing pad with its strokes and pictures in layers. */
import { contextOf } from "../shared/canvas.js";
import { element } from "../shared/dom.js";
import { SIDE } from "../shared/pixels.js";
/** @import { Point } from "../shared/view.js" */
/** @import { Picture } from "./normalise.js" */

export const SCALE = 20; // pixels of the canvas per pixel of the image: an integer, so that images stay exact
export const PAPER = SCALE * SIDE;

/** @typedef {{ points: Point[], width: number, erases: boolean }} Stroke */
/** @typedef {Stroke | Picture | null} Layer null clears the layers below it */

/** Ink whose amount, 0 to 255, is the alpha of the pixels, in the colour of the text of the page. */
export class InkCanvas {
  /** @param {number} width @param {number} height @param {Record<string, string>} [attributes] */
  constructor(width, height, attributes = {}) {
    this.canvas = element("canvas", { width, height, ...attributes });
    // Read at every frame, for which the memory of a graphics card would be slow.
    this.context = contextOf(this.canvas, { willReadFrequently: true });
  }

  /** Amount of ink of each pixel. */
  get ink() {
    const { pixels } = this;
    const ink = new Uint8Array(pixels.length / 4);
    for (let i = 0; i < ink.length; i++) ink[i] = pixels[4 * i + 3];
    return ink;
  }

  /** @param {ArrayLike<number>} ink */
  set ink(ink) {
    const image = new ImageData(this.canvas.width, this.canvas.height);
    for (let i = 0; i < ink.length; i++) image.data[4 * i + 3] = ink[i];
    this.context.putImageData(image, 0, 0);
  }

  /** Red, green, blue and alpha of each pixel. */
  get pixels() {
    return this.context.getImageData(0, 0, this.canvas.width, this.canvas.height).data;
  }

  clear() {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** Give all ink the colour of the text; its amount stays. */
  recolour() {
    this.context.save();
    this.context.globalCompositeOperation = "source-atop";
    this.context.fillStyle = getComputedStyle(this.canvas).color;
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.context.restore();
  }
}

/** Strokes and pictures in layers, drawn again without the last after Undo. */
export class Paper extends InkCanvas {
  constructor() {
    super(PAPER, PAPER, { class: "pad-paper", role: "img", "aria-label": "Your drawing", tabindex: "-1" });
    /** @type {Picture | null} below all layers, out of reach of Undo */
    this.base = null;
    /** @type {Layer[]} */
    this.layers = [];
  }

  /** The uppermost layer. */
  get top() {
    return this.layers.length ? this.layers[this.layers.length - 1] : this.base;
  }

  /** True where a picture from a file is visible, perhaps below strokes. */
  get holdsPicture() {
    const layers = [this.base, ...this.layers];
    return layers.slice(layers.lastIndexOf(null) + 1).some((layer) => layer && "ink" in layer);
  }

  /** The whole canvas. */
  get picture() {
    return { ink: this.ink, width: PAPER, height: PAPER };
  }

  /** @param {Picture | null} base */
  start(base) {
    this.base = base;
    this.layers = [];
    this.redraw();
  }

  /** @param {Layer} layer */
  add(layer) {
    this.layers.push(layer);
    this.draw(layer);
    this.recolour();
  }

  /** @returns {boolean} whether there was something to undo */
  undo() {
    if (!this.layers.length) return false;
    this.layers.pop();
    this.redraw();
    return true;
  }

  redraw() {
    for (const layer of [this.base, ...this.layers]) this.draw(layer);
    this.recolour();
  }

  /** @param {Point} point added to the uppermost stroke */
  lengthen(point) {
    const stroke = /** @type {Stroke} */ (this.top);
    stroke.points.push(point);
    this.trace(stroke, stroke.points.length - 1);
    this.recolour();
  }

  finish() {
    this.traceEnd(/** @type {Stroke} */ (this.top));
    this.recolour();
  }

  /** @param {Layer} layer */
  draw(layer) {
    if (layer && "points" in layer) {
      for (const i of layer.points.keys()) this.trace(layer, i);
      this.traceEnd(layer);
      return;
    }
    this.clear();
    if (layer) this.drawPicture(layer);
  }

  /** Draw a picture as large as fits; an enlarged one keeps its pixels square. @param {Picture} picture */
  drawPicture({ ink, width, height }) {
    const scale = PAPER / Math.max(width, height);
    const whole = new InkCanvas(width, height);
    whole.ink = ink;
    this.context.save();
    this.context.imageSmoothingEnabled = scale < 1;
    this.context.imageSmoothingQuality = "high";
    const [across, down] = [width * scale, height * scale];
    this.context.drawImage(whole.canvas, (PAPER - across) / 2, (PAPER - down) / 2, across, down);
    this.context.restore();
  }

  /**
   * Draw the part of a stroke that its i-th point adds: a curve between the middles of the lines from point
   * to point. The same strokes give the same pixels, drawn point by point or at once after Undo.
   * @type {(stroke: Stroke, i: number) => void}
   */
  trace(stroke, i) {
    const { points } = stroke;
    const line = new Path2D();
    if (i === 0)
      line.arc(...points[0], 0.01, 0, 7); // a dot: browsers differ in lines without length
    else {
      line.moveTo(...middle(points[Math.max(i - 2, 0)], points[i - 1]));
      line.quadraticCurveTo(...points[i - 1], ...middle(points[i - 1], points[i]));
    }
    this.stroke(stroke, line);
  }

  /** Draw the half of the last line that `trace` leaves out. @param {Stroke} stroke */
  traceEnd(stroke) {
    const { points } = stroke;
    const [before, last] = [points.at(-2) ?? points[0], points[points.length - 1]];
    const line = new Path2D();
    line.moveTo(...middle(before, last));
    line.lineTo(...last);
    this.stroke(stroke, line);
  }

  /** @type {(stroke: Stroke, line: Path2D) => void} */
  stroke({ width, erases }, line) {
    this.context.save();
    this.context.globalCompositeOperation = erases ? "destination-out" : "source-over";
    this.context.lineWidth = width;
    this.context.lineCap = "round";
    this.context.stroke(line);
    this.context.restore();
  }
}

/** @type {(a: Point, b: Point) => Point} */
function middle(a, b) {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}
