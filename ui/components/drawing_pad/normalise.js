/**
 * Normalisation of pictures to what the models are trained on: 28 by 28 bytes, light ink on dark ground.
 *
 * Ink is grey from 0 (ground) to 255, row by row; a picture is its ink with its width and height.
 */
import { clamp, median } from "../shared/numbers.js";
import { SIDE } from "../shared/pixels.js";

const BOX = 20; // the side of the square that MNIST scales a digit to
// Every centre of mass in MNIST's test set lies within half a pixel of pixel 14, of pixels counted from 0.
const CENTRE = 14;
const FAINT = 8; // ink up to here is a trace of compression or scaling, not a part of the digit
const MOST_ENLARGED = 3; // times the size in which the whole picture would fit
const SPECKLED = 0.1; // of the border: more of it inked than any digit would leave
const SHADE = 0.125; // of the longer side: ink is narrower than twice this, shade is wider
const SHADE_SIDE = 256; // pixels of the longer side that shade is found with
const LEAST_INK = 0.005; // of a photograph: less is dust, and what reaches the border is the digit

/** @typedef {{ ink: ArrayLike<number>, width: number, height: number }} Picture */

/**
 * Normalise a picture as MNIST's were (LeCun, Bottou, Bengio, Haffner 1998): the ink's bounding box scaled to
 * fit 20 by 20, its aspect kept, each pixel the average over its area; then moved by whole pixels until the
 * centre of mass lies within half a pixel of the centre, as far as the box stays inside.
 *
 * Ink becomes at most three times as large as it would be if the whole picture were fitted into 28 by 28,
 * because MNIST has no dot that fills the box: a digit drawn over a quarter of the pad fills its box, a
 * touch of the pen stays a dot.
 * @param {Picture} picture
 * @returns {Uint8Array | null} null where there is no ink
 */
export function normalised(picture) {
  const box = inkedPart(picture);
  if (!box) return null;
  const leastStep = Math.max(picture.width, picture.height) / (SIDE * MOST_ENLARGED);
  const small = averaged(box, Math.max(box.width / BOX, box.height / BOX, leastStep));
  const centre = centreOfMass(small);
  return centre && placed(small, centring(centre.x, small.width), centring(centre.y, small.height));
}

/**
 * Scale a whole picture, which need not be a digit, to 28 by 28, its aspect kept, each pixel the average over
 * its area, on empty ground. One of 28 by 28 stays as it is, byte for byte.
 * @param {Picture} picture
 */
export function fitted(picture) {
  const small = averaged(picture, Math.max(picture.width, picture.height) / SIDE);
  return placed(small, (SIDE - small.width) >> 1, (SIDE - small.height) >> 1);
}

/**
 * Ink of a picture in colour, not premultiplied: its luminance (ITU-R BT.601, as Pillow rounds it), inverted
 * where the border shows that the ink is dark. Transparent pixels count as ground: if less than half is
 * painted, the paint is the ink and the ground its opposite; otherwise the ground is as light or dark as the
 * paint.
 * @type {(rgba: ArrayLike<number>, width: number, height: number) => Uint8Array}
 */
export function greyOf(rgba, width, height) {
  const ground = groundOf(rgba);
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    const cover = rgba[4 * i + 3] / 255;
    grey[i] = Math.round(cover * luminance(rgba, 4 * i) + (1 - cover) * ground);
  }
  return isDarkOnLight({ ink: grey, width, height }) ? grey.map((value) => 255 - value) : grey;
}

/**
 * Binarise a photograph or a shaded scan, as the scans of MNIST were: its paper and the shadows on it are
 * taken away, and what is left is parted at the threshold of Otsu (1979). A picture with a clean border is
 * returned unchanged.
 * @param {Picture} picture
 */
export function withoutPaper(picture) {
  const border = borderOf(picture);
  const nInked = border.filter((value) => value > FAINT).length;
  if (nInked <= SPECKLED * border.length) return picture;
  const { ink } = withoutShade(picture);
  const threshold = otsu(ink);
  return { ...picture, ink: Uint8Array.from(ink, (value) => (value > threshold ? 255 : 0)) };
}

/**
 * Top-hat of a picture (Serra 1982): each pixel less the largest grey level that fills a square around it; of
 * a large picture, around the pixels of a pattern next to it. A
 * gradient, and a shadow with a sharp edge, leave nothing; a stroke narrower than the square stays. A picture
 * of nothing narrower is returned unchanged.
 * @param {Picture} picture
 */
