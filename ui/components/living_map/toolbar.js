/** Toolbar above the maps: tool of a drag, view, layer, and classes. */
import { button, element } from "../shared/dom.js";
import { LAYERS } from "./layers.js";
import { colourOf } from "../shared/theme.js";
/** @import LatentMap, { Data } from "./map.js" */
/** @import { State } from "./state.js" */

const TOOLS = { move: "Move", box: "Box", lasso: "Lasso" };
const ZOOM = 1.5;

export class Toolbar {
  /** @param {LatentMap} map */
  constructor(map) {
    this.map = map;
    this.tool = "move";
    this.tools = Object.entries(TOOLS).map(([name, words]) => button(words, () => this.setTool(name)));
    const layers = Object.entries(LAYERS).map(([name, words]) => element("option", { value: name }, words));
    const attributes = { "aria-label": "Layer", change: () => map.setLayer(this.layer.value) };
    this.layer = element("select", attributes, ...layers);
    this.classes = element("div", { class: "lm-legend", role: "group", "aria-label": "Classes" });
    this.element = element("div", {}, this.bar(), this.classes);
    this.setTool(this.tool);
  }

  bar() {
    const tools = element("div", { class: "lm-group", role: "group", "aria-label": "Tool" }, ...this.tools);
    const buttons = [
      button("+", () => this.zoom(ZOOM), { "aria-label": "Zoom in" }),
      button("−", () => this.zoom(1 / ZOOM), { "aria-label": "Zoom out" }),
      button("Show all", () => this.map.board.changeViews((each) => each.fit())),
    ];
    const view = element("div", { class: "lm-group", role: "group", "aria-label": "View" }, ...buttons);
    const layer = element("label", { class: "lm-label" }, "Behind the points ", this.layer);
    return element("div", { class: "lm-bar" }, tools, view, layer);
  }

  /** @param {number} factor */
  zoom(factor) {
    this.map.board.changeViews((each) => each.zoom(factor, [each.width / 2, each.height / 2]));
  }

  /** @param {string} tool */
  setTool(tool) {
    this.tool = tool;
    for (const [i, name] of Object.keys(TOOLS).entries())
      this.tools[i].setAttribute("aria-pressed", String(name === tool));
  }

  /**
   * Show the state; buttons are replaced only when the classes change, so that the focus stays.
   * @type {(chosen: State, data: Data) => void}
   */
  show(chosen, { present, classes }) {
    this.layer.value = chosen.layer;
    this.classes.hidden = !present.length;
    const key = JSON.stringify([present, classes]);
    if (this.classes.dataset.key !== key) this.build(present, classes);
    this.classes.dataset.key = key;
    present.forEach((label, i) =>
      this.classes.children[i].setAttribute("aria-pressed", String(chosen.classes.includes(label))),
    );
    /** @type {HTMLElement} */ (this.classes.lastElementChild).hidden = !chosen.classes.length;
  }

  /** @type {(present: number[], names: string[]) => void} */
  build(present, names) {
    const classes = present.map((label) => {
      const dot = element("span", { class: "lm-dot", style: `background: ${colourOf(label)}` });
      const name = element("span", { class: "lm-class" }, dot, names[label]);
      return button(name, () => this.map.toggleClass(label));
    });
    const all = button("All classes", () => this.map.showClasses([]));
    this.classes.replaceChildren(...classes, all);
  }
}
