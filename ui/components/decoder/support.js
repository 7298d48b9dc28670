/**
 * Support of the data in latent space: round trip of a code and its distance to the codes of the atlas, in
 * the model's units: 1 is stranger than 95 % of the codes that the model uses for real images.
 * See autoencoder/latent/support.py.
 */
import { digits } from "../shared/numbers.js";
/** @import { Network } from "./network.js" */

/** @typedef {{ round_trip: number, neighbour_distance: number, decoded_step: number }} Units */
/** @typedef {{ roundTrip: number, distance: number, dim: number }} Measures in the model's units */

const NEIGHBOURS = 5;
const FEWEST_DIMS_FOR_ROUND_TRIP = 8; // in fewer the distance to the data decides
// An atlas is stored in half precision, which moves a component by up to 2^-11 of itself; encoding the
// same image in another batch moves it by some roundings of the largest. Within this, a code is a row's own.
const STORED_ROUNDING = 2 ** -11;
const SMALLEST_NORMAL = 2 ** -14;
const ENCODED_ROUNDING = 1e-6;

/** Name of the measure that decides whether a code is off the data. @param {number} dim of the code */
export function oddityName(dim) {
  return dim < FEWEST_DIMS_FOR_ROUND_TRIP ? "distance to the data" : "round trip";
}

/**
 * Verdict on a code, by the measure that decides: off the data above 1, or where that is no number. `words`
 * say it, `length` is the measure in digits, `beside` is the other measure in words.
 * @type {(measures: Measures) => { isOff: boolean, words: string, length: string, beside: string }}
 */
export function verdict({ roundTrip, distance, dim }) {
  const isByDistance = dim < FEWEST_DIMS_FOR_ROUND_TRIP;
  const oddity = isByDistance ? distance : roundTrip;
  const isOff = !(oddity <= 1);
  const length = sideDigits(oddity);
  if (isByDistance) {
    const place = isOff ? "far from the codes of real images" : "near the codes of real images";
    const beside = `round-trip error ${digits(roundTrip)}`;
    return { isOff, words: `${place} (distance ${length}; above 1 is far)`, length, beside };
  }
  const words = `${isOff ? "unfamiliar" : "familiar"} to the model`;
  const beside = `distance to the data ${digits(distance)}`;
  return { isOff, words: `${words} (round-trip error ${length}; above 1 is unfamiliar)`, length, beside };
}

/** Three digits; four decimals where three digits would hide the side of 1. @param {number} value */
function sideDigits(value) {
  return digits(value) === "1" && value !== 1 ? value.toFixed(4) : digits(value);
}

export class Support {
  /** @param {Network} network @param {Float32Array} atlas (N, D) @param {number} dim @param {Units} units */
  constructor(network, atlas, dim, units) {
    this.network = network;
    this.atlas = atlas;
    this.dim = dim;
    this.units = units;
    this.tolerance = ENCODED_ROUNDING * atlas.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  }

  /**
   * Distance between a code and the code of its decoded image, and to the data.
   * @type {(code: Float32Array, image: Float32Array) => Measures}
   */
  measure(code, image) {
    const moved = Math.sqrt(squaredDistance(this.network.encode(image), 0, code));
    const roundTrip = inUnits(moved, this.units.round_trip);
    return { roundTrip, distance: this.distance(code), dim: this.dim };
  }

  /** Mean distance to the five nearest other codes of the atlas. @param {Float32Array} code */
  distance(code) {
    const nearest = this.nearest(code);
    const self = nearest.findIndex(({ row }) => this.isSelf(row, code));
    const counted = nearest.filter((_, i) => i !== self).slice(0, NEIGHBOURS);
    const sum = counted.reduce((total, { square }) => total + Math.sqrt(square), 0);
    return inUnits(sum / Math.max(1, counted.length), this.units.neighbour_distance);
  }

  /** Squared distances and rows of the six nearest codes, nearest first. @param {Float32Array} code */
  nearest(code) {
    /** @type {{ square: number, row: number }[]} */
    const nearest = [];
    for (let row = 0; row * this.dim < this.atlas.length; row++) {
      const square = squaredDistance(this.atlas, row * this.dim, code);
      if (nearest.length > NEIGHBOURS && square >= nearest[NEIGHBOURS].square) continue;
      let at = nearest.length;
      while (at > 0 && nearest[at - 1].square > square) at--;
      nearest.splice(at, 0, { square, row });
      nearest.length = Math.min(nearest.length, NEIGHBOURS + 1);
    }
    return nearest;
  }

  /** @type {(row: number, code: Float32Array) => boolean} */
  isSelf(row, code) {
    return code.every((value, i) => {
      const stored = this.atlas[row * this.dim + i];
      const allowed = STORED_ROUNDING * Math.max(Math.abs(stored), SMALLEST_NORMAL) + this.tolerance;
      return Math.abs(stored - value) <= allowed;
    });
  }
}

/**
 * Row of the nearest of the latents (N, D) that are shown (N,), 1 or 0; -1 where none is.
 * @type {(latents: Float32Array, shown: Uint8Array, code: Float32Array) => number}
 */
export function nearestRow(latents, shown, code) {
  let best = Infinity;
  let found = -1;
  for (let row = 0; row < shown.length; row++) {
    if (!shown[row]) continue;
    const square = squaredDistance(latents, row * code.length, code);
    if (square < best) {
      best = square;
      found = row;
    }
  }
  return found;
}

/** @type {(codes: Float32Array, start: number, code: Float32Array) => number} */
function squaredDistance(codes, start, code) {
  let sum = 0;
  for (let i = 0; i < code.length; i++) sum += (codes[start + i] - code[i]) ** 2;
  return sum;
}

/** Length in a unit; 0 or infinite for a unit of 0. @type {(length: number, unit: number) => number} */
function inUnits(length, unit) {
  return unit > 0 ? length / unit : length > 0 ? Infinity : length;
}
