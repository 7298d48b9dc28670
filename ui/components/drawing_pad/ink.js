/** Canvas of ink: its amount, 0 to 255, is the alpha of the pixels, its colour that of the page's text. */
import { contextOf } from "../shared/canvas.js";
import { element } from "../shared/dom.js";

export class InkCanvas {
  /** @param {number} width @param {number} height @param {Record<string, string>} [attributes] */
  constructor(width, height, attributes = {}) {
    this.canvas = element("canvas", { width, height, ...attributes });
    // Read at every frame, for which the memory of a graphics card would be slow.
    this.context = contextOf(this.canvas, { willReadFrequently: true });
  }

  /** Amount of ink of each pixel. */
  get ink() {
    const { pixels } = this;
    const ink = new Uint8Array(pixels.length / 4);
    for (let i = 0; i < ink.length; i++) ink[i] = pixels[4 * i + 3];
    return ink;
  }

  /** @param {ArrayLike<number>} ink */
  set ink(ink) {
    const image = new ImageData(this.canvas.width, this.canvas.height);
    for (let i = 0; i < ink.length; i++) image.data[4 * i + 3] = ink[i];
    this.context.putImageData(image, 0, 0);
  }

  /** Red, green, blue and alpha of each pixel. */
  get pixels() {
    return this.context.getImageData(0, 0, this.canvas.width, this.canvas.height).data;
  }

  clear() {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** Give all ink the colour of the text; its amount stays. */
  recolour() {
    this.context.save();
    this.context.globalCompositeOperation = "source-atop";
    this.context.fillStyle = getComputedStyle(this.canvas).color;
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.context.restore();
  }
}
