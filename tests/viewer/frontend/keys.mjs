/** Says what the viewer does for every key that a keyboard has, as the browser names them: its action and its help. */

import { shortcutOf } from "../../../ctviz/ui/viewer/frontend/widgets/keys.js";
import "./theme.mjs";

const plain = [
  ...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)),
  ..."Enter Backspace Escape Tab Delete Insert Home End PageUp PageDown ArrowUp ArrowDown ArrowLeft ArrowRight".split(" "),
  ...Array.from({ length: 12 }, (_, i) => `F${i + 1}`),
];
const found = [false, true].flatMap((ctrlKey) =>
  plain.map((key) => [ctrlKey ? `Ctrl+${key}` : key, shortcutOf({ key, ctrlKey, metaKey: false, altKey: false })]),
);
console.log(JSON.stringify(Object.fromEntries(found.filter(([, shortcut]) => shortcut !== null))));
