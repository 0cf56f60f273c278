/**
 * Keys of the board and what they do: one table for the handler and for the overlay that lists them.
 *
 * @typedef {{keys: string[], shown: string, action: string, value?: number | string, help: string}} Shortcut
 */

import { PRESETS } from "../picture/windowing.js";

/** @type {Shortcut[]} */
export const SHORTCUTS = [
  { keys: ["ArrowUp"], shown: "↑", action: "scroll", value: -1, help: "previous slice" },
  { keys: ["ArrowDown"], shown: "↓", action: "scroll", value: 1, help: "next slice" },
  { keys: ["PageUp"], shown: "Page ↑", action: "scroll", value: -5, help: "five slices back" },
  { keys: ["PageDown"], shown: "Page ↓", action: "scroll", value: 5, help: "five slices on" },
  { keys: ["Home"], shown: "Home", action: "first", help: "first slice" },
  { keys: ["End"], shown: "End", action: "last", help: "last slice" },
  { keys: [" "], shown: "Space", action: "reset", help: "reset zoom and window" },
  ...PRESETS.map(({ key, title }, index) => ({
    keys: [key],
    shown: key,
    action: "preset",
    value: index,
    help: `${title.toLowerCase()} window`,
  })),
  { keys: ["i"], shown: "i", action: "invert", help: "invert grey" },
  { keys: ["w"], shown: "w", action: "tool", value: "window", help: "window and level" },
  { keys: ["b"], shown: "b", action: "tool", value: "brush", help: "brush" },
  { keys: ["e"], shown: "e", action: "tool", value: "eraser", help: "eraser" },
  { keys: ["p"], shown: "p", action: "tool", value: "polygon", help: "polygon" },
  { keys: ["f"], shown: "f", action: "tool", value: "freehand", help: "freehand" },
  { keys: ["["], shown: "[", action: "size", value: -1, help: "smaller brush" },
  { keys: ["]"], shown: "]", action: "size", value: 1, help: "larger brush" },
  { keys: ["Enter"], shown: "Enter", action: "close", help: "close the polygon" },
  { keys: ["Backspace"], shown: "⌫", action: "back", help: "remove the polygon's last corner" },
  { keys: ["Escape"], shown: "Esc", action: "cancel", help: "give up the shape, close this list" },
  { keys: ["Ctrl+z"], shown: "Ctrl Z", action: "undo", help: "undo" },
  { keys: ["Ctrl+y", "Ctrl+Z"], shown: "Ctrl Y", action: "redo", help: "redo" },
  { keys: ["h"], shown: "h", action: "heatmaps", help: "hide or show heatmaps" },
  { keys: ["d"], shown: "d", action: "drawing", help: "hide or show the drawing" },
  { keys: ["?"], shown: "?", action: "help", help: "this list" },
];

/** Mouse gestures, listed beside the keys. */
export const GESTURES = [
  { shown: "wheel", help: "scroll slices" },
  { shown: "Ctrl wheel", help: "zoom" },
  { shown: "left drag", help: "window and level, or draw" },
  { shown: "middle drag", help: "pan (also Shift and left drag)" },
  { shown: "right drag", help: "zoom" },
  { shown: "Ctrl draw", help: "erase with any tool" },
  { shown: "double click", help: "close the polygon" },
];

const BY_KEY = new Map(SHORTCUTS.flatMap((shortcut) => shortcut.keys.map((key) => [key, shortcut])));

/**
 * The shortcut of a keyboard event, or null.
 *
 * @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean}} event
 */
export function shortcutOf({ key, ctrlKey, metaKey, altKey }) {
  if (altKey) return null;
  return BY_KEY.get(ctrlKey || metaKey ? `Ctrl+${key}` : key) ?? null;
}
