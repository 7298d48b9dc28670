/** Numbers: bounds, medians, and how they are written. */

/** @type {(value: number, least: number, most: number) => number} */
export function clamp(value, least, most) {
  return Math.min(Math.max(value, least), most);
}

/** Upper median; sorts the values in place. @param {number[]} values */
export function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

/** Three significant digits; an integer of more digits stays whole. @param {number} value */
export function digits(value) {
  if (!Number.isFinite(value)) return "∞";
  if (Math.abs(value) < 0.0005) return "0";
  const text = Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
  return withMinus(text);
}

/** Text with the minus sign of typography. @param {string} text */
export function withMinus(text) {
  return text.replaceAll("-", "−");
}
