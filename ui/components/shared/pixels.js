/** Images of 28 by 28 on canvases: dark on light in the light theme, light on dark in the dark one. */
import { contextOf } from "./canvas.js";
import { element } from "./dom.js";
/** @import { Rgb } from "./theme.js" */

export const SIDE = 28;

/** @typedef {Uint8Array | Float32Array} Pixels 784 bytes, or values in [0, 1] */

/**
 * Canvas for one image, enlarged by its style.
 * @param {string} name text for screen readers
 */
export function pictureCanvas(name) {
  return element("canvas", { width: SIDE, height: SIDE, class: "picture", role: "img", "aria-label": name });
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Pixels | null} pixels null clears it
 * @param {boolean} dark
 */
export function paint(canvas, pixels, dark) {
  const context = contextOf(canvas);
  if (pixels) context.putImageData(imageOf(pixels, dark), 0, 0);
  else context.clearRect(0, 0, SIDE, SIDE);
}

/**
 * Opaque grey pixels.
 * @param {Pixels} pixels
 * @param {boolean} dark
 */
function imageOf(pixels, dark) {
  const image = new ImageData(SIDE, SIDE);
  const words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < words.length; i++) words[i] = 0xff000000 | (greyOf(pixels, i, dark) * 0x010101);
  return image;
}

/**
 * Ink alone, on transparent ground.
 * @param {Pixels} pixels
 * @param {Rgb} ink
 */
export function inkOf(pixels, [red, green, blue]) {
  const image = new ImageData(SIDE, SIDE);
  const words = new Uint32Array(image.data.buffer);
  const colour = (blue << 16) | (green << 8) | red;
  for (let i = 0; i < words.length; i++) words[i] = (greyOf(pixels, i, true) << 24) | colour;
  return image;
}

/** @type {(pixels: Pixels, i: number, dark: boolean) => number} */
function greyOf(pixels, i, dark) {
  const byte = pixels instanceof Uint8Array ? pixels[i] : Math.round(pixels[i] * 255);
  return dark ? byte : 255 - byte;
}
