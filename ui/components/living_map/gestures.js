/**
 * Gestures on a map, for mouse, pen and touch: one finger is the pointer, two fingers pan and zoom. Keys:
 * arrows, Enter, Escape, +, -, 0, and Ctrl+Z to undo. A wheel scrolls the page; with Ctrl it zooms, and so a
 * trackpad reports a pinch.
 */
import { clamp } from "../shared/numbers.js";
/** @import { Point } from "../shared/view.js" */
/** @import { Pane } from "./pane.js" */

const SLACK = 5; // pixels that a click may move
const STEP = 8; // pixels of an arrow key
const LEAP = 40; // with shift
const WHEEL = 0.01; // of zoom, as its logarithm, per pixel that a pinch on a trackpad or a wheel turns
const MOST_WHEEL = 0.1; // a notch of a wheel turns a hundred pixels at once
const ZOOM = 1.25; // of a key

export class Gestures {
  /** @param {Pane} pane whose stage hears them; places are pixels from its top left */
  constructor(pane) {
    this.pane = pane;
    this.map = pane.map;
    const stage = (this.stage = pane.stage.element);
    /** @type {Map<number, Point>} pressed pointers by id */
    this.down = new Map();
    /** @type {Point} */
    this.start = [0, 0];
    this.hasMoved = false; // whether the pressed pointer has left its slack
    this.mode = ""; // of the pressed pointer: "click", "pan", "box", "lasso", "touch", "pinch" or "drag"
    this.pin = "";
    /** @type {Point[]} */
    this.outline = [];
    /** @type {Point | null} */
    this.pointer = null;
    stage.addEventListener("pointerdown", (event) => this.onDown(event));
    stage.addEventListener("pointermove", (event) => this.onMove(event));
    // Where the browser has this event, it comes before the next frame.
    const hovers = "onpointerrawupdate" in stage ? "pointerrawupdate" : "pointermove";
    stage.addEventListener(hovers, (event) => this.onHover(/** @type {PointerEvent} */ (event)));
    stage.addEventListener("pointerup", (event) => this.onUp(event));
    stage.addEventListener("pointercancel", (event) => this.onUp(event, true));
    stage.addEventListener("pointerleave", (event) => this.onLeave(event));
    stage.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    stage.addEventListener("keydown", (event) => this.onKey(event));
    stage.addEventListener("blur", () => this.onBlur());
  }

