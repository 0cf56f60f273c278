/**
 * Regions between two drawn slices, by blending signed distances (Raya and Udupa, IEEE TMI 1990, doi:10.1109/42.52980).
 *
 * Distances by the lower envelope of parabolas: Felzenszwalb and Huttenlocher, Theory of Computing 2012,
 * doi:10.4086/toc.2012.v008a019.
 */

const FAR = 1e12;

/**
 * Squared distance of each sample to the parabolas rooted at all samples.
 *
 * @param {Float64Array} heights
 * @param {number} spacing
 */
function envelope(heights, spacing) {
  const n = heights.length;
  const out = new Float64Array(n);
  const roots = new Int32Array(n);
  const starts = new Float64Array(n + 1);
  let last = 0;
  starts[0] = -Infinity;
  starts[1] = Infinity;
  const meet = (/** @type {number} */ a, /** @type {number} */ b) =>
    (heights[b] - heights[a]) / (2 * spacing * spacing * (b - a)) + (a + b) / 2;
  for (let q = 1; q < n; q++) {
    let crossing = meet(roots[last], q);
    while (crossing <= starts[last]) crossing = meet(roots[--last], q);
    roots[++last] = q;
    starts[last] = crossing;
    starts[last + 1] = Infinity;
  }
  for (let q = 0, k = 0; q < n; q++) {
    while (starts[k + 1] < q) k++;
    out[q] = (spacing * (q - roots[k])) ** 2 + heights[roots[k]];
  }
  return out;
}

/**
 * @param {(index: number) => boolean} isTarget
 * @param {{rows: number, columns: number}} shape
 * @param {[number, number]} spacing
 */
function distances(isTarget, { rows, columns }, spacing) {
  const squared = new Float64Array(rows * columns);
  for (let i = 0; i < squared.length; i++) squared[i] = isTarget(i) ? 0 : FAR;
  const column = new Float64Array(rows);
  for (let x = 0; x < columns; x++) {
    for (let y = 0; y < rows; y++) column[y] = squared[y * columns + x];
    const result = envelope(column, spacing[0]);
    for (let y = 0; y < rows; y++) squared[y * columns + x] = result[y];
  }
  for (let y = 0; y < rows; y++) {
    const row = squared.subarray(y * columns, (y + 1) * columns);
    row.set(envelope(Float64Array.from(row), spacing[1]));
  }
  return squared.map(Math.sqrt);
}

/**
 * Distance to the border of the label: negative inside, positive outside.
 *
 * @param {Uint8Array} labels
 * @param {number} label
 * @param {{rows: number, columns: number}} shape
 * @param {[number, number]} spacing
 */
export function signedDistance(labels, label, shape, spacing = [1, 1]) {
  const outside = distances((i) => labels[i] === label, shape, spacing);
  const inside = distances((i) => labels[i] !== label, shape, spacing);
  return outside.map((distance, i) => distance - inside[i]);
}

/**
 * Gaps between drawn slices in which a slice lies, or which begin or end with it.
 *
 * @param {number} slice
 * @param {number[]} drawn  Indices of slices that hold the label.
 * @returns {[number, number][]}  The drawn slices before and after each.
 */
export function gapsAround(slice, drawn) {
  const sorted = [...drawn].sort((a, b) => a - b);
  return sorted
    .slice(1)
    .map((above, i) => /** @type {[number, number]} */ ([sorted[i], above]))
    .filter(([below, above]) => above - below > 1 && below <= slice && slice <= above);
}
