/**
 * What lies behind the points: the density of the data, the gaps, or the decoded plane itself.
 *
 * Density and gaps are fields that the server computes once for all visitors; the decoded grid is drawn here,
 * picture by picture, finer the nearer one looks.
 */
import { readTensors } from "../shared/safetensors.js";
import { SIDE, inkOf } from "../shared/pixels.js";
import { css } from "../shared/theme.js";

/** @typedef {{ values: Float32Array, width: number, height: number, bounds: number[], top: number }} Field */

export const LAYERS = { none: "no layer", density: "density", gaps: "gaps", grid: "decoded grid" };
export const GAP_TOP = 3; // the value at the scale's end, one for all models

const LOOK_AGAIN = 400; // milliseconds
const CELLS = 18; // decoded pictures across the view, at most
const SMALLEST_CELL = 28; // pixels
const AT_ONCE = 4; // pictures that the worker is asked for: it shall soon be free for the pointer
const MOST_PICTURES = 3000;
// Cividis (Nunez, Anderton & Renslow 2018, doi:10.1371/journal.pone.0199239) at nine places.
const CIVIDIS = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [254, 232, 56],
];

/**
 * The colour of a value from 0 to 1.
 * @param {number} value
 */
export function cividis(value) {
  const at = Math.min(Math.max(value, 0), 1) * (CIVIDIS.length - 1);
  const low = Math.min(Math.floor(at), CIVIDIS.length - 2);
  return CIVIDIS[low].map((from, i) => Math.round(from + (CIVIDIS[low + 1][i] - from) * (at - low)));
}

/**
 * The colour of a density from 0 to 1: nothing at all where nothing is.
 * @param {number} value
 */
export function densityColour(value) {
  return [...cividis(value), Math.round(255 * Math.min(1, 5 * value))];
}

/**
 * Fetch a field; asks again while it is being computed.
 * @param {string} url
 * @param {(share: number) => void} onProgress
 * @param {() => boolean} isWanted
 * @returns {Promise<Field | null>} null where it was no longer wanted
 */
