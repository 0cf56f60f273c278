/**
 * Hounsfield units to grey: one table look-up per pixel.
 *
 * @typedef {import("../sync/types.js").Window} Window
 */

/** Tables are indexed by a 16-bit value plus this. */
export const OFFSET = 32768;

/**
 * Grey of a value by DICOM's linear function (PS3.3 C.11.2.1.2.1); Python's `window_image` is the same function.
 *
 * @param {number} value
 * @param {Window} window
 * @returns {number}  0 to 255.
 */
export function grey(value, { width, level }) {
  const span = Math.max(1, width) - 1;
  const distance = value - (level - 0.5);
  if (distance <= -span / 2) return 0;
  if (distance > span / 2) return 255;
  return Math.round((distance / span + 0.5) * 255);
}

/**
 * Opaque RGBA of every 16-bit value.
 *
 * @param {Window} window
 * @param {boolean} inverted
 */
export function greyTable(window, inverted) {
  const table = new Uint32Array(2 * OFFSET);
  for (let i = 0; i < table.length; i++) {
    const shade = grey(i - OFFSET, window);
    table[i] = opaque(inverted ? 255 - shade : shade);
  }
  return table;
}

/** @param {number} shade */
function opaque(shade) {
  return (0xff000000 | (shade << 16) | (shade << 8) | shade) >>> 0;
}

/**
 * @param {Int16Array} values
 * @param {Uint32Array} table
 * @param {Uint32Array} rgba
 */
export function lookUp(values, table, rgba) {
  for (let i = 0; i < values.length; i++) rgba[i] = table[values[i] + OFFSET];
}
