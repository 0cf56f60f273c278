/**
 * How many columns of panes make the pictures largest.
 */

const NARROWEST = 300;
const LOWEST = 236;
/** A pane's title, and its scores and colour bar when beside or below the picture; as in style.css. */
const FURNITURE = { title: 26, beside: 116, below: 70 };

/**
 * Side of a square picture in a pane.
 *
 * @param {number} width
 * @param {number} height
 */
export function pictureSide(width, height) {
  const room = height - FURNITURE.title;
  return Math.max(Math.min(width - FURNITURE.beside, room), Math.min(width, room - FURNITURE.below));
}

/**
 * @param {number} panes
 * @param {number} width  Of the room for all panes, in CSS pixels.
 * @param {number} height
 */
export function columnsFor(panes, width, height) {
  const most = Math.max(1, Math.min(panes, Math.floor(width / NARROWEST)));
  let best = { columns: 1, picture: -Infinity };
  for (let columns = 1; columns <= most; columns++) {
    const rows = Math.ceil(panes / columns);
    const overflows = rows * LOWEST > height;
    const room = pictureSide(width / columns, Math.max(LOWEST, height / rows));
    const picture = overflows && columns < most ? -Infinity : room;
    if (picture > best.picture) best = { columns, picture };
  }
  return best.columns;
}
