/**
 * Scatter plot: points as pixels, written into a buffer and put on the canvas at once. Without a graphics
 * card this is many times faster than paths (docs/decisions/0012-points-as-pixels.md).
 */
import { contextOf } from "./canvas.js";
import { clamp } from "./numbers.js";
import { colourOf, rgbOf } from "./theme.js";
/** @import { Points } from "./points.js" */
/** @import { Rgb, Theme } from "./theme.js" */
/** @import { View } from "./view.js" */

/** @typedef {{ offset: [number, number], cover: number }[]} Disc pixels of a point and their coverage */
/** @typedef {{ isBright: boolean, colours: Rgb[], disc: Disc }} Style colours by label */

const OPACITY = 0.8;
const FAINT_OPACITY = 0.3;
const GREY_OPACITY = 0.55;
const GREYNESS = 0.25; // of the way from paper to ink: a crowd of grey points stays grey
const GREYNESS_ON_LAYER = 0.6;
const SMALL = 0.8; // a grey point, of the size of a bright one
const SMALL_ON_LAYER = 0.6;
const HALO = 1.3; // pixels around a point

export class Scatter {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = contextOf(canvas);
    this.image = new ImageData(1, 1);
  }

  /**
   * @param {Points} points
   * @param {View} view
   * @param {Theme} theme
   * @param {number} ratio device pixels per CSS pixel
   * @param {string} [layer] behind the points
   */
  draw(points, view, theme, ratio, layer = "none") {
    const { width, height } = this.canvas;
    if (this.image.width !== width || this.image.height !== height) this.image = new ImageData(width, height);
    const words = new Uint32Array(this.image.data.buffer).fill(0);
    const radius = radiusOf(points.count, view) * ratio;
    for (const style of stylesOf(points, theme, radius, ratio, layer))
      this.splat(words, points, view, ratio, style);
    this.context.putImageData(this.image, 0, 0);
  }

  /**
   * Write those points that are bright, or those that are not.
   * @param {Uint32Array} words the pixels of the canvas
   * @param {Points} points
   * @param {View} view
   * @param {number} ratio
   * @param {Style} style
   */
  splat(words, points, view, ratio, { colours, disc, isBright }) {
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

/**
 * Radius of a point in pixels: smaller for more points, larger as the view zooms in.
 * @type {(count: number, view: View) => number}
 */
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
 * @type {(points: Points, theme: Theme, radius: number, ratio: number, layer: string) => Style[]}
 */
function stylesOf(points, { paper, ink }, radius, ratio, layer) {
  const isAllBright = !points.selected && points.shown.every(Boolean);
  const opacity = layer === "grid" && isAllBright ? FAINT_OPACITY : OPACITY;
  const bright = { isBright: true, colours: coloursOf(points), disc: discOf(radius, opacity) };
  if (isAllBright) return [bright];
  if (layer === "none") {
    const disc = discOf(radius * SMALL, GREY_OPACITY);
    return [{ isBright: false, colours: [mixed(paper, ink, GREYNESS)], disc }, bright];
  }
  const small = radius * SMALL_ON_LAYER;
  const grey = { isBright: false, colours: [mixed(paper, ink, GREYNESS_ON_LAYER)], disc: discOf(small, 1) };
  const halo = (/** @type {number} */ within) => ({
    colours: [paper],
    disc: discOf(within + HALO * ratio, OPACITY),
  });
  return [{ isBright: false, ...halo(small) }, grey, { isBright: true, ...halo(radius) }, bright];
}

/** @param {Points} points */
function coloursOf(points) {
  const count = points.labels ? points.labels.reduce((most, label) => Math.max(most, label), 0) + 1 : 1;
  return Array.from({ length: count }, (_, label) => rgbOf(colourOf(label)));
}

/** @type {(from: Rgb, to: Rgb, share: number) => Rgb} */
function mixed(from, to, share) {
  const mix = (/** @type {number} */ i) => from[i] + (to[i] - from[i]) * share;
  return [mix(0), mix(1), mix(2)];
}
