/**
 * Where other planes cross a picture: a line for each, in its colour, open around the point where they meet.
 *
 * @typedef {import("../sync/types.js").Point} Point
 */

import { toScreen } from "./geometry.js";

const GAP = 8;
const SEAM = "rgb(0 0 0 / 55%)";

/**
 * @param {import("./plate.js").Plate} plate
 * @param {Point} point
 * @param {{across: string, upright: string}} colours  Of the line across, and of that from top to bottom.
 */
export function paintCrossLines(plate, point, { across, upright }) {
  const { x, y } = toScreen(plate.placement, point);
  const { width, height } = plate.size;
  const lines = /** @type {const} */ ([
    [across, [[0, y, x - GAP, y], [x + GAP, y, width, y]]],
    [upright, [[x, 0, x, y - GAP], [x, y + GAP, x, height]]],
  ]);
  for (const [colour, parts] of lines) {
    for (const [ink, thick] of /** @type {[string, number][]} */ ([[SEAM, 3], [colour, 1]])) {
      plate.context.strokeStyle = ink;
      plate.context.lineWidth = thick;
      plate.context.beginPath();
      for (const [fromX, fromY, toX, toY] of parts) plate.line(fromX, fromY, toX, toY);
      plate.context.stroke();
    }
  }
}
