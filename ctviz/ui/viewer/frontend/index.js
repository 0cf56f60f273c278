/**
 * Entry of the component. Streamlit calls it for every change of `data`, and the returned function on unmount.
 */

import { Board } from "./board.js";
import { Session } from "./session.js";

/** @type {Map<string, Session>} Sessions outlive their boards, by component key. */
const sessions = new Map();
/** @type {WeakMap<HTMLElement | ShadowRoot, Board>} */
const boards = new WeakMap();

/** @param {import("./types.js").ComponentArguments} component */
export default function render({ data, key, parentElement, setTriggerValue }) {
  let session = sessions.get(key);
  if (!session) sessions.set(key, (session = new Session()));
  let board = boards.get(parentElement);
  if (!board) boards.set(parentElement, (board = new Board(parentElement, session)));
  const mounted = board;
  session.attach(() => mounted.schedule(), setTriggerValue);
  mounted.update(data);
  Object.defineProperty(globalThis, "ctvizBoard", { configurable: true, get: () => mounted.inspect() });
  return () => {
    mounted.close();
    boards.delete(parentElement);
  };
}
