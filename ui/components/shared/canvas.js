/** Canvases: their contexts, their size in device pixels, and shapes and text on them. */
import { css } from "./theme.js";
/** @import { Points } from "./points.js" */
/** @import { Theme } from "./theme.js" */
/** @import { Point, View } from "./view.js" */

const MOST_RATIO = 2; // device pixels per CSS pixel that are worth computing
const MOST_NAMED_CLASSES = 30;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export function contextOf(canvas, settings) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", settings));
}

/**
 * Empty a canvas and make it as sharp as its size on the page; its context then takes CSS pixels.
 * @param {HTMLCanvasElement} canvas
 */
export function resize(canvas) {
  const ratio = Math.min(devicePixelRatio || 1, MOST_RATIO);
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = contextOf(canvas);
  context.scale(ratio, ratio);
  return { context, width, height, ratio };
}

/** Path of a circle. @type {(context: CanvasRenderingContext2D, centre: Point, radius: number) => void} */
export function circle(context, [x, y], radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

/**
 * Text in a halo of the stroke style, legible on any ground.
 * @type {(context: CanvasRenderingContext2D, text: string, at: Point) => void}
 */
export function haloText(context, text, [x, y]) {
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

/**
 * Name of each class at the median of its shown points.
 * @param {CanvasRenderingContext2D} context
 * @param {Points} points
 * @param {string[]} names by label
 * @param {View} view
 * @param {Theme} theme
 */
export function nameClasses(context, points, names, view, theme) {
  if (points.centres.length > MOST_NAMED_CLASSES) return;
  context.font = `600 16px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.strokeStyle = css(theme.paper, 0.85);
  context.fillStyle = css(theme.ink);
  for (const { label, at } of points.centres) haloText(context, names[label], view.toScreen(at));
}
