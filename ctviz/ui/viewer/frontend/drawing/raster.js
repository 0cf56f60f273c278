/**
 * Geometric shapes written into a labelled slice. A pixel belongs to a shape if its centre does.
 *
 * @typedef {import("../sync/types.js").Point} Point
 * @typedef {{rows: number, columns: number}} Shape
 * @typedef {(index: number) => boolean} Allow  Whether a pixel may be changed.
 */

/**
 * Fill everything within `radius` of the line from `from` to `to`.
 *
 * The pixel under `to` is always filled, so the smallest brush draws, unless that is not wanted.
 *
 * @param {Uint8Array} labels
 * @param {Shape} shape
 * @param {{from: Point, to: Point, radius: number, aspect: number, dot?: boolean}} stroke
 *   Radius in columns; aspect is the height of a pixel over its width.
 * @param {number} label
 * @param {Allow} allow
 */
export function fillStroke(labels, shape, { from, to, radius, aspect, dot = true }, label, allow) {
  const bounds = clip(shape, [from, to], radius, radius / aspect);
  const dx = to.x - from.x;
  const dy = (to.y - from.y) * aspect;
  const lengthSquared = dx * dx + dy * dy;
  const under = { column: Math.floor(to.x), row: Math.floor(to.y) };
  for (let row = bounds.top; row <= bounds.bottom; row++) {
    for (let column = bounds.left; column <= bounds.right; column++) {
      const px = column + 0.5 - from.x;
      const py = (row + 0.5 - from.y) * aspect;
      const along = lengthSquared ? Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSquared)) : 0;
      const near = (px - along * dx) ** 2 + (py - along * dy) ** 2 <= radius * radius;
      const index = row * shape.columns + column;
      if ((near || (dot && column === under.column && row === under.row)) && allow(index)) labels[index] = label;
    }
  }
}

/**
 * Fill a closed polygon by the even-odd rule.
 *
 * @param {Uint8Array} labels
 * @param {Shape} shape
 * @param {Point[]} corners
 * @param {number} label
 * @param {Allow} allow
 */
export function fillPolygon(labels, shape, corners, label, allow) {
  if (corners.length < 3) return;
  const bounds = clip(shape, corners, 0, 0);
  for (let row = bounds.top; row <= bounds.bottom; row++) {
    const crossings = crossingsOfRow(corners, row + 0.5);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const first = Math.max(bounds.left, Math.ceil(crossings[i] - 0.5));
      const last = Math.min(bounds.right, Math.ceil(crossings[i + 1] - 0.5) - 1);
      for (let column = first; column <= last; column++) {
        const index = row * shape.columns + column;
        if (allow(index)) labels[index] = label;
      }
    }
  }
}

/**
 * @param {Point[]} corners
 * @param {number} y
 */
function crossingsOfRow(corners, y) {
  const crossings = [];
  let previous = corners[corners.length - 1];
  for (const corner of corners) {
    if (previous.y > y !== corner.y > y) {
      const share = (y - previous.y) / (corner.y - previous.y);
      crossings.push(previous.x + share * (corner.x - previous.x));
    }
    previous = corner;
  }
  return crossings.sort((a, b) => a - b);
}

/**
 * Pixels of the image that can lie within the margins of the points.
 *
 * @param {Shape} shape
 * @param {Point[]} points
 * @param {number} marginX
 * @param {number} marginY
 */
function clip(shape, points, marginX, marginY) {
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  return {
    left: Math.max(0, Math.floor(Math.min(...xs) - marginX)),
    right: Math.min(shape.columns - 1, Math.floor(Math.max(...xs) + marginX)),
    top: Math.max(0, Math.floor(Math.min(...ys) - marginY)),
    bottom: Math.min(shape.rows - 1, Math.floor(Math.max(...ys) + marginY)),
  };
}
