/**
 * Places in latent space in the notation of links: an image by its number, "17"; a code with the start of its
 * model's fingerprint, "z0a1b2c3d:0.5,-1.25"; a drawing, "d:" and its 784 bytes in base64url. Python has the
 * same notation (ui/components/shared/places.py).
 */
import { SIDE } from "./pixels.js";

/**
 * @typedef {{ kind: "image", index: number }
 *   | { kind: "code", model: string, code: Float32Array }
 *   | { kind: "drawing", image: Uint8Array }} Place
 */

const SIGNIFICANT = 7; // digits of a component: as many as a float32 keeps

/** @param {Place | null} place */
export function textOf(place) {
  if (!place) return "";
  if (place.kind === "image") return String(place.index);
  if (place.kind === "drawing") return `d:${toBase64(place.image)}`;
  const numbers = Array.from(place.code, (value) => Number(value.toPrecision(SIGNIFICANT)));
  return `z${place.model}:${numbers.join(",")}`;
}

/** Parse a place; null for a text that is none. @type {(text: string) => Place | null} */
export function placeOf(text) {
  if (/^\d+$/.test(text)) return { kind: "image", index: Number(text) };
  if (text.startsWith("d:")) {
    const image = fromBase64(text.slice(2));
    return image.length === SIDE * SIDE ? { kind: "drawing", image } : null;
  }
  const [, model, numbers] = text.match(/^z([0-9a-f]{8}):(.+)$/) ?? [];
  if (!numbers) return null;
  const code = Float32Array.from(numbers.split(","), Number);
  return code.every(Number.isFinite) ? { kind: "code", model, code } : null;
}

/** @param {Uint8Array} bytes */
function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** Bytes of base64, or of base64url. @param {string} text */
export function fromBase64(text) {
  const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}
