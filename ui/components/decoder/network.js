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

const OPERATIONS = { dense, convolution, "transposed convolution": transposedConvolution };

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

/** @type {Operation} */
function convolution(layer, weight, bias, output) {
  const [channels, height, width] = layer.input_shape;
  const [, tall, wide] = layer.output_shape;
  const taps = tapsOf(layer, [tall, wide], [height, width]);
  return (input) => {
    for (let i = 0; i < output.length; i++) output[i] = bias[(i / (tall * wide)) | 0];
    for (let o = 0, w = 0; o < output.length; o += tall * wide)
      for (let c = 0; c < channels; c++)
        for (const tap of taps) {
          const factor = weight[w++];
          for (let y = tap.top; y < tap.bottom; y++) {
            const to = o + y * wide;
            const from = (c * height + y * layer.stride + tap.dy) * width + tap.dx;
            for (let x = tap.left; x < tap.right; x++)
              output[to + x] += factor * input[from + x * layer.stride];
          }
        }
  };
}

/**
 * Every input value is spread over a window of the output. With one loop for both kinds of convolution the
 * first sixty images take 6 % longer.
 * @type {Operation}
 */
function transposedConvolution(layer, weight, bias, output) {
  const [, tall, wide] = layer.input_shape;
  const [channels, height, width] = layer.output_shape;
  const taps = tapsOf(layer, [tall, wide], [height, width]);
  return (input) => {
    for (let i = 0; i < output.length; i++) output[i] = bias[(i / (height * width)) | 0];
    for (let i = 0, w = 0; i < input.length; i += tall * wide)
      for (let c = 0; c < channels; c++)
        for (const tap of taps) {
          const factor = weight[w++];
          for (let y = tap.top; y < tap.bottom; y++) {
            const from = i + y * wide;
            const to = (c * height + y * layer.stride + tap.dy) * width + tap.dx;
            for (let x = tap.left; x < tap.right; x++)
              output[to + x * layer.stride] += factor * input[from + x];
          }
        }
  };
}

/**
 * Taps of a kernel. Each weight joins cells (y, x) of the smaller map to (y * stride + dy, x * stride + dx)
 * of the larger one, for top <= y < bottom and left <= x < right.
 * @param {Layer} layer
 * @param {[number, number]} smaller height and width
 * @param {[number, number]} larger
 */
function tapsOf({ kernel, stride }, [tall, wide], [height, width]) {
  const offsets = Array.from({ length: kernel }, (_, k) => k - (kernel >> 1));
  const first = (/** @type {number} */ d) => Math.max(0, Math.ceil(-d / stride));
  const end = (/** @type {number} */ d, /** @type {number} */ count, /** @type {number} */ size) =>
    Math.min(count, Math.floor((size - 1 - d) / stride) + 1);
  return offsets.flatMap((dy) =>
    offsets.map((dx) => ({
      dy,
      dx,
      top: first(dy),
      bottom: end(dy, tall, height),
      left: first(dx),
      right: end(dx, wide, width),
    })),
  );
}
