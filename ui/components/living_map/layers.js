/** Layers behind the points: their names, and the fields of density and gaps that the server computes. */
import { contextOf } from "../shared/canvas.js";
import { element } from "../shared/dom.js";
import { clamp } from "../shared/numbers.js";
import { readTensors } from "../shared/safetensors.js";
import { css, rgbOf } from "../shared/theme.js";
/** @import { Context } from "../shared/canvas.js" */
/** @import { Stage } from "./stage.js" */

/** @typedef {{ values: Float32Array, width: number, height: number, bounds: number[], top: number }} Field */

export const LAYERS = { none: "none", density: "density", gaps: "gaps", grid: "decoded grid" };
export const GAP_TOP = 3; // the value at the end of the scale, the same for all models

const POLL = 400; // milliseconds
const FADE = 16; // pixels over which the gaps fade beyond the codes
// Cividis (Nunez, Anderton & Renslow 2018, doi:10.1371/journal.pone.0199239) at nine places.
const CIVIDIS = "#00224e #123570 #3b496c #575d6d #707173 #8a8678 #a59c74 #c3b369 #fee838"
  .split(" ")
  .map(rgbOf);

/** @param {number} value in [0, 1] */
export function cividis(value) {
  const at = clamp(value, 0, 1) * (CIVIDIS.length - 1);
  const low = Math.min(Math.floor(at), CIVIDIS.length - 2);
  return CIVIDIS[low].map((from, i) => Math.round(from + (CIVIDIS[low + 1][i] - from) * (at - low)));
}

/** Colour of a density, transparent at 0. @param {number} value in [0, 1] */
export function densityColour(value) {
  return [...cividis(value), Math.round(255 * Math.min(1, 5 * value))];
}

/**
 * Fetch a field, polling while it is computed; null where it is no longer wanted.
 * @param {string} url
 * @param {(share: number) => void} onProgress
 * @param {() => boolean} isWanted
 */
export async function fetchField(url, onProgress, isWanted) {
  while (isWanted()) {
    const response = await fetch(url);
    if (response.status === 200) return fieldOf(await response.arrayBuffer());
    if (response.status !== 202) throw new Error(`${response.status} for ${url}`);
    onProgress((await response.json()).share);
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
  return null;
}

/** @type {(buffer: ArrayBuffer) => Field} */
function fieldOf(buffer) {
  const { tensors } = readTensors(buffer);
  const [height, width] = tensors.values.shape;
  const values = /** @type {Float32Array} */ (tensors.values.data);
  return { values, width, height, bounds: [...tensors.bounds.data], top: Math.max(...values) || 1 };
}

/**
 * Draw the field of the density, or that of the gaps with a hatch where it is off the data.
 * @type {(stage: Stage, field: Field, isGaps: boolean) => void}
 */
export function drawField(stage, field, isGaps) {
  const [left, right, bottom, upper] = field.bounds;
  const box = [...stage.view.toScreen([left, upper]), ...stage.view.toScreen([right, bottom])];
  if (isGaps) drawGaps(stage, field, box);
  else
    drawValues(
      stage.back,
      canvasOf(field, (value) => densityColour(value / field.top)),
      box,
    );
}

/**
 * Gaps with their hatch, within the hull of the codes: beyond it they fade to the ground, so that colour is
 * for the holes between groups.
 * @type {(stage: Stage, field: Field, box: number[]) => void}
 */
function drawGaps({ back, points, theme, view }, field, box) {
  const sheet = element("canvas", { width: back.canvas.width, height: back.canvas.height });
  const context = contextOf(sheet);
  context.setTransform(back.getTransform());
  context.imageSmoothingEnabled = false;
  drawValues(
    context,
    canvasOf(field, (value) => [...cividis(value / GAP_TOP), 255]),
    box,
  );
  hatch(context, field, box, css(theme.paper, 0.75));
  context.globalCompositeOperation = "destination-in";
  context.filter = `blur(${FADE}px)`;
  context.beginPath();
  for (const point of points?.hull ?? []) context.lineTo(...view.toScreen(point));
  context.fill();
  back.save();
  back.resetTransform();
  back.drawImage(sheet, 0, 0);
  back.restore();
}

/**
 * The box on screen is its left, top, right and bottom.
 * @type {(context: Context, values: HTMLCanvasElement, box: number[]) => void}
 */
function drawValues(context, values, [left, top, right, bottom]) {
  context.save();
  context.globalAlpha = 0.6;
  context.drawImage(values, left, top, right - left, bottom - top);
  context.restore();
}

/** @type {(field: Field, colour: (value: number) => number[]) => HTMLCanvasElement} */
function canvasOf({ values, width, height }, colour) {
  const image = new ImageData(width, height);
  values.forEach((value, i) => image.data.set(colour(value), 4 * i));
  const canvas = element("canvas", { width, height });
  contextOf(canvas).putImageData(image, 0, 0);
  return canvas;
}

/**
 * Hatch the cells above 1: codes off the data are marked not only by colour. The box on screen is its left,
 * top, right and bottom.
 * @type {(context: Context, field: Field, box: number[], style: string) => void}
 */
function hatch(context, field, [left, top, right, bottom], style) {
  const cellWidth = (right - left) / field.width;
  const cellHeight = (bottom - top) / field.height;
  context.save();
  context.beginPath();
  field.values.forEach((value, i) => {
    if (value <= 1) return;
    const [column, row] = [i % field.width, Math.floor(i / field.width)];
    context.rect(left + column * cellWidth, top + row * cellHeight, cellWidth, cellHeight);
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
