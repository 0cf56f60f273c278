/**
 * Where the slices of a case lie along the stack, how much of it each stands for, and which are near.
 *
 * @typedef {number[]} Depths  Of each slice, in mm along the normal of the slices.
 *
 * @typedef {object} Geometry  What tools know of the sizes of a case.
 * @property {[number, number] | null} spacing
 * @property {Depths | null} depths
 *
 * @typedef {Geometry & {count: number, hounsfield: boolean}} Scan
 */

/**
 * @param {import("../sync/types.js").CaseView} view
 * @returns {Scan}
 */
export function scanOf({ count, hounsfield, spacing, stack }) {
  return { count, hounsfield, spacing, depths: stack?.depths ?? null };
}

/** Gaps that differ by more than both of these are uneven, less is rounding; as in `ctviz/core/stack.py`. */
const UNEVEN_MM = 0.05;
const UNEVEN_SHARE = 0.02;

/** @param {Depths} depths */
function gapsOf(depths) {
  return depths.slice(1).map((depth, i) => Math.abs(depth - depths[i]));
}

/**
 * How much of the stack each slice stands for, in mm: half of the way to either neighbour, and as much beyond an end as
 * before it. In an even stack that is the distance of the slices.
 *
 * @param {Depths} depths  Of two slices at least.
 */
export function thicknesses(depths) {
  const gaps = gapsOf(depths);
  return depths.map((_, i) => ((gaps[i - 1] ?? gaps[i]) + (gaps[i] ?? gaps[i - 1])) / 2);
}

/**
 * The least and the greatest gap, or null if the slices are evenly spaced.
 *
 * @param {Depths} depths
 */
export function unevenGaps(depths) {
  const gaps = gapsOf(depths).sort((a, b) => a - b);
  const [least, greatest, median] = [gaps[0], gaps[gaps.length - 1], gaps[Math.floor(gaps.length / 2)]];
  return greatest - least > Math.max(UNEVEN_MM, UNEVEN_SHARE * median) ? { least, greatest } : null;
}

/**
 * What a ball around a point of a slice cuts out of each slice that it reaches: discs around the same point.
 *
 * @param {Depths} depths
 * @param {number} slice
 * @param {number} radius  In mm, as those of the discs.
 * @returns {{slice: number, radius: number}[]}
 */
export function discsOfBall(depths, slice, radius) {
  return depths
    .map((depth, k) => ({ slice: k, square: radius ** 2 - (depth - depths[slice]) ** 2 }))
    .filter(({ slice: k, square }) => square >= 0 || k === slice)
    .map(({ slice: k, square }) => ({ slice: k, radius: Math.sqrt(square) }));
}
