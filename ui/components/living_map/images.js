/** Cache of the real images behind the points, fetched in tiles of many images. */
import { fetchOk } from "../shared/safetensors.js";
import { SIDE } from "../shared/pixels.js";

const PREFETCHED = 20; // tiles at most; more are fetched when they are asked for

export class Images {
  /** @param {{ urls: string[], per_tile: number }} sheet */
  constructor({ urls, per_tile: perTile }) {
    this.urls = urls;
    this.perTile = perTile;
    /** @type {Map<number, Uint8Array>} */
    this.tiles = new Map();
    /** @type {Map<number, Promise<Uint8Array>>} */
    this.asked = new Map();
  }

  /**
   * Image of a row, if its tile is here.
   * @param {number} row
   * @returns {Uint8Array | null}
   */
  at(row) {
    const tile = this.tiles.get(Math.floor(row / this.perTile));
    const start = (row % this.perTile) * SIDE * SIDE;
    return tile ? tile.subarray(start, start + SIDE * SIDE) : null;
  }

  /**
   * Image of a row, fetched if necessary.
   * @param {number} row
   */
  async get(row) {
    await this.tile(Math.floor(row / this.perTile));
    return /** @type {Uint8Array} */ (this.at(row));
  }

  /** Fetch all tiles in turn, where they are few. */
  async prefetch() {
    if (this.urls.length > PREFETCHED) return;
    for (const tile of this.urls.keys()) await this.tile(tile);
  }

  /** @type {(number: number) => Promise<Uint8Array>} */
  tile(number) {
    const asked = this.asked.get(number) ?? this.fetch(number);
    this.asked.set(number, asked);
    return asked;
  }

  /** @param {number} number */
  async fetch(number) {
    try {
      const bytes = new Uint8Array(await (await fetchOk(this.urls[number])).arrayBuffer());
      this.tiles.set(number, bytes);
      return bytes;
    } catch (error) {
      this.asked.delete(number); // so that the next request tries again
      throw error;
    }
  }
}
