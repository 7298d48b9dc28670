/** Pictures from files, as ink. */
import { greyOf } from "./normalise.js";
import { InkCanvas } from "./paper.js";
/** @import { Picture } from "./normalise.js" */

const MOST_BYTES = 20_000_000;
const MOST_PIXELS = 4096; // a side
const KEPT_PIXELS = 1024; // a side: enough for 28 by 28

/** Read a picture, or say why it fails. @type {(file: File) => Promise<Picture | string>} */
export async function readPicture(file) {
  if (file.size > MOST_BYTES) return `${file.name} is larger than 20 MB. Choose a smaller picture.`;
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" }).catch(() => null);
  if (!bitmap) return `${file.name} could not be read as a picture. Choose a PNG, JPEG, WebP or GIF file.`;
  const { width, height } = bitmap;
  if (Math.max(width, height) > MOST_PIXELS) {
    return `${file.name} has ${width} × ${height} pixels. Choose a picture of at most 4,096 a side.`;
  }
  const picture = pictureOf(bitmap);
  return picture.ink.some(Boolean) ? picture : `There is no ink in ${file.name}. Choose another picture.`;
}

/** @param {ImageBitmap} bitmap */
function pictureOf(bitmap) {
  const scale = Math.min(1, KEPT_PIXELS / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = new InkCanvas(width, height);
  canvas.context.imageSmoothingQuality = "high";
  canvas.context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return { ink: greyOf(canvas.pixels, width, height), width, height };
}
