/**
 * How panes are laid out: as many on a screen as the reader wants, their pictures as large as they can be.
 *
 * @typedef {{columns: number, rows: number}} Raster
 */

/** How many panes a reader may want on a screen. */
export const PER_SCREEN = [2, 3, 4, 6, 9];
/** As many as are large enough to be read. */
export const AS_FITS = 0;
const NARROWEST = 300;
const LOWEST = 236;
/** What a pane has above and below its picture; as in style.css. */
const FURNITURE = 76;

/**
 * How large a picture is drawn in a pane: the width of what it frames, if that is so many times as wide as it is high.
 *
 * @param {number} width  Of the pane, in CSS pixels.
 * @param {number} height
 * @param {number} aspect
 */
export function pictureWidth(width, height, aspect) {
  return Math.max(0, Math.min(width, (height - FURNITURE) * aspect));
}

/**
 * The raster whose pictures are largest.
 *
 * @param {number} panes  On the screen at once.
 * @param {{width: number, height: number}} room  In CSS pixels.
 * @param {number} aspect  Width of what pictures frame over its height.
 * @returns {Raster}
 */
export function rasterOf(panes, room, aspect) {
  const rasters = Array.from({ length: Math.max(1, panes) }, (_, i) => ({ columns: i + 1, rows: Math.ceil(panes / (i + 1)) || 1 }));
  const size = (/** @type {Raster} */ { columns, rows }) => pictureWidth(room.width / columns, room.height / rows, aspect);
  return rasters.reduce((best, other) => (size(other) > size(best) ? other : best));
}

/**
 * Columns and rows of one screen; what does not fit on it is reached by scrolling.
 *
 * @param {number} panes  All there are.
 * @param {{width: number, height: number}} room
 * @param {number} aspect
 * @param {number} wanted  Panes on a screen, or `AS_FITS`.
 * @param {number} abreast  So many after one another belong into one row.
 * @returns {Raster}
 */
export function layOutPanes(panes, room, aspect, wanted, abreast = 1) {
  if (abreast > 1) {
    const rows = wanted === AS_FITS ? Math.floor(room.height / LOWEST) : Math.round(wanted / abreast);
    return { columns: abreast, rows: Math.max(1, Math.min(rows, Math.ceil(panes / abreast))) };
  }
  if (wanted !== AS_FITS) return rasterOf(Math.min(wanted, panes), room, aspect);
  const fits = (/** @type {Raster} */ { columns, rows }) => room.width / columns >= NARROWEST && room.height / rows >= LOWEST;
  const counts = [panes, ...PER_SCREEN.filter((count) => count < panes).reverse()];
  return counts.map((count) => rasterOf(count, room, aspect)).find(fits) ?? rasterOf(1, room, aspect);
}

/**
 * The next choice of panes on a screen.
 *
 * @param {number} wanted
 * @param {number} shown  How many are on the screen now.
 * @param {number} step  1 for more, −1 for fewer.
 */
export function stepOf(wanted, shown, step) {
  const now = wanted === AS_FITS ? shown : wanted;
  const others = PER_SCREEN.filter((count) => (step > 0 ? count > now : count < now));
  return (step > 0 ? others[0] : others[others.length - 1]) ?? wanted;
}
