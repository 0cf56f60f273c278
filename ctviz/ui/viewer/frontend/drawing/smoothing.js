/**
 * A label with smoother edges: each piece is blurred by a Gaussian, and as many of the pixels that hold most of it are taken
 * as it had before, so that its area stays. Nothing is drawn over other labels.
 *
 * @typedef {{rows: number, columns: number}} Shape
 * @typedef {{top: number, left: number, rows: number, columns: number}} Frame  A part of a slice.
 */

/** Standard deviations after which the Gaussian ends. */
const ENDS = 4;
/** Blurred values that differ by less are equal, on whichever side of a piece. */
const STEPS = 1e6;

/**
 * @param {Uint8Array} labels
 * @param {number} label
 * @param {Shape} shape
 * @param {[number, number]} spacing
 * @param {number} radius  Standard deviation of the Gaussian, in the unit of the spacing.
 * @returns {Uint8Array}  The whole slice.
 */
export function smoothed(labels, label, shape, spacing, radius) {
  const result = labels.map((there) => (there === label ? 0 : there));
  const kernels = spacing.map((size) => gaussian(radius / size));
  for (const piece of piecesOf(labels, label, shape)) {
    const frame = frameAround(piece, shape, kernels.map((kernel) => (kernel.length - 1) / 2));
    const blurred = blur(cut(piece, shape, frame), frame, kernels);
    const places = Array.from(blurred, (_, i) => (frame.top + Math.floor(i / frame.columns)) * shape.columns + frame.left + (i % frame.columns));
    const free = places.map((place) => labels[place] === label || labels[place] === 0);
    const held = Float64Array.from(blurred, (value) => Math.round(value * STEPS));
    const ranked = held.filter((_, i) => free[i]).sort();
    const least = Math.max(1, ranked[ranked.length - piece.length]);
    const [more, fewer] = [ranked.filter((value) => value >= least).length, ranked.filter((value) => value > least).length];
    // Along a straight edge all pixels hold equally much: all of them are taken or none, whichever keeps the area.
    const above = fewer > 0 && piece.length - fewer < more - piece.length;
    places.forEach((place, i) => {
      if (free[i] && (above ? held[i] > least : held[i] >= least)) result[place] = label;
    });
  }
  return result;
}

/**
 * Pixels of the pieces of a label; what touches at a corner is one piece.
 *
 * @param {Uint8Array} labels
 * @param {number} label
 * @param {Shape} shape
 * @returns {number[][]}
 */
function piecesOf(labels, label, { rows, columns }) {
  const seen = new Uint8Array(labels.length);
  const pieces = [];
  for (let start = labels.indexOf(label); start >= 0; start = labels.indexOf(label, start + 1)) {
    if (seen[start]) continue;
    const piece = [start];
    seen[start] = 1;
    for (let next = 0; next < piece.length; next++) {
      const [row, column] = [Math.floor(piece[next] / columns), piece[next] % columns];
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
          const place = y * columns + x;
          if (labels[place] !== label || seen[place]) continue;
          seen[place] = 1;
          piece.push(place);
        }
      }
    }
    pieces.push(piece);
  }
  return pieces;
}

/**
 * @param {number[]} piece
 * @param {Shape} shape
 * @param {number[]} margins  Rows and columns around it.
 * @returns {Frame}
 */
function frameAround(piece, { rows, columns }, [above, beside]) {
  let [top, bottom, left, right] = [rows, 0, columns, 0];
  for (const place of piece) {
    const [row, column] = [Math.floor(place / columns), place % columns];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    [left, right] = [Math.min(left, column), Math.max(right, column)];
  }
  [top, bottom] = [Math.max(0, top - above), Math.min(rows - 1, bottom + above)];
  [left, right] = [Math.max(0, left - beside), Math.min(columns - 1, right + beside)];
  return { top, left, rows: bottom - top + 1, columns: right - left + 1 };
}

/**
 * @param {number[]} piece
 * @param {Shape} shape
 * @param {Frame} frame
 */
function cut(piece, { columns }, frame) {
  const image = new Float64Array(frame.rows * frame.columns);
  for (const place of piece) {
    image[(Math.floor(place / columns) - frame.top) * frame.columns + (place % columns) - frame.left] = 1;
  }
  return image;
}

/** @param {number} deviation  In pixels. */
function gaussian(deviation) {
  const reach = Math.floor(ENDS * deviation + 0.5);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / deviation) ** 2));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return reach ? weights.map((weight) => weight / sum) : [1];
}

/**
 * Blur down the columns, then along the rows; beyond an edge lies what is at the edge.
 *
 * @param {Float64Array} image
 * @param {Frame} frame
 * @param {number[][]} kernels
 */
function blur(image, { rows, columns }, [down, along]) {
  const within = (/** @type {number} */ at, /** @type {number} */ size) => Math.min(size - 1, Math.max(0, at));
  const pass = (/** @type {Float64Array} */ from, /** @type {number[]} */ kernel, /** @type {(row: number, column: number, step: number) => number} */ at) => {
    const reach = (kernel.length - 1) / 2;
    return from.map((_, i) => kernel.reduce((sum, weight, k) => sum + weight * from[at(Math.floor(i / columns), i % columns, k - reach)], 0));
  };
  const blurred = pass(image, down, (row, column, step) => within(row + step, rows) * columns + column);
  return pass(blurred, along, (row, column, step) => row * columns + within(column + step, columns));
}