function withoutShade(picture) {
  const { ink, width, height } = picture;
  const step = Math.ceil(Math.max(width, height) / SHADE_SIDE);
  const shade = opened(sampled(picture, step));
  const left = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    const [above, below] = [Math.floor(y / step), Math.min(Math.ceil(y / step), shade.height - 1)];
    for (let x = 0; x < width; x++, i++) {
      const [before, after] = [Math.floor(x / step), Math.min(Math.ceil(x / step), shade.width - 1)];
      const upper = Math.max(shade.ink[above * shade.width + before], shade.ink[above * shade.width + after]);
      const lower = Math.max(shade.ink[below * shade.width + before], shade.ink[below * shade.width + after]);
      left[i] = Math.max(0, ink[i] - Math.max(upper, lower));
    }
  }
  return left.some((value) => value > FAINT) ? { ink: left, width, height } : picture;
}

/** Every step-th pixel of every step-th row. @type {(picture: Picture, step: number) => Picture} */
function sampled({ ink, width, height }, step) {
  const [across, down] = [Math.ceil(width / step), Math.ceil(height / step)];
  const few = new Uint8Array(across * down);
  for (let i = 0; i < few.length; i++)
    few[i] = ink[Math.floor(i / across) * step * width + (i % across) * step];
  return { ink: few, width: across, height: down };
}

/** Largest grey level that fills a square around each pixel. @param {Picture} picture */
function opened(picture) {
  const reach = Math.ceil(SHADE * Math.max(picture.width, picture.height));
  const eroded = smallest(smallest(picture, reach), reach);
  return inverted(smallest(smallest(inverted(eroded), reach), reach));
}

/** @param {Picture} picture */
function inverted(picture) {
  return { ...picture, ink: Uint8Array.from(picture.ink, (value) => 255 - value) };
}

/**
 * Smallest value of 2 * reach + 1 pixels along each row, transposed, in a time that does not grow with the
 * reach (van Herk 1992): of the blocks of that length, the last pixels of one and the first of the next.
 * @type {(picture: Picture, reach: number) => Picture}
 */
function smallest({ ink, width, height }, reach) {
  const size = 2 * reach + 1;
  const found = new Uint8Array(width * height);
  const [row, firsts, lasts] = [0, 0, 0].map(() => new Uint8Array(width + 2 * reach).fill(255));
  const end = row.length - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) row[reach + x] = ink[y * width + x];
    for (let i = 0, least = 255; i <= end; i++) {
      if (i % size === 0 || row[i] < least) least = row[i];
      firsts[i] = least;
    }
    for (let i = end, least = 255; i >= 0; i--) {
      if ((i + 1) % size === 0 || row[i] < least) least = row[i];
      lasts[i] = least;
    }
    for (let x = 0; x < width; x++) {
      const [before, after] = [lasts[x], firsts[x + size - 1]];
      found[x * height + y] = before < after ? before : after;
    }
  }
  return { ink: found, width: height, height: width };
}

/**
 * Remove the dark corners and edges of a photograph: all ink connected to the border, if more than dust is
 * left.
 * @param {Picture} picture
 */
export function withoutEdges(picture) {
  const { ink, width, height } = picture;
  const inner = Uint8Array.from(ink);
  const reached = Array.from({ length: width }, (_, x) => [x, (height - 1) * width + x]).flat();
  for (let y = 0; y < height; y++) reached.push(y * width, (y + 1) * width - 1);
  for (let at = reached.pop(); at !== undefined; at = reached.pop()) {
    if (inner[at] <= FAINT) continue;
    inner[at] = 0;
    if (at % width > 0) reached.push(at - 1);
    if (at % width < width - 1) reached.push(at + 1);
    if (at >= width) reached.push(at - width);
    if (at < inner.length - width) reached.push(at + width);
  }
  const nInked = inner.reduce((count, value) => count + (value > FAINT ? 1 : 0), 0);
  return nInked > LEAST_INK * inner.length ? { ink: inner, width, height } : picture;
}

/** Smallest part with all ink. @type {(picture: Picture) => Picture | null} */
function inkedPart({ ink, width, height }) {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (ink[y * width + x] <= FAINT) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  if (right < 0) return null;
  const part = new Uint8Array((right - left + 1) * (bottom - top + 1));
  for (let y = top, at = 0; y <= bottom; y++) {
    for (let x = left; x <= right; x++) part[at++] = ink[y * width + x];
  }
  return { ink: part, width: right - left + 1, height: bottom - top + 1 };
}

