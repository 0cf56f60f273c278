/**
 * The facts that Python, the browser and Help share: windows, colour maps, the opacity law, inks and keys.
 *
 * They stand in `ctviz/core/theme.json`. Python hands them over with everything it says, so that no module here
 * repeats them; whatever needs them asks `theme()`, and not before the first message has come.
 *
 * @typedef {[number, number, number]} Colour
 *
 * @typedef {object} WindowPreset
 * @property {string} title
 * @property {number} width  Hounsfield units.
 * @property {number} level
 *
 * @typedef {object} ColourStops
 * @property {string} title
 * @property {string} cite
 * @property {boolean} [ordered]  False where more importance can look darker.
 * @property {string[]} stops  Evenly spaced, low to high, as `#rrggbb`.
 *
 * @typedef {object} Shortcut
 * @property {string[]} keys
 * @property {string} shown
 * @property {string} action
 * @property {number | string} [value]
 * @property {string} help
 *
 * @typedef {object} Theme
 * @property {Record<string, WindowPreset>} windows
 * @property {string} opens  Name of the window in which a CT is opened.
 * @property {{signed: string, absolute: string, opacity: number, threshold: number, power: number, faded: number, steps: number}} heatmap
 *   A pixel that reaches the share s of the scale has the opacity `opacity * s ** power`; there are as many `steps` of s on
 *   either side of zero.
 * @property {{signed: Record<string, ColourStops>, absolute: Record<string, ColourStops>}} maps
 * @property {{labels: string[], reference: string, measurement: string, planes: {slice: string, row: string, column: string}}} inks
 *   `planes` colours the slice and the planes across it, by what crosses it.
 * @property {{shown: string, help: string}[]} gestures
 * @property {Shortcut[]} keys
 */

/** @type {Theme | null} */
let facts = null;

/**
 * Take the facts that Python hands over; they stay as long as the page, like the code that reads them.
 *
 * @param {Theme} handed
 */
export function takeTheme(handed) {
  facts ??= handed;
}

/** @returns {Theme} */
export function theme() {
  if (!facts) throw new Error("The theme is asked for before Python has handed it over.");
  return facts;
}

/**
 * @param {string} colour  `#rrggbb`.
 * @returns {Colour}
 */
export function channels(colour) {
  const number = Number.parseInt(colour.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}
