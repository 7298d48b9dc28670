/** Canvases: their contexts, their size in device pixels, and shapes and text on them. */
/** @import { Point } from "./view.js" */

const MOST_RATIO = 2; // device pixels per CSS pixel that are worth computing

/** @typedef {CanvasRenderingContext2D} Context */

/** @type {(canvas: HTMLCanvasElement, settings?: CanvasRenderingContext2DSettings) => Context} */
export function contextOf(canvas, settings) {
  return /** @type {Context} */ (canvas.getContext("2d", settings));
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

/** Path of a circle. @type {(context: Context, centre: Point, radius: number) => void} */
export function circle(context, [x, y], radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
}

/** Text in a halo, legible on any ground. @type {(context: Context, text: string, at: Point) => void} */
export function haloText(context, text, [x, y]) {
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}
