/**
 * Acts on whole slices of a drawing.
 *
 * @typedef {import("./drawing.js").Drawing} Drawing
 */

import { neighbours, signedDistance } from "./interpolation.js";

/**
 * @param {Drawing} drawing
 * @param {number} slice
 */
export function clearSlice(drawing, slice) {
  drawing.edit(new Map([[slice, (labels) => labels.fill(0)]]));
}

/**
 * Copy the nearest other drawn slice, the one before if two are as near.
 *
 * @param {Drawing} drawing
 * @param {number} slice
 */
export function copyNearest(drawing, slice) {
  const others = drawing.drawnSlices().filter((k) => k !== slice);
  if (!others.length) return;
  const nearest = others.reduce((best, k) => {
    const gain = Math.abs(best - slice) - Math.abs(k - slice);
    return gain > 0 || (gain === 0 && k < best) ? k : best;
  });
  const source = drawing.on(nearest).slice();
  drawing.edit(new Map([[slice, (labels) => labels.set(source)]]));
}

/**
 * Fill the slices between the drawn ones before and after with blended regions of one label.
 *
 * @param {Drawing} drawing
 * @param {number} slice
 * @param {number} label
 * @param {[number, number] | null} spacing
 */
export function fillBetween(drawing, slice, label, spacing) {
  const { below, above } = neighbours(slice, drawing.drawnSlices(label));
  if (below === null || above === null) return;
  const distance = (/** @type {number} */ k) =>
    signedDistance(drawing.on(k), label, drawing.shape, spacing ?? [1, 1]);
  const [start, end] = [distance(below), distance(above)];
  const edits = new Map();
  for (let k = below + 1; k < above; k++) {
    const share = (k - below) / (above - below);
    edits.set(k, (/** @type {Uint8Array} */ labels) => {
      for (let i = 0; i < labels.length; i++) {
        const inside = (1 - share) * start[i] + share * end[i] < 0;
        if (inside) labels[i] = label;
        else if (labels[i] === label) labels[i] = 0;
      }
    });
  }
  drawing.edit(edits);
}
