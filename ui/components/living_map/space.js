/** Latent space of one model: its network, the codes of the images, and the map that shows them. */
import { Model, latest } from "../decoder/model.js";
import { SIDE } from "../shared/pixels.js";
import { textOf } from "../shared/places.js";
import { Points } from "../shared/points.js";
import { fetchOk, fetchTensors } from "../shared/safetensors.js";
import { codePlane, pcaPlane } from "../decoder/plane.js";
/** @import { Plane } from "../decoder/plane.js" */
/** @import { Pixels } from "../shared/pixels.js" */
/** @import { Place } from "../shared/places.js" */
/** @import { Tensor } from "../shared/safetensors.js" */

/**
 * Data of a model's map from Python; addresses lead to files of ui/components/wire.py.
 * @typedef {object} SpaceData
 * @property {string} name of the model
 * @property {string} id the start of its fingerprint
 * @property {boolean} variational
 * @property {number} dim
 * @property {string} model address
 * @property {string} codes address
 * @property {string} map address
 * @property {"code" | "pca" | "none"} plane inverse of the map
 * @property {string} why_not_invert
 * @property {[string, string]} axes
 * @property {{ urls: string[], per_tile: number } | null} images null where only codes are here
 * @property {Record<string, string>} layers addresses by name
 */
/** @typedef {Extract<Place, { kind: "drawing" }>} Drawing */

const PREFETCHED = 20; // tiles at most; more are fetched when they are asked for

export class LatentSpace {
  /**
   * @param {SpaceData} data
   * @param {{ onMap: () => void, onEncoded: () => void }} listeners for another map, or the code of a drawing
   */
  constructor(data, { onMap, onEncoded }) {
    this.data = data;
    this.onMap = onMap;
    this.model = new Model();
    this.images = data.images && new Images(data.images);
    /** @type {Float32Array} */
    this.latents = new Float32Array();
    /** @type {Points | null} */
    this.points = null;
    /** @type {Plane | null} */
    this.plane = null;
    /** @type {Map<string, Float32Array>} codes of drawings by their text */
    this.encoded = new Map();
    this.encode = latest(
      (/** @type {Drawing} */ { image }) => this.model.encode(image),
      (code, drawing) => {
        this.encoded.set(textOf(drawing), code);
        onEncoded();
      },
    );
    this.isReady = false; // whether the model has arrived
    this.isClosed = false;
  }

  /** Fetch model, codes and map; the map is shown before the rest has arrived. */
  async load() {
    const codes = fetchTensors(this.data.codes);
    const model = this.model.ask("load", { url: this.data.model });
    await this.loadMap();
    this.latents = /** @type {Float32Array} */ ((await codes).tensors.latents.data);
    await this.model.ask("points", { latents: this.latents });
    await model;
    this.isReady = true;
  }

  async loadMap() {
    const { tensors } = await fetchTensors(this.data.map);
    if (this.isClosed) return;
    const labels = /** @type {Uint16Array | null} */ (tensors.labels?.data ?? null);
    const positions = /** @type {Float32Array} */ (tensors.positions.data);
    this.points = new Points(positions, labels);
    this.plane = this.planeOf(tensors, positions);
    this.onMap();
  }

  /** @type {(tensors: Record<string, Tensor>, positions: Float32Array) => Plane | null} */
  planeOf(tensors, positions) {
    if (this.data.plane === "code") return codePlane(this.data.dim, positions);
    if (this.data.plane === "none") return null;
    const [mean, components] = [tensors.mean.data, tensors.components.data];
    return pcaPlane(/** @type {Float32Array} */ (mean), /** @type {Float32Array} */ (components));
  }

  /** Show only some classes; none means all. @param {number[]} classes */
  filter(classes) {
    this.points?.filter(classes);
    if (this.points) this.model.ask("filter", { shown: this.points.shown });
  }

  /** Code of a place; null without one, or not yet. @type {(place: Place | null) => Float32Array | null} */
  codeOf(place) {
    if (!place || !this.latents.length) return null;
    if (place.kind === "image") return this.codeOfImage(place.index);
    if (place.kind === "code") return this.owns(place) ? place.code : null;
    const code = this.encoded.get(textOf(place)) ?? null;
    if (!code && this.isReady) this.encode(place);
    return code;
  }

