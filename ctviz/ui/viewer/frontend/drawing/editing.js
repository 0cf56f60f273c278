/**
 * Acts on whole slices of a drawing; those that do more than one sees say what they did.
 *
 * @typedef {import("./drawing.js").Drawing} Drawing
 * @typedef {{sentence: string, done: boolean}} Report
 */

import { areaText } from "./amount.js";
import { gapsAround, signedDistance } from "./interpolation.js";
import { smoothed } from "./smoothing.js";

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
 * Fill the gap in which a slice lies, or the gaps on both sides of a drawn one, with blended regions of one label.
 *
 * What was filled before and not touched since is filled anew, so that a drawn slice can be corrected in between. Nothing
 * is drawn over other labels.
 *
 * @param {Drawing} drawing
 * @param {number} slice
 * @param {number} label
 * @param {import("./stack.js").Geometry} scan
 * @returns {Report}
 */
export function fillBetween(drawing, slice, label, { spacing, depths }) {
  const name = drawing.labels[label - 1];
  const filledBefore = new Set(drawing.filledSlices(label));
  const gaps = gapsAround(slice, drawing.drawnSlices(label).filter((k) => !filledBefore.has(k)));
  if (!gaps.length) return { sentence: `Nothing to fill: '${name}' must be drawn on a slice before and one after the gap.`, done: false };
  const edits = new Map(gaps.flatMap(([below, above]) => blends(drawing, label, { below, above }, { spacing, depths })));
  drawing.edit(edits);
  const [filled, empty] = [true, false].map((wanted) => [...edits.keys()].filter((k) => drawing.pixels(k)[label] > 0 === wanted));
  drawing.noteFilled(label, filled);
  const stay = empty.length ? `; ${numbered(empty)} ${empty.length > 1 ? "stay" : "stays"} empty, for the outlines do not overlap` : "";
  const sentence = filled.length ? `Filled '${name}' on ${numbered(filled)}${stay}.` : `Nothing was filled${stay}.`;
  return { sentence, done: filled.length > 0 };
}

/**
 * What to do to each slice of a gap.
 *
 * @param {Drawing} drawing
 * @param {number} label
 * @param {{below: number, above: number}} gap
 * @param {import("./stack.js").Geometry} scan
 * @returns {[number, (labels: Uint8Array) => void][]}
 */
function blends(drawing, label, { below, above }, { spacing, depths }) {
  const distance = (/** @type {number} */ k) => signedDistance(drawing.on(k), label, drawing.shape, spacing ?? [1, 1]);
  const [start, end] = [distance(below), distance(above)];
  // Where slices lie unevenly, what is half of the way in millimetres counts.
  const place = (/** @type {number} */ k) => (depths && depths[above] !== depths[below] ? depths[k] : k);
  return Array.from({ length: above - below - 1 }, (_, i) => below + 1 + i).map((k) => {
    const share = (place(k) - place(below)) / (place(above) - place(below));
    return [k, (labels) => {
      for (let i = 0; i < labels.length; i++) {
        if (labels[i] !== 0 && labels[i] !== label) continue;
        labels[i] = (1 - share) * start[i] + share * end[i] < 0 ? label : 0;
      }
    }];
  });
}

/**
 * Smooth the edges of one label on a slice.
 *
 * @param {Drawing} drawing
 * @param {number} slice
 * @param {number} label
 * @param {[number, number] | null} spacing
 * @param {number} radius  In mm, or in pixels if their size is unknown.
 * @returns {Report}
 */
export function smooth(drawing, slice, label, spacing, radius) {
  const name = drawing.labels[label - 1];
  const before = drawing.pixels(slice)[label];
  if (!before) return { sentence: `Nothing to smooth: '${name}' is not drawn on this slice.`, done: false };
  drawing.edit(new Map([[slice, (labels) => labels.set(smoothed(labels, label, drawing.shape, spacing ?? [1, 1], radius))]]));
  const text = (/** @type {number} */ pixels) => (spacing ? areaText(pixels * spacing[0] * spacing[1]) : `${pixels} px`);
  const after = drawing.pixels(slice)[label];
  return { sentence: `Smoothed '${name}' on slice ${slice + 1} by ${radius} ${spacing ? "mm" : "px"}: ${text(before)}, now ${text(after)}.`, done: true };
}

/**
 * Slices by number, those in a row together: "slices 3–5 and 9".
 *
 * @param {number[]} slices
 */
export function numbered(slices) {
  /** @type {number[][]} */
  const rows = [];
  for (const slice of [...slices].sort((a, b) => a - b)) {
    const row = rows[rows.length - 1];
    if (row && row[1] === slice - 1) row[1] = slice;
    else rows.push([slice, slice]);
  }
  const texts = rows.map(([from, to]) => (from === to ? `${from + 1}` : `${from + 1}–${to + 1}`));
  const last = texts.pop();
  return `slice${slices.length > 1 ? "s" : ""} ${texts.length ? `${texts.join(", ")} and ` : ""}${last}`;
}
