/**
 * Reader of the safetensors format, in which ui/components/wire.py packs all files: eight bytes of header
 * length, a JSON header, and the tensors' bytes.
 */

/** @typedef {Float32Array | Uint8Array | Uint16Array} Values in row-major order; halves as float32 */
/** @typedef {{ data: Values, shape: number[] }} Tensor */

/** @type {Record<string, Float32ArrayConstructor | Uint16ArrayConstructor | Uint8ArrayConstructor>} */
const ARRAYS = { F32: Float32Array, F16: Uint16Array, U16: Uint16Array, U8: Uint8Array };

/**
 * Tensors by name, as views into the file, and the entries of its metadata.
 * @type {(buffer: ArrayBuffer) => { tensors: Record<string, Tensor>, metadata: Record<string, string> }}
 */
export function readTensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const { __metadata__: metadata = {}, ...entries } = header;
  /** @type {Record<string, Tensor>} */
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(entries)) {
    const count = shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
    const data = new ARRAYS[dtype](buffer, 8 + length + offsets[0], count);
    tensors[name] = { data: dtype === "F16" ? fromHalves(data) : data, shape };
  }
  return { tensors, metadata };
}

/** Fetch the tensors of a file. @param {string} url */
export async function fetchTensors(url) {
  return readTensors(await (await fetchOk(url)).arrayBuffer());
}

/** Fetch a file; an Error with its address where the server has none. @param {string} url */
export async function fetchOk(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} for ${url}`);
  return response;
}

/** IEEE 754 half precision to single, exactly. @param {Values} halves */
function fromHalves(halves) {
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const sign = halves[i] & 0x8000 ? -1 : 1;
    const exponent = (halves[i] >> 10) & 31;
    const fraction = halves[i] & 1023;
    floats[i] = sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
  }
  return floats;
}
