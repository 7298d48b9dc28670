/** The points of a map: where they are, which are shown, and which is nearest. */

export class Points {
  /**
   * @param {Float32Array} positions (N, 2)
   * @param {Uint16Array | null} labels (N,)
   */
  constructor(positions, labels) {
    this.positions = positions;
    this.labels = labels;
    this.count = positions.length / 2;
    this.shown = new Uint8Array(this.count).fill(1);
    /** @type {Uint8Array | null} those within a box or lasso; null where none was drawn */
    this.selected = null;
    this.bounds = boundsOf(positions);
    this.centres = this.findCentres();
  }

  /**
   * Show only some classes; none means all.
   * @param {number[]} classes
   */
  filter(classes) {
    const wanted = new Set(classes);
    this.shown.forEach((_, i) => {
      this.shown[i] = !wanted.size || !this.labels || wanted.has(this.labels[i]) ? 1 : 0;
    });
    this.centres = this.findCentres();
  }

  /** Whether a point is drawn in its colour, rather than grey. @param {number} i */
  isBright(i) {
    return Boolean(this.shown[i] && (!this.selected || this.selected[i]));
  }

  /**
   * The shown point nearest to a place, at most so far away; -1 where there is none.
   * @param {number} x
   * @param {number} y
   * @param {number} [radius]
   */
  nearest(x, y, radius = Infinity) {
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

  /**
   * Select the shown points inside an outline; where there is none, nothing is selected.
   * @param {[number, number][]} outline
   */
  select(outline) {
    const selected = Uint8Array.from(this.shown, (shown, i) =>
      shown && isInside(outline, this.positions[2 * i], this.positions[2 * i + 1]) ? 1 : 0,
    );
    this.selected = selected.includes(1) ? selected : null;
  }

  /** The indices of the selected points. */
  get selection() {
    return this.selected ? indicesOf(this.selected) : [];
  }

  /** The middle of each class that is shown: of its coordinates, the medians. */
  findCentres() {
    /** @type {Map<number, number[]>} */
    const members = new Map();
    this.labels?.forEach((label, i) => {
      if (!this.shown[i]) return;
      const rows = members.get(label);
      if (rows) rows.push(i);
      else members.set(label, [i]);
    });
    return [...members].map(([label, rows]) => ({
      label,
      x: median(rows.map((i) => this.positions[2 * i])),
      y: median(rows.map((i) => this.positions[2 * i + 1])),
    }));
  }
}

/** @param {Uint8Array} flags */
function indicesOf(flags) {
  /** @type {number[]} */
  const indices = [];
  flags.forEach((flag, i) => flag && indices.push(i));
  return indices;
}

/** @param {number[]} values */
function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

/**
 * @param {Float32Array} positions
 * @returns {import("./view.js").Bounds}
 */
function boundsOf(positions) {
  const bounds = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
  for (let i = 0; i < positions.length; i += 2) {
    bounds.left = Math.min(bounds.left, positions[i]);
    bounds.right = Math.max(bounds.right, positions[i]);
    bounds.bottom = Math.min(bounds.bottom, positions[i + 1]);
    bounds.top = Math.max(bounds.top, positions[i + 1]);
  }
  return bounds;
}

/**
 * Whether a place lies within an outline, by the number of edges to its right.
 * @param {[number, number][]} outline
 * @param {number} x
 * @param {number} y
 */
function isInside(outline, x, y) {
  let inside = false;
  outline.forEach(([x1, y1], i) => {
    const [x2, y2] = outline[(i || outline.length) - 1];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  });
  return inside;
}
