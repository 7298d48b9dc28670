/** Colours and font of the page, and the colours of classes. */

// Petroff's cycle of ten (arXiv 2107.02270), made for colour-blind eyes; as in autoencoder/figures/style.py.
const CLASS_COLOURS = "3f90da ffa90e bd1f01 94a4a2 832db6 a96b59 e76300 b9ac70 717581 92dadd".split(" ");

const USUAL = 16; // pixels of a rem

// Turns any colour of CSS into "#rrggbb".
const parser = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));

/** @typedef {[number, number, number]} Rgb */
/**
 * `zoom` is how much larger than usual the type of the page is.
 * @typedef {{ paper: Rgb, ink: Rgb, dark: boolean, accent: string, font: string, zoom: number }} Theme
 */

/** Theme of the page as it is now. @type {(host: Element) => Theme} */
export function themeOf(host) {
  const style = getComputedStyle(host);
  const colour = (/** @type {string} */ name, /** @type {string} */ otherwise) =>
    style.getPropertyValue(name).trim() || otherwise;
  const paper = rgbOf(colour("--st-background-color", "#ffffff"));
  return {
    paper,
    ink: rgbOf(colour("--st-text-color", "#000000")),
    dark: paper[0] + paper[1] + paper[2] < 384,
    accent: colour("--st-primary-color", "#1f5fa8"),
    font: colour("--st-font", "sans-serif"),
    zoom: parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL,
  };
}

/** @type {(rgb: Rgb, alpha?: number) => string} */
export function css([red, green, blue], alpha = 1) {
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

/** Parse "#rgb", "#rrggbb" or any colour a canvas knows. @type {(hex: string) => Rgb} */
export function rgbOf(hex) {
  parser.fillStyle = "#000"; // kept where the next is no colour
  parser.fillStyle = hex;
  const full = parseInt(String(parser.fillStyle).slice(1), 16);
  return [full >> 16, (full >> 8) & 255, full & 255];
}

/** @param {number} label */
export function colourOf(label) {
  return `#${CLASS_COLOURS[label % CLASS_COLOURS.length]}`;
}