  /** @type {(event: MouseEvent) => Point} */
  at(event) {
    const box = this.stage.getBoundingClientRect();
    return [event.clientX - box.left - this.stage.clientLeft, event.clientY - box.top - this.stage.clientTop];
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    const at = this.at(event);
    this.stage.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, at);
    if (this.down.size === 2) {
      this.mode = "pinch";
      return this.map.board.rest();
    }
    this.start = at;
    this.hasMoved = false;
    this.pin = this.pane.pinAt(at);
    const tool = event.shiftKey ? "box" : this.map.toolbar.tool;
    if (this.pin) this.mode = "drag";
    else if (tool !== "pan") this.mode = tool;
    else this.mode = event.pointerType === "touch" ? "touch" : "click";
    this.outline = [at];
    if (this.mode === "touch") this.pane.hover(at);
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    const at = this.at(event);
    const before = this.down.get(event.pointerId);
    if (!before) return;
    if (this.mode === "pinch") this.pinch(event.pointerId, at);
    this.down.set(event.pointerId, at);
    this.hasMoved ||= Math.hypot(at[0] - this.start[0], at[1] - this.start[1]) > SLACK;
    if (this.mode === "click" && this.hasMoved) this.mode = "pan";
    if (this.mode === "pan") this.pane.changeView((view) => view.pan([at[0] - before[0], at[1] - before[1]]));
    if (this.mode === "touch") this.pane.hover(at);
    if (this.mode === "drag" && this.hasMoved) this.pane.drag(this.pin, at);
    if (this.mode === "box" || this.mode === "lasso") this.extendOutline(at);
  }

  /** @param {PointerEvent} event */
  onHover(event) {
    if (this.down.has(event.pointerId)) return;
    this.pointer = null;
    this.pane.hover(this.at(event));
  }

  /** @param {Point} at */
  extendOutline(at) {
    const [x, y] = this.start;
    if (this.mode === "lasso") this.outline.push(at);
    else this.outline = [[x, y], [at[0], y], at, [x, at[1]]];
    this.pane.outline(this.outline, false);
  }

  /** @type {(factor: number, at: Point) => void} */
  zoom(factor, at) {
    this.pane.changeView((view) => view.zoom(factor, at));
  }

  /** @type {(id: number, at: Point) => void} */
  pinch(id, at) {
    const before = /** @type {Point} */ (this.down.get(id));
    const other = [...this.down].find(([key]) => key !== id)?.[1];
    if (!other) return;
    const spread = (/** @type {Point} */ [x, y]) => Math.hypot(x - other[0], y - other[1]) || 1;
    this.pane.changeView((view) => view.pan([(at[0] - before[0]) / 2, (at[1] - before[1]) / 2]));
    this.zoom(spread(at) / spread(before), [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2]);
  }

  /** @type {(event: PointerEvent, isCancelled?: boolean) => void} */
  onUp(event, isCancelled = false) {
    if (!this.down.delete(event.pointerId)) return;
    const { mode, hasMoved } = this;
    if (mode === "pinch" && this.down.size) return;
    this.mode = "";
    if (mode === "drag" && hasMoved) this.map.commitPins();
    if (mode === "box" || mode === "lasso") this.pane.outline(hasMoved ? this.outline : [], true);
    else if (!hasMoved && !isCancelled && mode !== "pinch") this.pane.click(this.at(event));
  }

  /** @param {PointerEvent} event */
  onLeave(event) {
    // A finger leaves whenever it is lifted; what it found stays to be looked at.
    if (event.pointerType !== "touch" && !this.down.size) this.map.board.rest();
  }

  onBlur() {
    if (!this.pointer) return;
    this.pointer = null;
    this.map.board.rest();
  }

  /** @param {WheelEvent} event */
  onWheel(event) {
    if (!event.ctrlKey && !event.metaKey) return this.pane.showHint();
    event.preventDefault();
    const turned = WHEEL * event.deltaY * (event.deltaMode === 1 ? 32 : 1);
    this.zoom(Math.exp(-clamp(turned, -MOST_WHEEL, MOST_WHEEL)), this.at(event));
    if (!this.down.size) this.pane.hover(this.at(event));
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const by = event.shiftKey ? LEAP : STEP;
    /** @type {Record<string, Point>} */
    const moves = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] };
    const move = moves[event.key];
    if (event.altKey) return;
    if (event.ctrlKey || event.metaKey) {
      if (!this.onShortcut(event)) return;
    } else if (move) this.movePointer(move);
    else if (event.key === "Enter" || event.key === " ") this.enter();
    else if (event.key === "Escape") this.onEscape();
    else if (event.key === "+" || event.key === "=") this.zoom(ZOOM, this.place);
    else if (event.key === "-") this.zoom(1 / ZOOM, this.place);
    else if (event.key === "0") this.pane.changeView((view) => view.fit());
    else return;
    event.preventDefault();
    event.stopPropagation(); // a page may have shortcuts of its own
  }

  /** Ctrl+Z, Ctrl+Shift+Z or Ctrl+Y; false for other keys. @type {(event: KeyboardEvent) => boolean} */
  onShortcut({ key, shiftKey }) {
    const letter = key.toLowerCase();
    if (letter === "y" || (letter === "z" && shiftKey)) this.map.step("redo");
    else if (letter === "z") this.map.step("undo");
    else return false;
    return true;
  }

  /** Pointer of the keys, or else the middle. @returns {Point} */
  get place() {
    return this.pointer ?? [this.stage.clientWidth / 2, this.stage.clientHeight / 2];
  }

  /** @param {Point} by */
  movePointer([right, down]) {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const [left, top] = this.place;
    this.pointer = [clamp(left + right, 0, width), clamp(top + down, 0, height)];
    this.pane.hover(this.pointer);
  }

  enter() {
    if (this.pointer) this.pane.click(this.pointer);
    else this.movePointer([0, 0]);
  }

  onEscape() {
    this.pointer = null;
    this.map.escape();
  }
}
