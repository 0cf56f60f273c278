/**
 * Where the image lies on a canvas: fit, zoom, pan and the true shape of its pixels.
 *
 * @typedef {import("../sync/types.js").Point} Point
 * @typedef {import("../sync/types.js").Frame} Frame
 * @typedef {{rows: number, columns: number, spacing: [number, number] | null, body?: Frame | null}} Grid
 * @typedef {{width: number, height: number}} Size  In CSS pixels.
 * @typedef {{left: number, top: number, scaleX: number, scaleY: number}} Placement
 */

export const ZOOM_RANGE = { low: 0.1, high: 24 };

/**
 * What is just seen at zoom 1: the body, or the whole image where nobody knows where that lies.
 *
 * @param {{rows: number, columns: number, body?: Frame | null}} grid
 * @returns {Frame}
 */
export function frameOf({ rows, columns, body }) {
  return body ?? { left: 0, right: columns, top: 0, bottom: rows };
}

/**
 * Where the image lies if its frame just fits at zoom 1 and its point `centre` is in the middle of the canvas.
 *
 * @param {Size} size
 * @param {Grid} grid
 * @param {{zoom: number, centre: Point}} view
 * @returns {Placement}
 */
export function place(size, grid, view) {
  const [rowSpacing, columnSpacing] = grid.spacing ?? [1, 1];
  const { left, right, top, bottom } = frameOf(grid);
  const fit = Math.min(
    size.width / ((right - left) * columnSpacing),
    size.height / ((bottom - top) * rowSpacing),
  );
  const scaleX = fit * view.zoom * columnSpacing;
  const scaleY = fit * view.zoom * rowSpacing;
  return {
    left: size.width / 2 - view.centre.x * scaleX,
    top: size.height / 2 - view.centre.y * scaleY,
    scaleX,
    scaleY,
  };
}

/**
 * @param {Placement} placement
 * @param {Point} screen
 * @returns {Point}
 */
export function toImage(placement, screen) {
  return {
    x: (screen.x - placement.left) / placement.scaleX,
    y: (screen.y - placement.top) / placement.scaleY,
  };
}

/**
 * @param {Placement} placement
 * @param {Point} point
 * @returns {Point}
 */
export function toScreen(placement, point) {
  return {
    x: placement.left + point.x * placement.scaleX,
    y: placement.top + point.y * placement.scaleY,
  };
}

/**
 * Index of the pixel under a point, or -1 outside the image.
 *
 * @param {{rows: number, columns: number}} grid
 * @param {Point} point
 */
export function pixelAt(grid, point) {
  const column = Math.floor(point.x);
  const row = Math.floor(point.y);
  const inside = column >= 0 && row >= 0 && column < grid.columns && row < grid.rows;
  return inside ? row * grid.columns + column : -1;
}

const BAR_LENGTHS_CM = [20, 10, 5, 2, 1, 0.5, 0.2, 0.1];

/**
 * The longest round length that takes at most a third of the width.
 *
 * @param {number} pixelsPerMm  CSS pixels of one millimetre.
 * @param {number} width
 */
export function scaleBar(pixelsPerMm, width) {
  const fits = BAR_LENGTHS_CM.find((cm) => cm * 10 * pixelsPerMm <= width / 3);
  const centimetres = fits ?? BAR_LENGTHS_CM[BAR_LENGTHS_CM.length - 1];
  return { centimetres, length: centimetres * 10 * pixelsPerMm };
}
