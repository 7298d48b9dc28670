/** Planes of latent space that a map shows, with their inverses; see autoencoder/latent/projection.py. */
/** @import { Point } from "../shared/view.js" */

/**
 * @typedef {object} Plane
 * @property {(point: Point, base: Float32Array) => Float32Array} invert a point to the code that differs from
 *   the base only along the map
 * @property {(code: Float32Array) => Point} place position of a code
 * @property {Float32Array} middle mean of the codes, through which the plane goes before another is chosen
 */

/**
 * Identity for codes of one or two dimensions, placed at `positions` (N, 2).
 * @type {(dim: number, positions: Float32Array) => Plane}
 */
export function codePlane(dim, positions) {
  return {
    invert: (point) => Float32Array.from(point.slice(0, dim)),
    place: (code) => [code[0], dim > 1 ? code[1] : 0],
    middle: meanOf(positions).slice(0, dim),
  };
}

/** Mean of positions (N, 2); zeros without any. @param {Float32Array} positions */
function meanOf(positions) {
  const sums = [0, 0];
  positions.forEach((value, i) => (sums[i % 2] += value));
  return Float32Array.from(sums, (sum) => sum / (positions.length / 2 || 1));
}

/**
 * Plane through the mean (D,) along two orthonormal principal components (2, D).
 * @type {(mean: Float32Array, components: Float32Array) => Plane}
 */
export function pcaPlane(mean, components) {
  const dim = mean.length;
  /** @type {Plane["place"]} */
  const place = (code) => {
    let x = 0;
    let y = 0;
    for (let i = 0; i < dim; i++) {
      x += (code[i] - mean[i]) * components[i];
      y += (code[i] - mean[i]) * components[dim + i];
    }
    return [x, y];
  };
  return {
    place,
    invert([x, y], base) {
      const [baseX, baseY] = place(base);
      return base.map((value, i) => value + (x - baseX) * components[i] + (y - baseY) * components[dim + i]);
    },
    middle: mean,
  };
}
