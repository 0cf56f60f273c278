/**
 * How much of a label is drawn on a case: an area where it is on one slice, a volume where it is on several.
 *
 * @typedef {import("./drawing.js").Drawing} Drawing
 * @typedef {import("./stack.js").Geometry} Geometry
 *
 * @typedef {object} Amount
 * @property {number} slices  On how many it is drawn.
 * @property {number} pixels
 * @property {number | null} area  In mm², if the size of pixels is known.
 * @property {number | null} volume  In ml, if the positions of the slices are known too.
 */

import { thicknesses, unevenGaps } from "./stack.js";

const CUBIC_MM_OF_ML = 1000;
const SQUARE_MM_OF_CM2 = 100;

/**
 * @param {Drawing} drawing
 * @param {number} label
 * @param {Geometry} scan
 * @returns {Amount}
 */
export function amountOf(drawing, label, scan) {
  return amountOfCounts(drawing.drawnSlices(label).map((slice) => [slice, drawing.pixels(slice)[label]]), scan);
}

/**
 * @param {[number, number][]} counts  Slices and how many of their pixels are meant.
 * @param {Geometry} scan
 * @returns {Amount}
 */
export function amountOfCounts(counts, { spacing, depths }) {
  const slices = counts.length;
  const pixels = counts.reduce((sum, [, count]) => sum + count, 0);
  const pixel = spacing ? spacing[0] * spacing[1] : null;
  const area = pixel === null ? null : pixels * pixel;
  if (pixel === null || !depths || depths.length < 2) return { slices, pixels, area, volume: null };
  const stands = thicknesses(depths);
  const volume = counts.reduce((sum, [slice, count]) => sum + count * pixel * stands[slice], 0) / CUBIC_MM_OF_ML;
  return { slices, pixels, area, volume };
}

/**
 * In a few letters; empty where nothing is drawn.
 *
 * @param {Amount} amount
 */
export function amountText({ slices, pixels, area, volume }) {
  if (!slices) return "";
  if (slices === 1) return area === null ? `${pixels} px` : areaText(area);
  return volume === null ? `${slices} slices` : `${rounded(volume)} ml · ${slices} slices`;
}

/** @param {number} area  In mm². */
export function areaText(area) {
  return area < SQUARE_MM_OF_CM2 ? `${rounded(area)} mm²` : `${rounded(area / SQUARE_MM_OF_CM2)} cm²`;
}

/**
 * How volumes are counted on a case, in a sentence.
 *
 * @param {Geometry} scan
 * @param {string} why  Why it is not known how the slices lie, if it is not.
 */
export function howCounted({ spacing, depths }, why = "") {
  if (!spacing) return "The size of the pixels is unknown, so that there is neither area nor volume.";
  if (!depths) return `There is no volume. ${why}`.trim();
  const gaps = unevenGaps(depths);
  if (!gaps) return `Each pixel counts with its area times ${thicknesses(depths)[0].toFixed(2)} mm, the distance of the slices.`;
  const [least, greatest] = [gaps.least, gaps.greatest].map((gap) => gap.toFixed(2));
  return `The slices are ${least} to ${greatest} mm apart: each counts for half of the way to either neighbour.`;
}

/** Three digits, or all before the point. @param {number} number */
function rounded(number) {
  if (number >= 100) return number.toFixed(0);
  return number >= 10 ? number.toFixed(1) : number.toFixed(2);
}
