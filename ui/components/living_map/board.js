/** Board: the panes of one or two models side by side. */
import { element } from "../shared/dom.js";
import { Pane } from "./pane.js";
/** @import { Point, View } from "../shared/view.js" */
/** @import LatentMap from "./map.js" */
/** @import { SpaceData } from "./space.js" */

export class Board {
  /** @param {LatentMap} map */
  constructor(map) {
    this.map = map;
    /** @type {Pane[]} */
    this.panes = [];
    this.element = element("div", { class: "lm-board" });
  }

  /** Update the panes; a pane whose model or codes are others is replaced. @param {SpaceData[]} panes */
  update(panes) {
    const identity = (/** @type {SpaceData} */ { model, codes }) => `${model} ${codes}`;
    panes.forEach((data, number) => {
      const pane = this.panes[number];
      if (pane && identity(pane.space.data) === identity(data)) pane.update(data);
      else this.replace(number, data);
    });
    this.panes.splice(panes.length).forEach((pane) => pane.close());
    this.element.classList.toggle("lm-two", panes.length > 1);
    this.map.host.classList.toggle("lm-pair", panes.length > 1);
  }

  /** @type {(number: number, data: SpaceData) => void} */
  replace(number, data) {
    const before = this.panes[number];
    const pane = new Pane(this.map, number, data);
    this.panes[number] = pane;
    if (before) before.element.replaceWith(pane.element);
    else this.element.append(pane.element);
    before?.close();
    if (number === 0) pane.takeIn(this.map);
  }

  /** Space of the first model, which gives images and labels. */
  get space() {
    return this.panes[0]?.space;
  }

  /** Show the pins rather than the place under the pointer. */
  rest() {
    this.panes.forEach(({ inspector }) => inspector.rest());
  }

  /** @param {(view: View) => void} change of the view of every pane */
  changeViews(change) {
    this.panes.forEach((pane) => pane.changeView(change));
  }

  /** Ring on the other maps the image found on one, or none. @type {(source: Pane, index: number) => void} */
  link(source, index) {
    for (const { inspector } of this.panes.filter((pane) => pane !== source))
      if (index >= 0) inspector.showLinked(index);
      else inspector.unlink();
  }

  /**
   * Select, on all maps, the points inside an outline on one of them; returns their indices.
   * @type {(pane: Pane, outline: Point[]) => number[]}
   */
  select({ space: { points } }, outline) {
    const indices = points?.inside(outline) ?? [];
    const chosen = new Set(indices);
    for (const { space, stage } of this.panes) {
      const selected = space.points?.shown.map((_, i) => Number(chosen.has(i))) ?? null;
      if (space.points) space.points.selected = indices.length ? selected : null;
      stage.redraw();
    }
    return indices;
  }

  close() {
    this.panes.splice(0).forEach((pane) => pane.close());
  }
}
