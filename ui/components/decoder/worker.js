/**
 * A model in a thread of its own, so that the map moves on while it computes. Takes one question after
 * another; whoever asks keeps few of them under way (model.js).
 */
import { Network } from "./network.js";
import { fetchTensors } from "../shared/safetensors.js";
import { Support, nearestRow } from "./support.js";

/** @typedef {{ code: Float32Array, image: Float32Array, roundTrip: number, distance: number }} Look */

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
    return { dim, units };
  },
  points(/** @type {{ latents: Float32Array }} */ message) {
    latents = message.latents;
  },
  filter(/** @type {{ shown: Uint8Array }} */ message) {
    shown = message.shown;
  },
  /**
   * What is drawn at each code, how odd it is, and, if asked, the nearest real image. A single image is sent
   * ahead: an eye waits for it, and not for the figures.
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
