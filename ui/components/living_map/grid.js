/** Decoded grid: a picture in every cell of the plane; cells are halved as the view zooms in. */
import { contextOf } from "../shared/canvas.js";
import { element } from "../shared/dom.js";
import { SIDE, inkOf } from "../shared/pixels.js";
/** @import { Model } from "../decoder/model.js" */
/** @import { Plane } from "../decoder/plane.js" */
/** @import { Point } from "../shared/view.js" */
/** @import { Stage } from "./stage.js" */

const CELLS = 18; // decoded pictures across the view, at most
const SMALLEST_CELL = 28; // pixels
const AT_ONCE = 4; // pictures per request, so that the worker is soon free for the pointer
const MOST_PICTURES = 3000;
const STRENGTH = 0.5; // of the ink, so that the points are brighter

export class Grid {
  /** @param {Model} model @param {Plane} plane @param {Float32Array} base @param {Stage} stage */
  constructor(model, plane, base, stage) {
    this.model = model;
    this.plane = plane;
    this.base = base;
    this.stage = stage;
    /** @type {Map<string, Float32Array>} */
    this.pictures = new Map();
    /** @type {{ key: string, at: Point }[]} */
    this.missing = [];
    this.isBusy = false;
    this.isClosed = false;
  }

  /** Draw the pictures that are here, and decode others. */
  draw() {
    const { back: context, view, theme } = this.stage;
    const power = Math.ceil(Math.log2(Math.max(SMALLEST_CELL, view.width / CELLS) / view.scale));
    const size = 2 ** power;
    const [left, top] = view.toMap([0, 0]);
    const [right, bottom] = view.toMap([view.width, view.height]);
    const side = size * view.scale - 2;
    const canvas = element("canvas", { width: SIDE, height: SIDE });
    context.save();
    context.imageSmoothingEnabled = false;
    context.globalAlpha = STRENGTH;
    this.missing = [];
    for (let row = Math.floor(bottom / size); row * size < top; row++)
      for (let column = Math.floor(left / size); column * size < right; column++) {
        const key = `${power} ${column} ${row}`;
        const picture = this.pictures.get(key);
        const at = /** @type {Point} */ ([(column + 0.5) * size, (row + 0.5) * size]);
        if (!picture) this.missing.push({ key, at });
        else {
          contextOf(canvas).putImageData(inkOf(picture, theme.ink), 0, 0);
          const [x, y] = view.toScreen(at);
          context.drawImage(canvas, x - side / 2, y - side / 2, side, side);
        }
      }
    context.restore();
    this.fill(view.x, view.y);
  }

  /** Decode the few missing pictures nearest to a point. @type {(x: number, y: number) => Promise<void>} */
  async fill(x, y) {
    if (this.isBusy || !this.missing.length || this.isClosed) return;
    this.isBusy = true;
    const distance = (/** @type {Point} */ at) => Math.hypot(at[0] - x, at[1] - y);
    const cells = this.missing.sort((a, b) => distance(a.at) - distance(b.at)).slice(0, AT_ONCE);
    const pictures = await this.model.decode(cells.map(({ at }) => this.plane.invert(at, this.base)));
    this.isBusy = false;
    if (this.isClosed) return;
    if (this.pictures.size > MOST_PICTURES) this.pictures.clear();
    cells.forEach(({ key }, i) => this.pictures.set(key, pictures[i]));
    this.stage.redraw();
  }
}
