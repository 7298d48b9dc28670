/** Visible part of a plot: its centre and its scale in pixels per unit, one scale for both axes. */
import { clamp } from "./numbers.js";

const MOST_ZOOM = 400; // times the scale at which everything fits
const LEAST_ZOOM = 0.4;
const MARGIN = 0.06; // of the smaller side, left free around the points

/** @typedef {[number, number]} Point x and y in the plot, or pixels from the left and the top */
/** @typedef {{ left: number, right: number, bottom: number, top: number }} Bounds */

export class View {
  /** @param {Bounds} bounds of all that can be seen */
  constructor(bounds) {
    this.bounds = bounds;
    this.width = 1;
    this.height = 1;
    this.x = 0;
    this.y = 0;
    this.scale = 1;
    this.moved = false; // whether the visitor has chosen a part
    this.fit();
  }

  /** Show everything. */
  fit() {
    const { left, right, bottom, top } = this.bounds;
    this.x = (left + right) / 2;
    this.y = (bottom + top) / 2;
    this.scale = this.fittingScale;
    this.moved = false;
  }

  get fittingScale() {
    const { left, right, bottom, top } = this.bounds;
    const free = 1 - 2 * MARGIN;
    return Math.min((this.width * free) / (right - left || 1), (this.height * free) / (top - bottom || 1));
  }

  /** @type {(width: number, height: number) => void} */
  resize(width, height) {
    const zoom = this.scale / this.fittingScale;
    this.width = width;
    this.height = height;
    if (this.moved) this.scale = this.fittingScale * zoom;
    else this.fit();
  }

  /** Pixels of a point in the plot. @type {(point: Point) => Point} */
  toScreen([x, y]) {
    return [this.width / 2 + (x - this.x) * this.scale, this.height / 2 - (y - this.y) * this.scale];
  }

  /** Point in the plot of one in pixels. @type {(point: Point) => Point} */
  toMap([left, top]) {
    return [this.x + (left - this.width / 2) / this.scale, this.y - (top - this.height / 2) / this.scale];
  }

  /** @param {Point} by pixels to the right and down */
  pan([right, down]) {
    this.x -= right / this.scale;
    this.y += down / this.scale;
    this.keepInSight();
  }

  /** Zoom about a place on screen, which stays where it is. @type {(factor: number, at: Point) => void} */
  zoom(factor, at) {
    const [x, y] = this.toMap(at);
    const fitting = this.fittingScale;
    const scale = clamp(this.scale * factor, fitting * LEAST_ZOOM, fitting * MOST_ZOOM);
    this.x = x - ((x - this.x) * this.scale) / scale;
    this.y = y - ((y - this.y) * this.scale) / scale;
    this.scale = scale;
    this.keepInSight();
  }

  keepInSight() {
    const { left, right, bottom, top } = this.bounds;
    this.x = clamp(this.x, left, right);
    this.y = clamp(this.y, bottom, top);
    this.moved = true;
  }

  /** The view in the notation of links, centre and zoom; "" where everything is shown. */
  get text() {
    if (!this.moved) return "";
    const numbers = [this.x, this.y, this.scale / this.fittingScale];
    return numbers.map((number) => String(Number(number.toPrecision(5)))).join(",");
  }

  /** @param {string} text */
  set text(text) {
    if (text === this.text) return;
    const [x, y, zoom] = text.split(",").map(Number);
    this.fit();
    if (!text || ![x, y, zoom].every(Number.isFinite)) return;
    this.x = x;
    this.y = y;
    this.scale = this.fittingScale * clamp(zoom, LEAST_ZOOM, MOST_ZOOM);
    this.keepInSight();
  }
}