  /** @param {number} index */
  codeOfImage(index) {
    const { dim } = this.data;
    return this.has(index) ? this.latents.slice(index * dim, (index + 1) * dim) : null;
  }

  /** @param {number} index of an image */
  has(index) {
    return Boolean(this.points && index >= 0 && index < this.points.count);
  }

  /** Whether a place can be shown here: no image that is not among these. @param {Place} place */
  knows(place) {
    return place.kind !== "image" || !this.points || this.has(place.index);
  }

  /** @param {Extract<Place, { kind: "code" }>} place */
  owns({ model, code }) {
    return model === this.data.id && code.length === this.data.dim;
  }

  /** Code of a place, or else the mean code: the pointer moves in its plane. @param {Place | null} place */
  baseAt(place) {
    return this.codeOf(place) ?? this.plane?.middle ?? new Float32Array(this.data.dim);
  }

  /** @param {(Place | null)[]} places */
  isEncoding(places) {
    return this.isReady && places.some((place) => place?.kind === "drawing" && !this.codeOf(place));
  }

  /** Forget the codes of all drawings but these. @param {(Place | null)[]} places */
  keepOnly(places) {
    const kept = places.map(textOf);
    for (const text of this.encoded.keys()) if (!kept.includes(text)) this.encoded.delete(text);
  }

  /** Position of a place on the map; null where it has none. @param {Place | null} place */
  positionOf(place) {
    if (place?.kind === "image") return this.has(place.index) ? (this.points?.at(place.index) ?? null) : null;
    const code = this.codeOf(place);
    return code && this.plane ? this.plane.place(code) : null;
  }

  /** Image of a row, or else its decoded code. @type {(index: number) => Promise<Pixels | null>} */
  async pixelsOf(index) {
    if (this.images) return this.images.get(index);
    const code = this.codeOfImage(index);
    return code && this.isReady ? (await this.model.decode([code]))[0] : null;
  }

  close() {
    this.isClosed = true;
    this.model.close();
  }
}

/** Cache of the real images behind the points, fetched in tiles of many images. */
export class Images {
  /** @param {{ urls: string[], per_tile: number }} sheet */
  constructor({ urls, per_tile: perTile }) {
    this.urls = urls;
    this.perTile = perTile;
    /** @type {Map<number, Promise<Uint8Array>>} by number, arrived or on their way */
    this.tiles = new Map();
    /** @type {Map<number, Uint8Array>} those that have arrived */
    this.arrived = new Map();
  }

  /**
   * Image of a row if it has arrived; null otherwise, and a call when it has.
   * @type {(row: number, onTile: () => void) => Uint8Array | null}
   */
  peek(row, onTile) {
    const number = Math.floor(row / this.perTile);
    const start = (row % this.perTile) * SIDE * SIDE;
    const tile = this.arrived.get(number);
    if (!tile) this.tile(number).then(onTile, () => {}); // the prefetch tells of failures
    return tile?.subarray(start, start + SIDE * SIDE) ?? null;
  }

  /** Image of a row. @param {number} row */
  async get(row) {
    const tile = await this.tile(Math.floor(row / this.perTile));
    const start = (row % this.perTile) * SIDE * SIDE;
    return tile.subarray(start, start + SIDE * SIDE);
  }

  /** Fetch all tiles in turn, where they are few. */
  async prefetch() {
    if (this.urls.length > PREFETCHED) return;
    for (const tile of this.urls.keys()) await this.tile(tile);
  }

  /** @type {(number: number) => Promise<Uint8Array>} */
  tile(number) {
    const tile = this.tiles.get(number) ?? this.fetch(number);
    this.tiles.set(number, tile);
    return tile;
  }

  /** @param {number} number */
  async fetch(number) {
    try {
      const tile = new Uint8Array(await (await fetchOk(this.urls[number])).arrayBuffer());
      this.arrived.set(number, tile);
      return tile;
    } catch (error) {
      this.tiles.delete(number); // so that the next request tries again
      throw error;
    }
  }
}
