/** Controls of the map: the toolbar above it, and the row of pins below it. */
import { button, element, say } from "../shared/dom.js";
import { LAYERS } from "./layers.js";
import { colourOf } from "../shared/theme.js";
/** @import LatentMap, { Data } from "./map.js" */
/** @import { State } from "./state.js" */

const TOOLS = { move: "Move", box: "Box", lasso: "Lasso" };
const ZOOM = 1.5;

/** Toolbar: tool of a drag, view, layer, and classes. */
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
    const layer = element("label", { class: "lm-label" }, "Background ", this.layer);
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

/** Row of the places of both pins in words, with controls to set and undo them. */
export class PinRow {
  /** @param {LatentMap} map */
  constructor(map) {
    this.map = map;
    this.invitation = element("p", { class: "lm-invitation" });
    this.names = { a: element("span"), b: element("span") };
    const attributes = { type: "number", min: 0, placeholder: "image" };
    this.number = element("input", { ...attributes, "aria-label": "Number of an image" });
    this.number.addEventListener("keydown", ({ key }) => key === "Enter" && this.pin());
    this.undo = button("Undo", () => map.step("undo"));
    this.redo = button("Redo", () => map.step("redo"));
    this.clear = button("Clear pins", () => map.clearPins());
    this.element = element(
      "div",
      { class: "lm-pins" },
      element("span", { class: "lm-pin" }, element("b", {}, "A "), this.names.a),
      element("span", { class: "lm-pin" }, element("b", {}, "B "), this.names.b),
      this.number,
      button("Pin this image", () => this.pin()),
      this.undo,
      this.redo,
      this.clear,
    );
  }

  pin() {
    const index = this.number.valueAsNumber;
    if (Number.isInteger(index) && this.map.board.space?.has(index)) this.map.pin({ kind: "image", index });
  }

  /** Show the pins as they are. */
  show() {
    const { a, b, past, future } = this.map.state.pins;
    say(this.names.a, this.map.nameOf(a));
    say(this.names.b, this.map.nameOf(b));
    say(this.invitation, invitation(Boolean(a), Boolean(b)));
    this.undo.disabled = !past.length;
    this.redo.disabled = !future.length;
    this.clear.disabled = !a && !b;
  }
}

/** @type {(hasA: boolean, hasB: boolean) => string} */
function invitation(hasA, hasB) {
  if (!hasA) return "Move over the map. Click two places, and walk from one to the other.";
  return hasB ? "Drag a pin to bend the path, or click to move B." : "Now click a second place: B.";
}
