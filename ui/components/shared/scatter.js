/**
 * Scatter plot: points as pixels, written into a buffer and put on the canvas at once. Without a graphics
 * card this is many times faster than paths (docs/decisions/0012-points-as-pixels.md).
 */
import { contextOf, haloText } from "./canvas.js";
import { clamp } from "./numbers.js";
import { colourOf, css, rgbOf } from "./theme.js";
/** @import { Points } from "./points.js" */
/** @import { Rgb, Theme } from "./theme.js" */
/** @import { View } from "./view.js" */

/**
 * @typedef {object} Plot
 * @property {Points} points
 * @property {string[]} classNames by label
 * @property {View} view
 * @property {Theme} theme
 * @property {number} ratio device pixels per CSS pixel
 * @property {string} layer behind the points, or "none"
 */
/** @typedef {{ offset: [number, number], cover: number }[]} Disc pixels of a point and their coverage */
/** @typedef {{ isBright: boolean, colours: Rgb[], disc: Disc }} Style colours by label */

const OPACITY = 0.8;
const GREY_OPACITY = 0.55;
const GREYNESS = 0.25; // of the way from paper to ink: a crowd of grey points stays grey
const GREYNESS_ON_LAYER = 0.6;
const SMALL = 0.8; // a grey point, of the size of a bright one
const SMALL_ON_LAYER = 0.6;
const HALO = 1.3; // pixels around a point
const MOST_NAMED_CLASSES = 30;

export class Scatter {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = contextOf(canvas);
    this.image = new ImageData(1, 1);
  }

  /**
   * Draw the points, what else lies below the names of the classes, and these.
   * @type {(plot: Plot, between?: () => void) => void}
   */
  draw(plot, between = () => {}) {
    const { width, height } = this.canvas;
    if (this.image.width !== width || this.image.height !== height) this.image = new ImageData(width, height);
    const words = new Uint32Array(this.image.data.buffer).fill(0);
    for (const style of stylesOf(plot)) this.splat(words, plot, style);
    this.context.putImageData(this.image, 0, 0);
    between();
    this.nameClasses(plot);
  }

  /**
   * Write those points that are bright, or those that are not, into the pixels of the canvas.
   * @type {(words: Uint32Array, plot: Plot, style: Style) => void}
   */
  splat(words, { points, view, ratio }, { colours, disc, isBright }) {
    const { width, height } = this.canvas;
    const { positions, labels } = points;
    const reach = disc.reduce((most, { offset: [x] }) => Math.max(most, x), 0);
    const steps = Int32Array.from(disc, ({ offset: [x, y] }) => y * width + x);
    const covers = Float32Array.from(disc, ({ cover }) => cover);
    const scale = view.scale * ratio;
    const left = (view.width / 2) * ratio - view.x * scale;
    const top = (view.height / 2) * ratio + view.y * scale;
    for (let i = 0; i < points.count; i++) {
      const x = Math.round(left + positions[2 * i] * scale);
      const y = Math.round(top - positions[2 * i + 1] * scale);
      if (x < reach || y < reach || x >= width - reach || y >= height - reach) continue;
      if (points.isBright(i) !== isBright) continue;
      const colour = colours[labels ? labels[i] % colours.length : 0];
      const at = y * width + x;
      for (let k = 0; k < steps.length; k++)
        words[at + steps[k]] = over(words[at + steps[k]], colour, covers[k]);
    }
  }

  /** Write the name of each class at the median of its shown points. @param {Plot} plot */
  nameClasses({ points: { centres }, classNames, view, theme }) {
    if (centres.length > MOST_NAMED_CLASSES) return;
    const { context } = this;
    context.font = `600 ${16 * theme.zoom}px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.strokeStyle = css(theme.paper, 0.85);
    context.fillStyle = css(theme.ink);
    for (const { label, at } of centres) haloText(context, classNames[label], view.toScreen(at));
  }
}

/**
 * Alpha compositing (Porter & Duff 1984) of a colour with a cover of 0 to 1 over a pixel, which is a
 * little-endian word of red, green, blue and alpha; neither is multiplied by its alpha.
 * @type {(below: number, colour: Rgb, cover: number) => number}
 */
function over(below, [red, green, blue], cover) {
  const alpha = below >>> 24;
  if (alpha === 0) return ((cover * 255) << 24) | (blue << 16) | (green << 8) | red;
  const lower = (alpha / 255) * (1 - cover);
  const total = cover + lower;
  const share = cover / total;
  const r = (below & 255) + (red - (below & 255)) * share;
  const g = ((below >> 8) & 255) + (green - ((below >> 8) & 255)) * share;
  const b = ((below >> 16) & 255) + (blue - ((below >> 16) & 255)) * share;
  return ((total * 255) << 24) | (b << 16) | (g << 8) | r;
}

/** Pixels: fewer for more points, more when zoomed in. @type {(count: number, view: View) => number} */
export function radiusOf(count, view) {
  const base = count <= 2000 ? 4 : count <= 20000 ? 2.6 : 1.6;
  return base * clamp((view.scale / view.fittingScale) ** 0.35, 1, 2);
}

/** @type {(radius: number, opacity: number) => Disc} */
function discOf(radius, opacity) {
  const reach = Math.ceil(radius);
  const side = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
  return side
    .flatMap((y) => side.map((x) => /** @type {[number, number]} */ ([x, y])))
    .map((offset) => ({ offset, cover: opacity * clamp(radius + 0.5 - Math.hypot(...offset), 0, 1) }))
    .filter(({ cover }) => cover > 0);
}

/**
 * Styles in the order of painting. Where some points are grey, those on a layer have a halo of paper: the
 * colours of the layer can be as light or as dark as theirs.
 * @type {(plot: Plot) => Style[]}
 */
function stylesOf({ points, view, theme: { paper, ink }, ratio, layer }) {
  const radius = radiusOf(points.count, view) * ratio;
  const isAllBright = !points.selected && points.shown.every(Boolean);
  const bright = { isBright: true, colours: coloursOf(points), disc: discOf(radius, OPACITY) };
  if (isAllBright) return [bright];
  if (layer === "none") {
    const disc = discOf(radius * SMALL, GREY_OPACITY);
    return [{ isBright: false, colours: [mixed(paper, ink, GREYNESS)], disc }, bright];
  }
  const small = radius * SMALL_ON_LAYER;
  const grey = { isBright: false, colours: [mixed(paper, ink, GREYNESS_ON_LAYER)], disc: discOf(small, 1) };
  const halo = (/** @type {Style} */ { isBright }, /** @type {number} */ within) => {
    return { isBright, colours: [paper], disc: discOf(within + HALO * ratio, OPACITY) };
  };
  return [halo(grey, small), grey, halo(bright, radius), bright];
}

/** @param {Points} points */
function coloursOf(points) {
  const count = points.labels ? points.labels.reduce((most, label) => Math.max(most, label), 0) + 1 : 1;
  return Array.from({ length: count }, (_, label) => rgbOf(colourOf(label)));
}

/** @type {(from: Rgb, to: Rgb, share: number) => Rgb} */
function mixed(from, to, share) {
  return /** @type {Rgb} */ (from.map((value, i) => value + (to[i] - value) * share));
}
