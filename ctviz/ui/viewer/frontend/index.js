/**
 * Entry of the component. Streamlit calls it for every change of `data`, and the returned function on unmount.
 *
 * It is mounted twice: as the board, whose messages run the board's part of the page, and as a
 * doorbell without a face that runs the whole page. A server that was started anew does not know the
 * board and hears nothing of it, until the whole page has run.
 */

import { Board } from "./board.js";
import { RING, Session } from "./session.js";

/** @type {Map<string, Session>} Sessions outlive their boards, by component key. */
const sessions = new Map();
/** @type {WeakMap<HTMLElement | ShadowRoot, Board>} */
const boards = new WeakMap();

let ring = () => {};

/** @param {import("./types.js").ComponentArguments} component */
export default function render({ data, key, parentElement, setTriggerValue }) {
  if ("doorbell" in data) {
    ring = () => setTriggerValue("ring", Date.now());
    return () => (ring = () => {});
  }
  let session = sessions.get(key);
  if (!session) sessions.set(key, (session = new Session()));
  let board = boards.get(parentElement);
  if (!board) boards.set(parentElement, (board = new Board(parentElement, session)));
  const mounted = board;
  session.attach(() => mounted.schedule(), (name, value) => (name === RING ? ring() : setTriggerValue(name, value)));
  mounted.update(data);
  Object.defineProperty(globalThis, "ctvizBoard", { configurable: true, get: () => mounted.inspect() });
  return () => {
    mounted.close();
    boards.delete(parentElement);
  };
}
