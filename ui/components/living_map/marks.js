/** Marks over the points of a map: crosses, path, outline, ring, pointer and pins. */
import { circle } from "../shared/canvas.js";
import { radiusOf } from "../shared/scatter.js";
import { colourOf, css } from "../shared/theme.js";
/** @import { Context } from "../shared/canvas.js" */
/** @import { Theme } from "../shared/theme.js" */
/** @import { Point } from "../shared/view.js" */
/** @import { Stage } from "./stage.js" */

const PIN_RADIUS = 12;

/**
 * Marks at points of the map.
 * @typedef {object} Marks
 * @property {number} ring index of the ringed point; -1 for none
 * @property {Point | null} pointer
 * @property {{ letter: string, at: Point }[]} pins
 * @property {Point[]} path
 * @property {Point[]} crosses
 * @property {Point[]} outline of a box or lasso while it is drawn
 */

/** @type {(context: Context, stage: Stage) => void} */
export function drawMarks(context, stage) {
  const { marks, theme, view } = stage;
  const ink = css(theme.ink);
  for (const cross of marks.crosses) drawCross(context, view.toScreen(cross), css(theme.ink, 0.8));
  drawLine(context, stage, marks.path, 5, css(theme.paper, 0.8));
  drawLine(context, stage, marks.path, 2, ink);
  context.setLineDash([5, 4]);
  drawLine(context, stage, [...marks.outline, ...marks.outline.slice(0, 1)], 1.5, ink);
  context.setLineDash([]);
  drawRing(context, stage);
  if (marks.pointer) drawPointer(context, view.toScreen(marks.pointer), ink);
  for (const { letter, at } of marks.pins) drawPin(context, letter, view.toScreen(at), theme);
}

/** @type {(context: Context, at: Point, style: string) => void} */
function drawCross(context, [left, top], style) {
  context.beginPath();
  context.moveTo(left - 3, top - 3);
  context.lineTo(left + 3, top + 3);
  context.moveTo(left - 3, top + 3);
  context.lineTo(left + 3, top - 3);
  stroke(context, 1.2, style);
}

/** @type {(context: Context, stage: Stage, points: Point[], width: number, style: string) => void} */
function drawLine(context, { view }, points, width, style) {
  context.beginPath();
  for (const point of points) context.lineTo(...view.toScreen(point));
  stroke(context, width, style);
}

/** @type {(context: Context, stage: Stage) => void} */
function drawRing(context, { marks: { ring }, points, theme, thumbs, view }) {
  if (!points || ring < 0) return;
  const at = view.toScreen(points.at(ring));
  const radius = radiusOf(points.count, view);
  if (!thumbs.side) {
    circle(context, at, radius + 1);
    context.fillStyle = colourOf(points.labels?.[ring] ?? 0);
    context.fill();
  }
  circle(context, at, Math.max(radius + 5, 0.8 * thumbs.side));
  stroke(context, 4.5, css(theme.paper));
  stroke(context, 2.5, css(theme.ink));
}

/** @type {(context: Context, at: Point, style: string) => void} */
function drawPointer(context, [left, top], style) {
  context.beginPath();
  for (let quarter = 0; quarter < 4; quarter++) {
    const [dx, dy] = [Math.cos((quarter * Math.PI) / 2), Math.sin((quarter * Math.PI) / 2)];
    context.moveTo(left + 3 * dx, top + 3 * dy);
    context.lineTo(left + 10 * dx, top + 10 * dy);
  }
  stroke(context, 1.5, style);
}

/** @type {(context: Context, letter: string, at: Point, theme: Theme) => void} */
function drawPin(context, letter, [left, top], { accent, paper, font }) {
  circle(context, [left, top], PIN_RADIUS);
  context.fillStyle = accent;
  context.fill();
  stroke(context, 2, css(paper));
  context.font = `700 14px ${font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = "#fff";
  context.fillText(letter, left, top + 1);
}

/** @type {(context: Context, width: number, style: string) => void} */
function stroke(context, width, style) {
  context.lineWidth = width;
  context.strokeStyle = style;
  context.stroke();
}
