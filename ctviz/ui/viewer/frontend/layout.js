/**
 * How many columns of panes make the pictures largest.
 */

const NARROWEST = 300;
const LOWEST = 236;
/** Height of a pane's title, colour bar and scores. */
const FURNITURE = 96;

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
    const room = Math.min(width / columns, Math.max(LOWEST, height / rows) - FURNITURE);
    const picture = overflows && columns < most ? -Infinity : room;
    if (picture > best.picture) best = { columns, picture };
  }
  return best.columns;
}

/**
 * Height of the board: the window without Streamlit's and the page's own head.
 *
 * @param {number} windowHeight
 */
export function boardHeight(windowHeight) {
  return Math.min(1400, Math.max(440, windowHeight - 210));
}
