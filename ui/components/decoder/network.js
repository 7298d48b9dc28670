/**
 * Forward pass of a trained autoencoder on typed arrays, with the results of PyTorch.
 *
 * Images are 784 values in [0, 1], row by row; codes have D values. Feature maps (C, H, W) lie in
 * memory as in PyTorch, so weights are used as they were saved.
 */
/** @import { Tensor } from "../shared/safetensors.js" */

/**
 * @typedef {object} Layer
 * @property {"dense" | "convolution" | "transposed convolution"} operation
 * @property {number[]} input_shape (C, H, W) or (D,)
 * @property {number[]} output_shape
 * @property {number} kernel
 * @property {number} stride
 * @property {string} weight the name of a tensor
 * @property {string} bias
 * @property {boolean} active whether SiLU follows
 */
/** @typedef {(input: Float32Array) => Float32Array} Step returns the same array at every call */
/**
 * Step of one layer: returns the function that computes `output`. Weights are (outputs, inputs), and for
 * convolutions (channels of the smaller map, channels of the larger one, kernel, kernel).
 * @typedef {(layer: Layer, weight: Float32Array, bias: Float32Array, output: Float32Array) =>
 *   (input: Float32Array) => void} Operation
 */

const OPERATIONS = { dense, convolution, "transposed convolution": convolution };

export class Network {
  /** @param {{ encoder: Layer[], decoder: Layer[] }} layers @param {Record<string, Tensor>} tensors */
  constructor(layers, tensors) {
    this.encoder = layers.encoder.map((layer) => stepOf(layer, tensors));
    this.decoder = layers.decoder.map((layer) => stepOf(layer, tensors));
  }

  /** @param {Float32Array} code */
  decode(code) {
    return Float32Array.from(run(this.decoder, code), (logit) => 1 / (1 + Math.exp(-logit)));
  }

  /** Code of an image; for a variational model, the mean. @param {Float32Array} image */
  encode(image) {
    return run(this.encoder, image).slice();
  }
}

/** @type {(steps: Step[], input: Float32Array) => Float32Array} */
function run(steps, input) {
  return steps.reduce((values, step) => step(values), input);
}

/** @type {(layer: Layer, tensors: Record<string, Tensor>) => Step} */
function stepOf(layer, tensors) {
  const weight = /** @type {Float32Array} */ (tensors[layer.weight].data);
  const bias = /** @type {Float32Array} */ (tensors[layer.bias].data);
  const output = new Float32Array(layer.output_shape.reduce((a, b) => a * b, 1));
  const compute = OPERATIONS[layer.operation](layer, weight, bias, output);
  return (input) => {
    compute(input);
    if (layer.active) for (let i = 0; i < output.length; i++) output[i] /= 1 + Math.exp(-output[i]); // SiLU
    return output;
  };
}

/** @type {Operation} */
function dense(layer, weight, bias, output) {
  const width = weight.length / output.length;
  return (input) => {
    for (let o = 0, w = 0; o < output.length; o++) {
      let sum = bias[o];
      for (let i = 0; i < width; i++) sum += weight[w++] * input[i];
      output[o] = sum;
    }
  };
}

/**
 * Convolution, or its transpose, which spreads every input value over a window of the output: the smaller map
 * is the output of the one and the input of the other.
 * @type {Operation}
 */
function convolution(layer, weight, bias, output) {
  const isTransposed = layer.operation === "transposed convolution";
  const maps = [layer.output_shape, layer.input_shape];
  const [[, tall, wide], [channels, height, width]] = isTransposed ? maps.reverse() : maps;
  const taps = tapsOf(layer, [tall, wide], [height, width]);
  const { stride } = layer;
  const area = output.length / bias.length;
  return (input) => {
    for (let i = 0; i < output.length; i++) output[i] = bias[(i / area) | 0];
    for (let s = 0, w = 0; w < weight.length; s += tall * wide)
      for (let c = 0; c < channels; c++)
        for (const { row, column } of taps) {
          const factor = weight[w++];
          const { offset, start, end } = column;
          for (let y = row.start; y < row.end; y++) {
            const small = s + y * wide;
            const large = (c * height + y * stride + row.offset) * width + offset;
            if (isTransposed)
              for (let x = start; x < end; x++) output[large + x * stride] += factor * input[small + x];
            else for (let x = start; x < end; x++) output[small + x] += factor * input[large + x * stride];
          }
        }
  };
}

/**
 * Taps of a kernel. Each weight joins the cell (y, x) of the smaller map to the cell
 * (y * stride + row.offset, x * stride + column.offset) of the larger one, for y and x from start to end.
 * @param {Layer} layer
 * @param {[number, number]} smaller height and width
 * @param {[number, number]} larger
 */
function tapsOf({ kernel, stride }, [tall, wide], [height, width]) {
  const offsets = Array.from({ length: kernel }, (_, k) => k - (kernel >> 1));
  const ranges = (/** @type {number} */ count, /** @type {number} */ size) =>
    offsets.map((offset) => {
      const end = Math.floor((size - 1 - offset) / stride) + 1;
      return { offset, start: Math.max(0, Math.ceil(-offset / stride)), end: Math.min(count, end) };
    });
  const columns = ranges(wide, width);
  return ranges(tall, height).flatMap((row) => columns.map((column) => ({ row, column })));
}
