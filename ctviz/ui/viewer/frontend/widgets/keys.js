/**
 * Which key does what: the handler, the tips of buttons and the list of keys read one table, the theme's.
 *
 * @typedef {import("../theme.js").Shortcut} Shortcut
 */

import { theme } from "../theme.js";

/** Actions of the page's own buttons: their keys leave the board. */
export const OF_THE_PAGE = new Set(["case", "dock", "what if"]);

/**
 * The shortcut of a keyboard event, or null.
 *
 * @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean}} event
 * @returns {Shortcut | null}
 */
export function shortcutOf({ key, ctrlKey, metaKey, altKey }) {
  if (altKey) return null;
  const pressed = ctrlKey || metaKey ? `Ctrl+${key}` : key;
  return theme().keys.find(({ keys }) => keys.includes(pressed)) ?? null;
}

/**
 * What stands on the key of an action.
 *
 * @param {string} action
 * @param {number | string} [value]
 */
export function shownKey(action, value) {
  const found = theme().keys.find((shortcut) => shortcut.action === action && shortcut.value === value);
  if (!found) throw new Error(`No key does ${action} ${value ?? ""}.`);
  return found.shown;
}

/**
 * What a button does, and the key that does the same.
 *
 * @param {string} title
 * @param {string} action
 * @param {number | string} [value]
 */
export function withKey(title, action, value) {
  return `${title} (${shownKey(action, value)})`;
}
