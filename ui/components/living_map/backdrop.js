/** Backdrop: the layer behind the points of one map, with its legend. */
import { oddityName } from "../decoder/support.js";
import { element, say } from "../shared/dom.js";
import { digits } from "../shared/numbers.js";
import { GAP_TOP, LAYERS, cividis, densityColour, drawField, fetchField } from "./layers.js";
import { Grid } from "./grid.js";
/** @import { Field } from "./layers.js" */
/** @import { Pane } from "./pane.js" */

export class Backdrop {
  /** @param {Pane} pane */
  constructor({ space, stage, map }) {
    this.space = space;
    this.stage = stage;
    this.map = map;
    this.layer = "none";
    this.isFiltered = false; // to some classes
    this.url = "";
    /** @type {Field | null} */
    this.field = null;
    /** @type {Grid | null} */
    this.grid = null;
    this.gridKey = "";
    this.text = element("span");
    this.scale = element("span", { class: "lm-scale", "aria-hidden": "true" });
    this.low = element("span", {}, "0");
    this.high = element("span");
    const attributes = { class: "lm-layer-legend", hidden: true };
    this.legend = element("p", attributes, this.low, this.scale, this.high, this.text);
  }

  /** Prepare the layer of the state. */
  refresh() {
    const { layer, classes, pins } = this.map.state;
    this.layer = this.stage.layer = layer;
    this.isFiltered = classes.length > 0;
    this.legend.hidden = layer === "none";
    this.refreshField().catch(this.map.fail);
    this.refreshGrid(this.space.baseAt(pins.a));
    this.describe();
  }

  async refreshField() {
    const url = this.space.data.layers[this.layer] ?? "";
    if (url === this.url) return;
    this.url = url;
    this.field = null;
    if (!url) return;
    const isWanted = () => this.url === url;
    const field = await fetchField(url, (share) => this.describe(share), isWanted);
    if (!field || !isWanted()) return;
    this.field = field;
    this.describe();
    this.stage.redraw();
  }

  /** @param {Float32Array} base code through which the decoded plane goes */
  refreshGrid(base) {
    const { data, model, isReady } = this.space;
    const plane = this.layer === "grid" && isReady ? this.space.plane : null;
    if (this.grid && plane && this.map.state.pins.before) return; // built anew when the pin is dropped
    const key = plane ? `${data.map} ${data.plane === "pca" ? base.join() : ""}` : "";
    if (key === this.gridKey) return;
    this.gridKey = key;
    this.close();
    if (!plane) return;
    this.grid = new Grid(model, plane, base, this.stage);
  }

  draw() {
    if (this.grid) this.grid.draw();
    else if (this.field) drawField(this.stage, this.field, this.layer === "gaps");
  }

  /** @param {number} [share] of the work that is done, while the field is computed */
  describe(share = 0) {
    this.scale.hidden = this.low.hidden = this.high.hidden = !this.field;
    this.scale.style.background = gradient(this.layer === "density" ? densityColour : cividis);
    say(this.high, this.layer === "gaps" ? `${GAP_TOP} and more` : digits(this.field?.top ?? 0));
    say(this.text, this.words(share));
  }

  /** @param {number} share */
  words(share) {
    const { plane, data } = this.space;
    if (this.layer === "grid" && plane) return "What the decoder draws at each spot; zoom in for more.";
    if ((this.layer === "grid" || this.layer === "gaps") && !plane) return data.why_not_invert;
    const name = LAYERS[/** @type {keyof LAYERS} */ (this.layer)];
    if (!this.field) return `Computing the ${name} … ${Math.round(share * 100)} %`;
    const ofAll = this.isFiltered ? " of all classes" : "";
    if (this.layer === "density") return `images${ofAll} per square unit of the map`;
    return `${oddityName(data.dim)} over the plane, in the model's units; hatched above 1: off the data`;
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