export async function fetchField(url, onProgress, isWanted) {
  while (isWanted()) {
    const response = await fetch(url);
    if (response.status === 200) return fieldOf(await response.arrayBuffer());
    if (response.status !== 202) throw new Error(`${response.status} for ${url}`);
    onProgress((await response.json()).share);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
  }
  return null;
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {Field}
 */
function fieldOf(buffer) {
  const { tensors } = readTensors(buffer);
  const [height, width] = tensors.values.shape;
  const values = /** @type {Float32Array} */ (tensors.values.data);
  return { values, width, height, bounds: [...tensors.bounds.data], top: Math.max(...values) || 1 };
}

/**
 * Draw a field, its greatest values with a hatch where they are off the data.
 * @param {CanvasRenderingContext2D} context
 * @param {import("./stage.js").Stage} stage
 * @param {Field} field
 * @param {number} top the value at the end of the scale
 * @param {boolean} isHatched whether values above 1 are hatched
 */
export function drawField(context, { view, theme }, field, top, isHatched) {
  const [left, right, bottom, upper] = field.bounds;
  const [x, y] = view.toScreen(left, upper);
  const [endX, endY] = view.toScreen(right, bottom);
  context.save();
  context.globalAlpha = 0.6;
  context.imageSmoothingEnabled = !isHatched;
  context.drawImage(
    canvasOf(field, (value) => (isHatched ? [...cividis(value / top), 255] : densityColour(value / top))),
    x,
    y,
    endX - x,
    endY - y,
  );
  context.globalAlpha = 1;
  context.restore();
  if (isHatched) hatch(context, field, [x, y, endX, endY], css(theme.paper, 0.75));
}

/**
 * @param {Field} field
 * @param {(value: number) => number[]} colour
 */
function canvasOf(field, colour) {
  const image = new ImageData(field.width, field.height);
  field.values.forEach((value, i) => image.data.set(colour(value), 4 * i));
  const canvas = new OffscreenCanvas(field.width, field.height);
  /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d")).putImageData(image, 0, 0);
  return canvas;
}

/**
 * Thin lines over the cells above 1: what is off the data shows without colour too.
 * @param {CanvasRenderingContext2D} context
 * @param {Field} field
 * @param {number[]} box left, top, right and bottom on screen
 * @param {string} style
 */
function hatch(context, field, [left, top, right, bottom], style) {
  const cellWidth = (right - left) / field.width;
  const cellHeight = (bottom - top) / field.height;
  context.save();
  context.beginPath();
  field.values.forEach((value, i) => {
    if (value <= 1) return;
    context.rect(
      left + (i % field.width) * cellWidth,
      top + Math.floor(i / field.width) * cellHeight,
      cellWidth,
      cellHeight,
    );
  });
  context.clip();
  context.beginPath();
  const { width, height } = context.canvas;
  for (let at = -height; at < width; at += 9) {
    context.moveTo(at, height);
    context.lineTo(at + height, 0);
  }
  context.strokeStyle = style;
  context.lineWidth = 1.2;
  context.stroke();
  context.restore();
}

/** The decoded plane: a picture in every cell of a grid that is halved as one zooms in. */
export class Grid {
  /**
   * @param {(codes: Float32Array[]) => Promise<Float32Array[]>} decode
   * @param {(x: number, y: number) => Float32Array} codeAt
   * @param {() => void} onPicture
   */
  constructor(decode, codeAt, onPicture) {
    this.decode = decode;
    this.codeAt = codeAt;
    this.onPicture = onPicture;
    /** @type {Map<string, Float32Array>} */
    this.pictures = new Map();
    /** @type {{ key: string, x: number, y: number }[]} */
    this.missing = [];
    this.isBusy = false;
    this.isClosed = false;
  }

  /**
   * Draw what is there, and have the rest decoded.
   * @param {CanvasRenderingContext2D} context
   * @param {import("./stage.js").Stage} stage
   */
  draw(context, { view, theme }) {
    const power = Math.ceil(Math.log2(Math.max(SMALLEST_CELL, view.width / CELLS) / view.scale));
    const size = 2 ** power;
    const [left, top] = view.toMap(0, 0);
    const [right, bottom] = view.toMap(view.width, view.height);
    const pixels = size * view.scale;
    const small = new OffscreenCanvas(SIDE, SIDE);
    const smallContext = /** @type {OffscreenCanvasRenderingContext2D} */ (small.getContext("2d"));
    context.imageSmoothingEnabled = false;
    this.missing = [];
    for (let row = Math.floor(bottom / size); row * size < top; row++)
      for (let column = Math.floor(left / size); column * size < right; column++) {
        const key = `${power} ${column} ${row}`;
        const picture = this.pictures.get(key);
        const [x, y] = [(column + 0.5) * size, (row + 0.5) * size];
        if (!picture) this.missing.push({ key, x, y });
        else {
          smallContext.putImageData(inkOf(picture, theme.ink), 0, 0);
          const [centreX, centreY] = view.toScreen(x, y);
          context.drawImage(
            small,
            centreX - pixels / 2 + 1,
            centreY - pixels / 2 + 1,
            pixels - 2,
            pixels - 2,
          );
        }
      }
    this.fill(view.x, view.y);
  }

  /**
   * Decode what is missing, a few at a time, the middle of the view first.
   * @param {number} x
   * @param {number} y
   */
  async fill(x, y) {
    if (this.isBusy || !this.missing.length || this.isClosed) return;
    this.isBusy = true;
    const far = (/** @type {{ x: number, y: number }} */ cell) => Math.hypot(cell.x - x, cell.y - y);
    const cells = this.missing.sort((a, b) => far(a) - far(b)).slice(0, AT_ONCE);
    const pictures = await this.decode(cells.map((cell) => this.codeAt(cell.x, cell.y)));
    this.isBusy = false;
    if (this.isClosed) return;
    if (this.pictures.size > MOST_PICTURES) this.pictures.clear();
    cells.forEach(({ key }, i) => this.pictures.set(key, pictures[i]));
    this.onPicture();
  }
}
