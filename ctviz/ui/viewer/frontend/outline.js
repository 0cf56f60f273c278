/**
 * The border between labelled pixels and their surroundings, along pixel edges.
 */

/**
 * Straight pieces [x0, y0, x1, y1, …] of the border of one label, in image pixels.
 *
 * @param {Uint8Array} labels
 * @param {{rows: number, columns: number}} shape
 * @param {number} label
 */
export function borderOf(labels, { rows, columns }, label) {
  /** @type {number[]} */
  const pieces = [];
  const inside = (/** @type {number} */ row, /** @type {number} */ column) =>
    row >= 0 && column >= 0 && row < rows && column < columns && labels[row * columns + column] === label;
  const box = boxOf(labels, columns, label);
  if (!box) return pieces;
  for (let y = box.top; y <= box.bottom + 1; y++) {
    let start = -1;
    for (let x = box.left; x <= box.right + 1; x++) {
      const edge = inside(y - 1, x) !== inside(y, x);
      if (edge && start < 0) start = x;
      if (!edge && start >= 0) {
        pieces.push(start, y, x, y);
        start = -1;
      }
    }
  }
  for (let x = box.left; x <= box.right + 1; x++) {
    let start = -1;
    for (let y = box.top; y <= box.bottom + 1; y++) {
      const edge = inside(y, x - 1) !== inside(y, x);
      if (edge && start < 0) start = y;
      if (!edge && start >= 0) {
        pieces.push(x, start, x, y);
        start = -1;
      }
    }
  }
  return pieces;
}

/**
 * @param {Uint8Array} labels
 * @param {number} columns
 * @param {number} label
 */
function boxOf(labels, columns, label) {
  const first = labels.indexOf(label);
  if (first < 0) return null;
  const last = labels.lastIndexOf(label);
  const box = {
    top: Math.floor(first / columns),
    bottom: Math.floor(last / columns),
    left: columns,
    right: -1,
  };
  for (let row = box.top; row <= box.bottom; row++) {
    for (let column = 0; column < columns; column++) {
      if (labels[row * columns + column] !== label) continue;
      if (column < box.left) box.left = column;
      if (column > box.right) box.right = column;
    }
  }
  return box;
}

/**
 * The border of every label on a slice, as paths in image pixels.
 *
 * @param {Uint8Array} labels
 * @param {{rows: number, columns: number}} shape
 */
export function outlines(labels, shape) {
  const present = [...new Set(labels)].filter((label) => label !== 0);
  return present.map((label) => {
    const path = new Path2D();
    const pieces = borderOf(labels, shape, label);
    for (let i = 0; i < pieces.length; i += 4) {
      path.moveTo(pieces[i], pieces[i + 1]);
      path.lineTo(pieces[i + 2], pieces[i + 3]);
    }
    return { label, path };
  });
}
