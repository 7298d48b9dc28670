/** Points of a map: positions, labels, and which are shown or selected. */
import { median } from "./numbers.js";
/** @import { Bounds, Point } from "./view.js" */

const ROUNDING = 2 ** -10; // of a coordinate, between two codes of an atlas in half precision

export class Points {
  /** @param {Float32Array} positions (N, 2) @param {Uint16Array | null} labels (N,) */
  constructor(positions, labels) {
    this.positions = positions;
    this.labels = labels;
    this.count = positions.length / 2;
    this.shown = new Uint8Array(this.count).fill(1);
    /** @type {Uint8Array | null} 1 within a box or lasso; null where none was drawn */
    this.selected = null;
    this.bounds = boundsOf(positions);
    this.centres = this.findCentres();
    /** @type {Point[] | null} */
    this.corners = null;
  }

  /** Show only some classes; none means all. @param {number[]} classes */
  filter(classes) {
    const wanted = new Set(classes);
    const { labels } = this;
    this.shown = this.shown.map((_, i) => Number(!wanted.size || !labels || wanted.has(labels[i])));
    this.centres = this.findCentres();
  }

  /** @type {(i: number) => Point} */
  at(i) {
    return [this.positions[2 * i], this.positions[2 * i + 1]];
  }

  /** True for a point in its colour, false for a grey one. @param {number} i */
  isBright(i) {
    return Boolean(this.shown[i] && (!this.selected || this.selected[i]));
  }

  /** Nearest shown point within a radius, or -1. @type {(place: Point, radius: number) => number} */
  nearest([x, y], radius) {
    let best = radius ** 2;
    let found = -1;
    for (let i = 0; i < this.count; i++) {
      const square = (this.positions[2 * i] - x) ** 2 + (this.positions[2 * i + 1] - y) ** 2;
      if (square <= best && this.shown[i]) {
        best = square;
        found = i;
      }
    }
    return found;
  }

  /** Indices of the shown points inside an outline. @type {(outline: Point[]) => number[]} */
  inside(outline) {
    return [...this.shown.keys()].filter((i) => this.shown[i] && isInside(outline, this.at(i)));
  }

  /** Corners of the convex hull of all points (Andrew 1979), found when it is first asked for. */
  get hull() {
    this.corners ??= hullOf(Array.from({ length: this.count }, (_, i) => this.at(i)));
    return this.corners;
  }

  /** Medians of the coordinates of each class that is shown. @returns {{ label: number, at: Point }[]} */
  findCentres() {
    /** @type {Map<number, number[]>} */
    const members = new Map();
    this.labels?.forEach((label, i) => {
      if (!this.shown[i]) return;
      if (!members.has(label)) members.set(label, []);
      members.get(label)?.push(i);
    });
    return [...members].map(([label, rows]) => {
      const places = rows.map((i) => this.at(i));
      return { label, at: [median(places.map(([x]) => x)), median(places.map(([, y]) => y))] };
    });
  }
}

/**
 * Smallest bounds of positions (N, 2); where these are the same but for rounding, one unit about them, so
 * that they show as one place. See are_one_place in autoencoder/latent/projection.py.
 * @type {(positions: Float32Array) => Bounds}
 */
function boundsOf(positions) {
  if (!positions.length) return { left: -1, right: 1, bottom: -1, top: 1 };
  const bounds = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
  for (let i = 0; i < positions.length; i += 2) {
    bounds.left = Math.min(bounds.left, positions[i]);
    bounds.right = Math.max(bounds.right, positions[i]);
    bounds.bottom = Math.min(bounds.bottom, positions[i + 1]);
    bounds.top = Math.max(bounds.top, positions[i + 1]);
  }
  const { left, right, bottom, top } = bounds;
  if (!isOnePlace(left, right) || !isOnePlace(bottom, top)) return bounds;
  const [x, y] = [(left + right) / 2, (bottom + top) / 2];
  return { left: x - 0.5, right: x + 0.5, bottom: y - 0.5, top: y + 0.5 };
}

/** @type {(low: number, high: number) => boolean} */
function isOnePlace(low, high) {
  return high - low <= ROUNDING * Math.max(Math.abs(low), Math.abs(high));
}

/** @param {Point[]} points which are sorted @returns {Point[]} */
function hullOf(points) {
  points.sort(([x1, y1], [x2, y2]) => x1 - x2 || y1 - y2);
  return [...chainOf(points), ...chainOf(points.reverse())];
}

/** Corners of one side of the hull of sorted points, all but the last. @param {Point[]} points */
function chainOf(points) {
  /** @type {Point[]} */
  const chain = [];
  for (const point of points) {
    while (chain.length > 1 && !turnsLeft(chain[chain.length - 2], chain[chain.length - 1], point))
      chain.pop();
    chain.push(point);
  }
  return chain.slice(0, -1);
}

/** @type {(from: Point, over: Point, to: Point) => boolean} */
function turnsLeft([x, y], [overX, overY], [toX, toY]) {
  return (overX - x) * (toY - y) - (overY - y) * (toX - x) > 0;
}

/** Point in polygon, by the edges to its right. @type {(outline: Point[], place: Point) => boolean} */
function isInside(outline, [x, y]) {
  let inside = false;
  outline.forEach(([x1, y1], i) => {
    const [x2, y2] = outline[(i || outline.length) - 1];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  });
  return inside;
}
