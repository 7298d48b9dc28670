/** Stage: the canvases of a map over one another, for the layer with the axes, the points, and the marks. */
import { drawAxes } from "../shared/axis.js";
import { contextOf, resize } from "../shared/canvas.js";
import { element, oncePerFrame } from "../shared/dom.js";
import { Scatter } from "../shared/scatter.js";
import { themeOf } from "../shared/theme.js";
import { View } from "../shared/view.js";
import { drawMarks } from "./marks.js";
import { Thumbs } from "./thumbs.js";
/** @import { Points } from "../shared/points.js" */
/** @import { Marks } from "./marks.js" */
/** @import { Images } from "./space.js" */

export class Stage {
  /**
   * @param {HTMLElement} host whose theme is used
   * @param {Images | null} images
   * @param {() => void} drawBack draws behind the points
   */
  constructor(host, images, drawBack) {
    this.host = host;
    this.thumbs = new Thumbs(images);
    this.drawBack = drawBack;
    const canvas = (/** @type {string} */ name) => element("canvas", { class: `lm-canvas lm-${name}` });
    this.canvases = [canvas("back"), canvas("points"), canvas("front")];
    this.back = contextOf(this.canvases[0]);
    this.front = contextOf(this.canvases[2]);
    this.element = element("div", { class: "lm-stage", tabindex: 0, role: "application" }, ...this.canvases);
    this.scatter = new Scatter(this.canvases[1]);
    this.view = new View({ left: -1, right: 1, bottom: -1, top: 1 });
    /** @type {Points | null} */
    this.points = null;
    /** @type {string[]} */
    this.classNames = [];
    /** @type {[string, string]} */
    this.axes = ["", ""];
    /** @type {Marks} */
    this.marks = { ring: -1, pointer: null, pins: [], path: [], crosses: [], outline: [] };
    this.theme = themeOf(host);
    this.layer = "none"; // name of the layer behind the points
    this.ratio = 1;
    this.redraw = oncePerFrame(() => this.drawAll());
    this.redrawFront = oncePerFrame(() => this.drawFront());
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.element);
  }

  /** @type {(points: Points, classNames: string[], axes: [string, string]) => void} */
  setPoints(points, classNames, axes) {
    const { text } = this.view;
    this.view = new View(points.bounds);
    this.view.resize(this.element.clientWidth || 1, this.element.clientHeight || 1);
    if (this.points) this.view.text = text;
    this.points = points;
    this.classNames = classNames;
    this.axes = axes;
    this.redraw();
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width || !height) return;
    this.view.resize(width, height);
    for (const canvas of this.canvases) this.ratio = resize(canvas).ratio;
    this.drawAll();
  }

  readTheme() {
    return (this.theme = themeOf(this.host));
  }

  drawAll() {
    this.readTheme();
    this.back.clearRect(0, 0, this.view.width, this.view.height);
    this.drawBack();
    const { points, classNames, view, theme, ratio, layer } = this;
    drawAxes(this.back, view, theme, this.axes);
    const plot = points && { points, classNames, view, theme, ratio, layer };
    if (plot) this.scatter.draw(plot, () => this.thumbs.draw(this));
    this.drawFront();
  }

  drawFront() {
    this.front.clearRect(0, 0, this.view.width, this.view.height);
    drawMarks(this.front, this);
  }

  close() {
    this.sizes.disconnect();
  }
}