/** Resample to pixels of `step`, below or above 1. @type {(picture: Picture, step: number) => Picture} */
function averaged(picture, step) {
  const { ink, ...size } = averagedAndTransposed(averagedAndTransposed(picture, step), step);
  // Halves go up although sums come out a hair off, so that the size of a drawing cannot tip its centre.
  return { ink: Uint8Array.from(ink, (value) => Math.floor(value + 0.5 + 1e-9)), ...size };
}

/** Average along the rows; ground lies beyond. @type {(picture: Picture, step: number) => Picture} */
function averagedAndTransposed({ ink, width, height }, step) {
  const size = Math.ceil(width / step - 1e-9); // step is a quotient: 20.000000000000004 are 20
  const sums = new Float64Array(size * height);
  for (let i = 0; i < size; i++) {
    const end = Math.min((i + 1) * step, width);
    for (let x = Math.floor(i * step); x < end; x++) {
      const share = (Math.min(x + 1, end) - Math.max(x, i * step)) / step;
      for (let y = 0; y < height; y++) sums[i * height + y] += share * ink[y * width + x];
    }
  }
  return { ink: sums, width: height, height: size };
}

/** @param {Picture} picture */
function centreOfMass({ ink, width, height }) {
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    mass += ink[i];
    sumX += ink[i] * (i % width);
    sumY += ink[i] * Math.floor(i / width);
  }
  return mass ? { x: sumX / mass, y: sumY / mass } : null;
}

/** Start that puts a centre in [13.5, 14.5), as MNIST. @type {(centre: number, size: number) => number} */
function centring(centre, size) {
  return clamp(Math.ceil(CENTRE - 0.5 - centre), 0, SIDE - size);
}

/** @type {(picture: Picture, left: number, top: number) => Uint8Array} */
function placed({ ink, width, height }, left, top) {
  const image = new Uint8Array(SIDE * SIDE);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) image[(top + y) * SIDE + left + x] = ink[y * width + x];
  }
  return image;
}

/**
 * Luminance with the weights of Pillow, 65,536 in all, so that a grey stays the same grey.
 * @type {(rgba: ArrayLike<number>, at: number) => number}
 */
function luminance(rgba, at) {
  return (rgba[at] * 19595 + rgba[at + 1] * 38470 + rgba[at + 2] * 7471 + 32768) >> 16;
}

/** Ground behind transparent pixels, 0 or 255. @param {ArrayLike<number>} rgba */
function groundOf(rgba) {
  let [cover, light] = [0, 0];
  for (let i = 0; i < rgba.length; i += 4) {
    cover += rgba[i + 3];
    light += rgba[i + 3] * luminance(rgba, i);
  }
  const isLight = light > 127.5 * cover;
  const isMostlyPainted = cover > 127.5 * (rgba.length / 4);
  return isLight === isMostlyPainted ? 255 : 0;
}

/**
 * As looks_inverted in autoencoder/data/readers/pictures.py, but a blank sheet is paper, not ink, and a
 * photograph's dark corners do not make its paper dark.
 * @param {Picture} picture
 */
function isDarkOnLight(picture) {
  const border = median(borderOf(picture));
  const total = Array.from(picture.ink).reduce((sum, value) => sum + value, 0);
  return border > 127.5 && border >= total / picture.ink.length;
}

/** Outermost pixels. @param {Picture} picture */
function borderOf({ ink, width, height }) {
  const border = [];
  for (let x = 0; x < width; x++) border.push(ink[x], ink[(height - 1) * width + x]);
  for (let y = 1; y < height - 1; y++) border.push(ink[y * width], ink[(y + 1) * width - 1]);
  return border;
}

/**
 * Threshold of Otsu (1979): the grey that parts the pixels into two classes, itself in the darker, with the
 * largest variance between them; -1 where all are the same.
 * @param {ArrayLike<number>} ink
 */
function otsu(ink) {
  const counts = new Float64Array(256);
  for (let i = 0; i < ink.length; i++) counts[ink[i]]++;
  const total = counts.reduce((sum, count, value) => sum + count * value, 0);
  let [best, threshold, nBelow, below] = [0, -1, 0, 0];
  for (let value = 0; value < 256; value++) {
    nBelow += counts[value];
    below += counts[value] * value;
    const nAbove = ink.length - nBelow;
    const between = (total * nBelow - below * ink.length) ** 2 / (nBelow * nAbove || Infinity);
    if (between > best) [best, threshold] = [between, value];
  }
  return threshold;
}
