/** A model in a worker: requests as promises, and channels in which only the latest request is kept. */

/** @typedef {import("./worker.js").Look & { nearest: number }} Look */
/** @typedef {(image: Float32Array) => void} OnImage */
/** @typedef {{ resolve: (value: any) => void, reject: (error: Error) => void, onImage?: OnImage }} Waiting */

export class Model {
  constructor() {
    this.worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    /** @type {Map<number, Waiting>} by the id of the request */
    this.waiting = new Map();
    this.asked = 0;
    this.worker.onmessage = ({ data }) => {
      const promise = this.waiting.get(data.id);
      if (data.image) return promise?.onImage?.(data.image);
      this.waiting.delete(data.id);
      if (data.error) promise?.reject(new Error(data.error));
      else promise?.resolve(data.answer);
    };
  }

  /** Send a task of worker.js. @type {(task: string, message: object, onImage?: OnImage) => Promise<any>} */
  ask(task, message, onImage) {
    const id = ++this.asked;
    this.worker.postMessage({ id, task, ...message });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject, onImage }));
  }

  /** Images of codes. @type {(codes: Float32Array[]) => Promise<Float32Array[]>} */
  decode(codes) {
    return this.ask("decode", { codes });
  }

  /** Code of an image. @type {(image: Uint8Array) => Promise<Float32Array>} */
  encode(image) {
    return this.ask("encode", { image: Float32Array.from(image, (byte) => byte / 255) });
  }

  /**
   * Images of codes with their measures, and the nearest real image of each if wanted. `onImage` receives a
   * single image before its measures are known.
   * @type {(codes: Float32Array[], near?: boolean, onImage?: OnImage) => Promise<Look[]>}
   */
  look(codes, near = false, onImage = undefined) {
    return this.ask("look", { codes, near }, onImage);
  }

  close() {
    this.worker.terminate();
  }
}

/**
 * Channel with one request at a time: of those that come meanwhile only the latest is sent. `drop` forgets
 * that one, and the answer that is under way.
 * @template Question, Answer
 * @param {(question: Question) => Promise<Answer>} ask
 * @param {(answer: Answer, question: Question) => void} onAnswer
 * @returns {((question: Question) => void) & { drop: () => void }}
 */
export function latest(ask, onAnswer) {
  let busy = false;
  /** @type {{ question: Question } | null} */
  let next = null;
  let isDropped = false;
  const send = async (/** @type {Question} */ question) => {
    if (busy) {
      next = { question };
      return;
    }
    busy = true;
    isDropped = false;
    try {
      const answer = await ask(question);
      if (!isDropped) onAnswer(answer, question);
    } finally {
      busy = false;
      const waiting = next;
      next = null;
      if (waiting) send(waiting.question);
    }
  };
  send.drop = () => {
    isDropped = true;
    next = null;
  };
  return send;
}
