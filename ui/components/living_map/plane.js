/** How places of the map and codes belong together; the same as in autoencoder/projection.py. */

/**
 * @typedef {object} Plane
 * @property {(x: number, y: number, base: Float32Array) => Float32Array} invert the code at a place that
 *   differs from the base only along the map
 * @property {(code: Float32Array) => [number, number]} place where a code lies
 * @property {Float32Array} middle the code that the pointer's plane goes through before one is chosen
 */

/**
 * Codes of one or two dimensions as they are.
 * @param {number} dim
 * @returns {Plane}
 */
export function codePlane(dim) {
  return {
    invert: (x, y) => Float32Array.from([x, y].slice(0, dim)),
    place: (code) => [code[0], dim > 1 ? code[1] : 0],
    middle: new Float32Array(dim),
  };
}

/**
 * The plane of two principal components.
 * @param {Float32Array} mean (D,)
 * @param {Float32Array} components (2, D), orthonormal
 * @returns {Plane}
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
    invert(x, y, base) {
      const [baseX, baseY] = place(base);
      return base.map((value, i) => value + (x - baseX) * components[i] + (y - baseY) * components[dim + i]);
    },
    middle: mean,
  };
}
