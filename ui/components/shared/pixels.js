/** Images of 28 by 28 on canvases, crisp: dark ink on light ground in light, light on dark in dark. */

export const SIDE = 28;

/** @typedef {Uint8Array | Float32Array} Pixels 784 bytes, or values in [0, 1] */

/**
 * A canvas for one image, to be enlarged by its style.
 * @param {string} name what the image is, for who cannot see it
 */
export function pictureCanvas(name) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  canvas.className = "lm-picture";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", name);
  return canvas;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Pixels | null} pixels null clears it
 * @param {boolean} dark
 */
export function paint(canvas, pixels, dark) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  if (pixels) context.putImageData(imageOf(pixels, dark), 0, 0);
  else context.clearRect(0, 0, SIDE, SIDE);
}

/**
 * The image as opaque grey pixels.
 * @param {Pixels} pixels
 * @param {boolean} dark
 */
export function imageOf(pixels, dark) {
  const image = new ImageData(SIDE, SIDE);
  const words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < words.length; i++) words[i] = 0xff000000 | (greyOf(pixels, i, dark) * 0x010101);
  return image;
}

/**
 * Only the ink, over whatever lies below.
 * @param {Pixels} pixels
 * @param {import("./theme.js").Rgb} ink
 */
export function inkOf(pixels, [red, green, blue]) {
  const image = new ImageData(SIDE, SIDE);
  const words = new Uint32Array(image.data.buffer);
  const colour = (blue << 16) | (green << 8) | red;
  for (let i = 0; i < words.length; i++) words[i] = (greyOf(pixels, i, true) << 24) | colour;
  return image;
}

/**
 * @param {Pixels} pixels
 * @param {number} i
 * @param {boolean} dark
 */
function greyOf(pixels, i, dark) {
  const byte = pixels instanceof Uint8Array ? pixels[i] : Math.round(pixels[i] * 255);
  return dark ? byte : 255 - byte;
}
