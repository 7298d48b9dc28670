/** What part of the map is seen: its centre and the pixels per unit, one for both axes. */

const MOST_ZOOM = 400; // times the scale at which everything fits
const LEAST_ZOOM = 0.4;
const MARGIN = 0.06; // of the smaller side, left free around the points

/** @typedef {{ left: number, right: number, bottom: number, top: number }} Bounds */

export class View {
  /** @param {Bounds} bounds what there is to see */
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

  /** See everything. */
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

  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    const zoom = this.scale / this.fittingScale;
    this.width = width;
    this.height = height;
    if (this.moved) this.scale = this.fittingScale * zoom;
    else this.fit();
  }

  /**
   * The place on screen, in pixels from the top left.
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]}
   */
  toScreen(x, y) {
    return [this.width / 2 + (x - this.x) * this.scale, this.height / 2 - (y - this.y) * this.scale];
  }

  /**
   * The place on the map.
   * @param {number} left
   * @param {number} top
   * @returns {[number, number]}
   */
  toMap(left, top) {
    return [this.x + (left - this.width / 2) / this.scale, this.y - (top - this.height / 2) / this.scale];
  }

  /**
   * @param {number} right pixels
   * @param {number} down
   */
  pan(right, down) {
    this.x -= right / this.scale;
    this.y += down / this.scale;
    this.keepInSight();
  }

  /**
   * @param {number} factor
   * @param {number} left the place on screen that stays where it is
   * @param {number} top
   */
  zoom(factor, left, top) {
    const [x, y] = this.toMap(left, top);
    const scale = Math.min(
      Math.max(this.scale * factor, this.fittingScale * LEAST_ZOOM),
      this.fittingScale * MOST_ZOOM,
    );
    this.x = x - ((x - this.x) * this.scale) / scale;
    this.y = y - ((y - this.y) * this.scale) / scale;
    this.scale = scale;
    this.keepInSight();
  }

  keepInSight() {
    const { left, right, bottom, top } = this.bounds;
    this.x = Math.min(Math.max(this.x, left), right);
    this.y = Math.min(Math.max(this.y, bottom), top);
    this.moved = true;
  }

  /** The view as a link keeps it: centre and zoom; "" where everything is seen. */
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
    this.scale = this.fittingScale * Math.min(Math.max(zoom, LEAST_ZOOM), MOST_ZOOM);
    this.keepInSight();
  }
}
