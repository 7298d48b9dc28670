/** Controls of the map: the toolbar, the row of pins above the path, and a pin by its number. */
import { button, element, say } from "../shared/dom.js";
import { icon } from "./icons.js";
import { LAYERS } from "./layers.js";
import { colourOf } from "../shared/theme.js";
/** @import LatentMap, { Data } from "./map.js" */
/** @import { State } from "./state.js" */

const TOOLS = { pan: "Pan", box: "Box", lasso: "Lasso" };
const ZOOM = 1.5;

/** @type {(name: string, words: string, onClick: () => void) => HTMLButtonElement} */
function iconButton(name, words, onClick) {
  return button(icon(name), onClick, { class: "button lm-square", "aria-label": words, title: words });
}

/** Toolbar in one line: tool of a drag, view, layer, drawing pad, and classes. */
export class Toolbar {
  /** @param {LatentMap} map */
  constructor(map) {
    this.map = map;
    this.tool = "pan";
    this.tools = Object.entries(TOOLS).map(([name, words]) =>
      iconButton(name, words, () => this.setTool(name)),
    );
    const layers = Object.entries(LAYERS).map(([name, words]) => element("option", { value: name }, words));
    const attributes = { "aria-label": "Layer", change: () => map.setLayer(this.layer.value) };
    this.layer = element("select", attributes, ...layers);
    this.draw = button(icon("draw"), () => map.sketch.toggle(), { class: "button lm-draw" });
    this.draw.append("Draw");
    this.classes = element("div", { class: "lm-legend", role: "group", "aria-label": "Classes" });
    this.element = this.bar();
    this.setTool(this.tool);
  }

  bar() {
    const tools = element("div", { class: "lm-group", role: "group", "aria-label": "Tool" }, ...this.tools);
    const buttons = [
      iconButton("in", "Zoom in", () => this.zoom(ZOOM)),
      iconButton("out", "Zoom out", () => this.zoom(1 / ZOOM)),
      iconButton("all", "Show all", () => this.map.board.changeViews((each) => each.fit())),
    ];
    const view = element("div", { class: "lm-group", role: "group", "aria-label": "View" }, ...buttons);
    const layer = element("label", { class: "lm-label" }, "Background", this.layer);
    return element("div", { class: "lm-bar" }, tools, view, layer, this.draw, this.classes);
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
    this.draw.setAttribute("aria-pressed", String(!this.map.sketch.element.hidden));
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
      return button(name, () => this.map.toggleClass(label), { title: `Only class ${names[label]}` });
    });
    const all = button("All", () => this.map.showClasses([]), { "aria-label": "All classes" });
    this.classes.replaceChildren(...classes, all);
  }
}

/** Row of the places of both pins in words, with controls to undo and clear them. */
export class PinRow {
  /** @param {LatentMap} map */
  constructor(map) {
    this.map = map;
    this.invitation = element("p", { class: "lm-invitation" });
    this.names = { a: element("span"), b: element("span") };
    this.undo = iconButton("undo", "Undo", () => map.step("undo"));
    this.redo = iconButton("redo", "Redo", () => map.step("redo"));
    this.clear = iconButton("clear", "Clear pins", () => map.clearPins());
    const buttons = element("div", { class: "lm-group" }, this.undo, this.redo, this.clear);
    const pin = (/** @type {"a" | "b"} */ name) => {
      const letter = element("b", { class: "lm-letter" }, name.toUpperCase());
      return element("span", { class: "lm-pin" }, letter, this.names[name]);
    };
    this.element = element("div", { class: "lm-pins" }, pin("a"), pin("b"), this.invitation, buttons);
  }

  /** Show the pins as they are. */
  show() {
    const { a, b, past, future } = this.map.state.pins;
    say(this.names.a, this.map.nameOf(a));
    say(this.names.b, this.map.nameOf(b));
    const isLine = this.map.board.panes.some(({ space }) => space.plane);
    say(this.invitation, invitation(Boolean(a), Boolean(b), isLine));
    this.undo.disabled = !past.length;
    this.redo.disabled = !future.length;
    this.clear.disabled = !a && !b;
  }
}

/** @type {(hasA: boolean, hasB: boolean, isLine: boolean) => string} */
function invitation(hasA, hasB, isLine) {
  if (!hasA) return "Move over the map. Click two places, A and B, to walk between.";
  if (!hasB) return "Now click a second place: B.";
  return isLine ? "Drag A or B to move that end, or click to move B." : "Click to move B.";
}

/** Pin set by the number of its image. */
export class NumberedPin {
  /** @param {LatentMap} map */
  constructor(map) {
    this.map = map;
    const attributes = { type: "number", min: 0, placeholder: "image", "aria-label": "Number of an image" };
    this.number = element("input", attributes);
    this.number.addEventListener("keydown", ({ key }) => key === "Enter" && this.pin());
    this.problem = element("span", { role: "alert" });
    const pin = button("Pin this image", () => this.pin());
    this.element = element("div", { class: "lm-numbered" }, this.number, pin, this.problem);
  }

  pin() {
    const index = this.number.valueAsNumber;
    const count = this.map.board.space?.points?.count ?? 0;
    const isHere = Number.isInteger(index) && index >= 0 && index < count;
    const range = `Type a whole number from 0 to ${(count - 1).toLocaleString("en")}.`;
    say(this.problem, isHere || !count ? "" : `There is no such image. ${range}`);
    if (isHere) this.map.pin({ kind: "image", index });
  }
}
