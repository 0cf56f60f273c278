/**
 * How long a centimetre is, at the lower right of a picture.
 */

import { scaleBar } from "./geometry.js";

const INK = "#e8edf2";
const AWAY = 12;

/**
 * @param {import("./plate.js").Plate} plate
 * @param {import("./geometry.js").Grid} grid
 */
export function paintScale(plate, { spacing }) {
  if (!spacing) return;
  const { context, placement, size } = plate;
  const { centimetres, length } = scaleBar(placement.scaleX / spacing[1], size.width);
  const right = size.width - AWAY;
  const y = size.height - AWAY;
  context.strokeStyle = context.fillStyle = INK;
  context.lineWidth = 1.5;
  context.beginPath();
  plate.line(right - length, y - 4, right - length, y);
  plate.line(right - length, y, right, y);
  plate.line(right, y, right, y - 4);
  context.stroke();
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "right";
  context.shadowColor = "#000";
  context.shadowBlur = 3;
  context.fillText(centimetres < 1 ? `${centimetres * 10} mm` : `${centimetres} cm`, right, y - 7);
  context.shadowBlur = 0;
}
