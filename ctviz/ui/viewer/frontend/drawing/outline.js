/**
 * The border between labelled pixels and their surroundings, along pixel edges.
 *
 * @typedef {{rows: number, columns: number}} Shape
 * @typedef {number[]} Loop  Corners [x0, y0, x1, y1, …] of a closed line, in image pixels.
 */

/**
 * Closed lines around the pixels of one label, which lie to the right of the direction of travel.
 *
 * @param {Uint8Array} labels
 * @param {Shape} shape
 * @param {number} label
 * @returns {Loop[]}
 */
export function loopsAround(labels, shape, label) {
  const next = edgesAround(labels, shape, label);
  const width = shape.columns + 1;
  const loops = [];
  for (const [start] of next) {
    while (next.has(start)) {
      const loop = [];
      for (let corner = start; next.has(corner); ) {
        loop.push(corner % width, Math.floor(corner / width));
        corner = take(next, corner);
      }
      loops.push(loop);
    }
  }
  return loops;
}

/**
 * Where each straight piece of the border leads, by the corner at which it starts.
 *
 * @param {Uint8Array} labels
 * @param {Shape} shape
 * @param {number} label
 * @returns {Map<number, number[]>}
 */
function edgesAround(labels, { rows, columns }, label) {
  /** @type {Map<number, number[]>} */
  const next = new Map();
  const box = boxOf(labels, columns, label);
  if (!box) return next;
  const width = columns + 1;
  const inside = (/** @type {number} */ row, /** @type {number} */ column) =>
    row >= 0 && column >= 0 && row < rows && column < columns && labels[row * columns + column] === label ? 1 : 0;
  const add = (/** @type {number} */ from, /** @type {number} */ to) => {
    const others = next.get(from);
    if (others) others.push(to);
    else next.set(from, [to]);
  };
  for (let y = box.top; y <= box.bottom + 1; y++) {
    eachRun(box.left, box.right + 1, (x) => inside(y, x) - inside(y - 1, x), (start, end, way) =>
      way > 0 ? add(y * width + start, y * width + end) : add(y * width + end, y * width + start),
    );
  }
  for (let x = box.left; x <= box.right + 1; x++) {
    eachRun(box.top, box.bottom + 1, (y) => inside(y, x) - inside(y, x - 1), (start, end, way) =>
      way > 0 ? add(end * width + x, start * width + x) : add(start * width + x, end * width + x),
    );
  }
  return next;
}

/**
 * Stretches of equal, non-zero `way` between two positions.
 *
 * @param {number} from
 * @param {number} to
 * @param {(at: number) => number} way
 * @param {(start: number, end: number, way: number) => void} found
 */
function eachRun(from, to, way, found) {
  let start = from;
  let current = 0;
  for (let at = from; at <= to; at++) {
    const here = way(at);
    if (here === current) continue;
    if (current !== 0) found(start, at, current);
    start = at;
    current = here;
  }
  if (current !== 0) found(start, to + 1, current);
}

/**
 * @param {Map<number, number[]>} next
 * @param {number} corner
 */
function take(next, corner) {
  const ways = /** @type {number[]} */ (next.get(corner));
  const way = /** @type {number} */ (ways.pop());
  if (!ways.length) next.delete(corner);
  return way;
}

/**
 * @param {Uint8Array} labels
 * @param {number} columns
 * @param {number} label
 */
function boxOf(labels, columns, label) {
  const first = labels.indexOf(label);
  if (first < 0) return null;
  const box = {
    top: Math.floor(first / columns),
    bottom: Math.floor(labels.lastIndexOf(label) / columns),
    left: columns,
    right: -1,
  };
  for (let row = box.top; row <= box.bottom; row++) {
    const line = labels.subarray(row * columns, (row + 1) * columns);
    const left = line.indexOf(label);
    if (left < 0) continue;
    box.left = Math.min(box.left, left);
    box.right = Math.max(box.right, line.lastIndexOf(label));
  }
  return box;
}

/**
 * The border of every label on a slice, as paths in image pixels.
 *
 * @param {Uint8Array} labels
 * @param {Shape} shape
 */
export function outlines(labels, shape) {
  const present = [...new Set(labels)].filter((label) => label !== 0);
  return present.map((label) => {
    const path = new Path2D();
    for (const loop of loopsAround(labels, shape, label)) {
      path.moveTo(loop[0], loop[1]);
      for (let i = 2; i < loop.length; i += 2) path.lineTo(loop[i], loop[i + 1]);
      path.closePath();
    }
    return { label, path };
  });
}
