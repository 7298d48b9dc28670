/** Icons of buttons: strokes on a square of 20, in the colour of the text. */

/** @type {Record<string, string>} the paths by the name of what a button does */
const PATHS = {
  pan: "M10 2v16M2 10h16M7.5 4.5 10 2l2.5 2.5m-5 11L10 18l2.5-2.5m-8-8L2 10l2.5 2.5m11-5L18 10l-2.5 2.5",
  box: "M3 6V3h3M9 3h2M14 3h3v3M17 9v2M17 14v3h-3M11 17H9M6 17H3v-3M3 11V9",
  lasso:
    "M10 3c4.4 0 8 2.2 8 5s-3.6 5-8 5-8-2.2-8-5 3.6-5 8-5M5.5 12.2c-1.8 1-1.6 3.3.4 3.5 1.6.2 1.6 1.6.6 2.3",
  in: "M10 4v12M4 10h12",
  out: "M4 10h12",
  all: "M3 7.5V3h4.5M12.5 3H17v4.5M17 12.5V17h-4.5M7.5 17H3v-4.5",
  draw: "M3.5 16.5l.8-3.6L13.6 3.6a1.6 1.6 0 0 1 2.3 0l.5.5a1.6 1.6 0 0 1 0 2.3L7.1 15.7zM12 5.2l2.8 2.8",
  undo: "M7 3.5 3.5 7 7 10.5M3.5 7H12a4.5 4.5 0 0 1 0 9H7",
  redo: "M13 3.5 16.5 7 13 10.5M16.5 7H8a4.5 4.5 0 0 0 0 9h5",
  clear: "M5 5l10 10M15 5 5 15",
};
const SVG = "http://www.w3.org/2000/svg";

/** @param {string} name of a path */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "lm-icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
