/**
 * Entry of the component. Streamlit calls it for every change of `data`, and the returned function on unmount.
 *
 * Streamlit also calls that function while the board stays: if `data` changes twice in quick succession, it takes the
 * earlier call for outdated. A board is closed only once its place is out of the page; otherwise a picture would be
 * replaced under the brush.
 *
 * It is mounted twice: as the board, and on every page as a doorbell without a face that can let the whole page run. A
 * server that was started anew does not know this tab and refuses what comes from it, until the whole page has run; and a
 * reader who has left the board for another page may have strokes under way.
 */

import { Board } from "./widgets/board.js";
import { Session } from "./sync/session.js";
import { takeTheme } from "./theme.js";

/**
 * The session outlives its boards: Streamlit makes a new one whenever the board moves on the page.
 *
 * @type {Session | null}
 */
let lasting = null;
/** @type {WeakMap<HTMLElement | ShadowRoot, Board>} */
const boards = new WeakMap();

function begun() {
  const session = new Session();
  globalThis.matchMedia?.("(prefers-color-scheme: dark)").addEventListener("change", () => session.scheme.turned());
  return session;
}

/** @param {import("./sync/types.js").ComponentArguments} component */
export default function render({ data, parentElement, setTriggerValue }) {
  takeTheme(data.theme);
  const session = (lasting ??= begun());
  if ("doorbell" in data) {
    session.hang(parentElement, setTriggerValue, data);
    return () => {
      if (!parentElement.isConnected) session.unhang(parentElement);
    };
  }
  let board = boards.get(parentElement);
  if (!board) boards.set(parentElement, (board = new Board(parentElement, session)));
  const mounted = board;
  session.attach(mounted, { changed: () => mounted.schedule(), show: (said) => mounted.update(said) }, setTriggerValue);
  mounted.update(data);
  Object.defineProperty(globalThis, "ctvizBoard", { configurable: true, get: () => mounted.inspect() });
  return () => {
    if (parentElement.isConnected) return;
    mounted.close();
    boards.delete(parentElement);
  };
}
