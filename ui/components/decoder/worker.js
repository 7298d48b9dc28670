/**
 * Worker that runs a model, so that the page stays responsive. Requests queue up here: model.js keeps few of
 * them under way.
 */
import { Network } from "./network.js";
import { fetchTensors } from "../shared/safetensors.js";
import { Support, nearestRow } from "./support.js";

/** @typedef {import("./support.js").Measures & { code: Float32Array, image: Float32Array }} Look */

const scope = /** @type {Worker} */ (/** @type {unknown} */ (self));
/** @type {Network} */
let network;
/** @type {Support} */
let support;
/** @type {Float32Array} */
let latents = new Float32Array();
/** @type {Uint8Array} */
let shown = new Uint8Array();

/** @type {Record<string, (message: any) => any>} */
const ANSWERS = {
  async load({ url }) {
    const { tensors, metadata } = await fetchTensors(url);
    const { layers, units, latent_dim: dim } = JSON.parse(metadata.model);
    network = new Network(layers, tensors);
    support = new Support(network, /** @type {Float32Array} */ (tensors.atlas.data), dim, units);
  },
  points(/** @type {{ latents: Float32Array }} */ message) {
    latents = message.latents;
  },
  filter(/** @type {{ shown: Uint8Array }} */ message) {
    shown = message.shown;
  },
  /**
   * Image of each code, its measures and, if wanted, the nearest real image. A single image is sent ahead of
   * its measures: an eye waits for it.
   */
  look(/** @type {{ id: number, codes: Float32Array[], near: boolean }} */ { id, codes, near }) {
    return codes.map((code) => {
      const image = network.decode(code);
      if (codes.length === 1) scope.postMessage({ id, image });
      const nearest = near ? nearestRow(latents, shown, code) : -1;
      return { code, image, ...support.measure(code, image), nearest };
    });
  },
  decode: (/** @type {{ codes: Float32Array[] }} */ { codes }) => codes.map((code) => network.decode(code)),
  encode: (/** @type {{ image: Float32Array }} */ { image }) => network.encode(image),
};

scope.onmessage = async (/** @type {MessageEvent} */ { data }) => {
  try {
    scope.postMessage({ id: data.id, answer: await ANSWERS[data.task](data) });
  } catch (error) {
    scope.postMessage({ id: data.id, error: String(error) });
  }
};
