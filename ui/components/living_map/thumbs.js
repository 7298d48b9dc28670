/** Thumbnails: the real images in place of the points, where the view holds few enough of them. */
import { contextOf } from "../shared/canvas.js";
import { element } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";
import { SIDE, inkOf } from "../shared/pixels.js";
import { colourOf, css } from "../shared/theme.js";
/** @import { Images } from "./space.js" */
/** @import { Stage } from "./stage.js" */
/** @import { Points } from "../shared/points.js" */

const ALL_SHOWN = 140; // images in view up to which all are drawn in full
const NONE_SHOWN = 240; // and from which points are drawn alone; between them they fade
const SPREAD = 0.6; // side of an image, of the distance that as many would have in an even pattern
const SMALLEST = 16; // pixels
const LARGEST = 36;
const PAPER = 0.9; // opacity of the ground below the ink
const MOST_KEPT = 2000; // pictures with their ink

export class Thumbs {
  /** @param {Images | null} images */
  constructor(images) {
    this.images = images;
    this.side = 0; // of the images that are drawn, pixels; 0 where points are
    /** @type {Map<number, HTMLCanvasElement>} by row, in one ink */
    this.pictures = new Map();
    this.ink = "";
  }

  /** Draw over the points. @param {Stage} stage */
  draw(stage) {
    this.side = 0;
    const { points, view } = stage;
    const rows = points && this.images ? rowsInView(points, stage) : [];
    if (!rows.length || rows.length >= NONE_SHOWN) return;
    this.side = clamp(SPREAD * Math.sqrt((view.width * view.height) / rows.length), SMALLEST, LARGEST);
    const { context } = stage.scatter;
    context.save();
    context.globalAlpha = clamp((NONE_SHOWN - rows.length) / (NONE_SHOWN - ALL_SHOWN), 0, 1);
    for (const row of rows) if (points?.isBright(row)) this.drawOne(stage, row);
    context.restore();
  }

  /** @type {(stage: Stage, row: number) => void} */
  drawOne(stage, row) {
    const picture = this.pictureOf(row, stage);
    if (!picture || !stage.points) return;
    const { scatter, theme, view, points } = stage;
    const [x, y] = view.toScreen(points.at(row));
    const box = /** @type {const} */ ([x - this.side / 2, y - this.side / 2, this.side, this.side]);
    const { context } = scatter;
    context.fillStyle = css(theme.paper, PAPER);
    context.fillRect(...box);
    context.drawImage(picture, ...box);
    context.strokeStyle = colourOf(points.labels?.[row] ?? 0);
    context.lineWidth = 2;
    context.strokeRect(...box);
  }

  /**
   * Picture of a row; null where it has to be fetched, after which the stage is drawn again.
   * @type {(row: number, stage: Stage) => HTMLCanvasElement | null}
   */
  pictureOf(row, { theme, redraw }) {
    const ink = css(theme.ink);
    if (ink !== this.ink || this.pictures.size > MOST_KEPT) this.pictures.clear();
    this.ink = ink;
    const kept = this.pictures.get(row);
    if (kept) return kept;
    const pixels = this.images?.peek(row, redraw);
    if (!pixels) return null;
    const canvas = element("canvas", { width: SIDE, height: SIDE });
    contextOf(canvas).putImageData(inkOf(pixels, theme.ink), 0, 0);
    this.pictures.set(row, canvas);
    return canvas;
  }
}

/** Points in view, or as many as are too many. @type {(points: Points, stage: Stage) => number[]} */
function rowsInView(points, { view }) {
  const [left, top] = view.toMap([0, 0]);
  const [right, bottom] = view.toMap([view.width, view.height]);
  const rows = [];
  for (let i = 0; i < points.count && rows.length < NONE_SHOWN; i++) {
    const [x, y] = [points.positions[2 * i], points.positions[2 * i + 1]];
    if (x > left && x < right && y > bottom && y < top) rows.push(i);
  }
  return rows;
}
