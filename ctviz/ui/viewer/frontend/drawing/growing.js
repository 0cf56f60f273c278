/**
 * What hangs together with a pixel, over its edges on its slice and over its faces through the series.
 *
 * @typedef {{slice: number, index: number}} Seed
 * @typedef {(index: number) => boolean} Allow  Whether a pixel may be grown into.
 *
 * @typedef {object} Field
 * @property {{rows: number, columns: number}} shape
 * @property {number} first  Slices that may be grown into, the last one included.
 * @property {number} last
 * @property {(slice: number) => Allow | null} allowOn  Null for a slice that is not here.
 *
 * @typedef {object} Part  What was grown of one slice.
 * @property {Uint8Array} mask
 * @property {number} pixels
 *
 * @typedef {Part & {allow: Allow}} Ground
 */

/**
 * Grow from a pixel, row after row: a run of pixels is filled at once, and each run beside it waits for its turn.
 *
 * @param {Field} field
 * @param {Seed} seed
 * @returns {Map<number, Part>}  By slice; empty if the seed itself is not allowed.
 */
export function grow({ shape: { rows, columns }, first, last, allowOn }, seed) {
  /** @type {Map<number, Ground | null>} */
  const grounds = new Map();
  const waiting = [seed.slice, seed.index];

  const groundOn = (/** @type {number} */ slice) => {
    let ground = grounds.get(slice);
    if (ground === undefined) {
      const allow = allowOn(slice);
      ground = allow && { mask: new Uint8Array(rows * columns), pixels: 0, allow };
      grounds.set(slice, ground);
    }
    return ground;
  };
  const open = (/** @type {Ground} */ { mask, allow }, /** @type {number} */ index) => !mask[index] && allow(index);
  const look = (/** @type {number} */ slice, /** @type {number} */ from, /** @type {number} */ to) => {
    const ground = groundOn(slice);
    for (let index = from, before = false; ground && index <= to; index++) {
      const now = open(ground, index);
      if (now && !before) waiting.push(slice, index);
      before = now;
    }
  };

  while (waiting.length) {
    const index = /** @type {number} */ (waiting.pop());
    const slice = /** @type {number} */ (waiting.pop());
    const ground = groundOn(slice);
    if (!ground || !open(ground, index)) continue;
    const start = index - (index % columns);
    let [left, right] = [index, index];
    while (left > start && open(ground, left - 1)) left--;
    while (right + 1 < start + columns && open(ground, right + 1)) right++;
    ground.mask.fill(1, left, right + 1);
    ground.pixels += right + 1 - left;
    if (start > 0) look(slice, left - columns, right - columns);
    if (start + columns < rows * columns) look(slice, left + columns, right + columns);
    if (slice > first) look(slice - 1, left, right);
    if (slice < last) look(slice + 1, left, right);
  }
  const grown = [...grounds].flatMap(([slice, ground]) => (ground?.pixels ? [/** @type {[number, Part]} */ ([slice, ground])] : []));
  return new Map(grown);
}
