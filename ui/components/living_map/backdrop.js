/** The layer behind one model's points, with its scale. */
import { digits, element, say } from "../shared/dom.js";
import { GAP_TOP, Grid, LAYERS, cividis, densityColour, drawField, fetchField } from "./layers.js";

/** @typedef {import("./layers.js").Field} Field */

export class Backdrop {
  /** @param {import("./pane.js").Pane} pane */
  constructor(pane) {
    this.pane = pane;
    this.url = "";
    /** @type {Field | null} */
    this.field = null;
    /** @type {Grid | null} */
    this.grid = null;
    this.gridKey = "";
    this.text = element("span");
    this.scale = element("span", { class: "lm-scale", "aria-hidden": "true" });
    this.low = element("span");
    this.high = element("span");
    this.legend = element(
      "p",
      { class: "lm-layer-legend", hidden: true },
      this.low,
      this.scale,
      this.high,
      this.text,
    );
  }

  get name() {
    return this.pane.map.state.layer;
  }

  /** Get ready what the chosen layer draws. */
  refresh() {
    this.legend.hidden = this.name === "none";
    this.pane.stage.layer = this.name;
    this.refreshField();
    this.refreshGrid();
    this.describe();
  }

  refreshField() {
    const url = this.pane.data.layers[this.name] ?? "";
    if (url === this.url) return;
    this.url = url;
    this.field = null;
    if (url) this.fetch(url).catch((error) => this.pane.map.fail(error));
  }

  /** @param {string} url */
  async fetch(url) {
    const field = await fetchField(
      url,
      (share) => this.describe(share),
      () => this.url === url,
    );
    if (!field || this.url !== url) return;
    this.field = field;
    this.describe();
    this.pane.stage.redraw();
  }

  /** The grid of another plane is another grid. */
  refreshGrid() {
    const { pane } = this;
    const isWanted = this.name === "grid" && pane.plane && pane.isReady;
    const key = isWanted ? `${pane.data.map} ${pane.data.plane === "pca" ? pane.base.join() : ""}` : "";
    if (key === this.gridKey) return;
    this.gridKey = key;
    this.close();
    if (!isWanted) return;
    const { plane, base } = /** @type {{ plane: import("./plane.js").Plane, base: Float32Array }} */ (pane);
    this.grid = new Grid(
      (codes) => pane.model.ask("decode", { codes }),
      (x, y) => plane.invert(x, y, base),
      () => pane.stage.redraw(),
    );
  }

  draw() {
    const { stage } = this.pane;
    const context = stage.contextOf(stage.back);
    if (this.grid) this.grid.draw(context, stage);
    else if (this.field)
      drawField(
        context,
        stage,
        this.field,
        this.name === "gaps" ? GAP_TOP : this.field.top,
        this.name === "gaps",
      );
  }

  /** @param {number} [share] of the work that is done, while it is under way */
  describe(share) {
    const isField = Boolean(this.field);
    this.scale.hidden = this.low.hidden = this.high.hidden = !isField;
    this.scale.style.background = gradient(this.name === "density" ? densityColour : cividis);
    say(this.low, "0");
    say(this.high, this.name === "gaps" ? `${GAP_TOP} and more` : digits(this.field?.top ?? 0));
    say(this.text, this.words(share));
  }

  /** @param {number} [share] */
  words(share) {
    if (this.name === "grid")
      return this.pane.plane
        ? "What the decoder draws at each spot; zoom in for more."
        : this.pane.data.why_not_invert;
    if (this.name === "gaps" && !this.pane.plane) return this.pane.data.why_not_invert;
    if (!this.field)
      return `Computing the ${LAYERS[/** @type {keyof LAYERS} */ (this.name)]} … ${Math.round((share ?? 0) * 100)} %`;
    const ofAll = this.pane.map.state.classes.length ? " of all classes" : "";
    if (this.name === "density") return `images${ofAll} per square unit of the map`;
    return "round trip over the plane, in the model's units; hatched above 1: off the data";
  }

  close() {
    if (this.grid) this.grid.isClosed = true;
    this.grid = null;
  }
}

/** @param {(value: number) => number[]} colour */
function gradient(colour) {
  const stops = Array.from({ length: 21 }, (_, i) => {
    const [red, green, blue, alpha = 255] = colour(i / 20);
    return `rgb(${red} ${green} ${blue} / ${alpha / 255})`;
  });
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
