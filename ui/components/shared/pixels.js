/** Images of 28 by 28 on canvases: dark on light in the light theme, light on dark in the dark one. */
import { contextOf } from "./canvas.js";
import { element } from "./dom.js";
/** @import { Rgb } from "./theme.js" */

export const SIDE = 28;

/** @typedef {Uint8Array | Float32Array} Pixels 784 bytes, or values in [0, 1] */

/** Canvas for one image, enlarged by its style. @param {string} name text for screen readers */
export function pictureCanvas(name) {
  return element("canvas", { width: SIDE, height: SIDE, class: "picture", role: "img", "aria-label": name });
}

/**
 * Draw opaque grey pixels; null clears the canvas.
 * @type {(canvas: HTMLCanvasElement, pixels: Pixels | null, dark: boolean) => void}
 */
export function paint(canvas, pixels, dark) {
  const context = contextOf(canvas);
  if (!pixels) context.clearRect(0, 0, SIDE, SIDE);
  else
    context.putImageData(
      imageOf((i) => 0xff000000 | (greyOf(pixels, i, dark) * 0x010101)),
      0,
      0,
    );
}

/** Ink alone, on transparent ground. @type {(pixels: Pixels, ink: Rgb) => ImageData} */
export function inkOf(pixels, [red, green, blue]) {
  const colour = (blue << 16) | (green << 8) | red;
  return imageOf((i) => (greyOf(pixels, i, true) << 24) | colour);
}

/** Image of little-endian words of red, green, blue and alpha. @param {(i: number) => number} wordAt */
function imageOf(wordAt) {
  const image = new ImageData(SIDE, SIDE);
  const words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < words.length; i++) words[i] = wordAt(i);
  return image;
}

/** @type {(pixels: Pixels, i: number, dark: boolean) => number} */
function greyOf(pixels, i, dark) {
  const byte = pixels instanceof Uint8Array ? pixels[i] : Math.round(pixels[i] * 255);
  return dark ? byte : 255 - byte;
}
