/** Cache of the real images behind the points, fetched in tiles of many images. */
import { fetchOk } from "../shared/safetensors.js";
import { SIDE } from "../shared/pixels.js";

const PREFETCHED = 20; // tiles at most; more are fetched when they are asked for

export class Images {
  /** @param {{ urls: string[], per_tile: number }} sheet */
  constructor({ urls, per_tile: perTile }) {
    this.urls = urls;
    this.perTile = perTile;
    /** @type {Map<number, Promise<Uint8Array>>} by number, arrived or on their way */
    this.tiles = new Map();
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
      return new Uint8Array(await (await fetchOk(this.urls[number])).arrayBuffer());
    } catch (error) {
      this.tiles.delete(number); // so that the next request tries again
      throw error;
    }
  }
}
