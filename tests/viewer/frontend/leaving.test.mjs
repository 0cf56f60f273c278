import assert from "node:assert/strict";
import test, { beforeEach, mock } from "node:test";

import { Session } from "../../../ctviz/ui/viewer/frontend/sync/session.js";
import { CONTRACT } from "../../../ctviz/ui/viewer/frontend/sync/types.js";
import { shape } from "./support.mjs";
import "./theme.mjs";

const scan = { id: "C-7", count: 20, spacing: null, letters: null, hounsfield: true, pixels: "/{k}", ...shape };
const data = {
  case: scan, slice: 6, window: { width: 400, level: 40 }, panes: [], reference: null, contract: CONTRACT,
  drawing: { reader: "AB", labels: ["heart"], slices: {}, measurements: {} },
  acknowledged: [], refused: {}, saved: null, met: "", busy: null, idleChecks: null, sign: "absolute", unit: "pixels", session: "first", heard: "",
};

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.fetch = () => new Promise(() => {});
  globalThis.document = { createElement: () => ({ getContext: () => ({}) }) };
});

function pass(milliseconds) {
  for (let passed = 0; passed < milliseconds; passed += 1) mock.timers.tick(1);
}

/** A session with a board and a doorbell, and what each of them was told. */
function atWork() {
  const session = new Session();
  const [board, door] = [{}, {}];
  const told = { board: [], door: [] };
  const tell = (where) => (name, value) => told[where].push({ name, value });
  const hang = (acknowledged, refused = {}) => session.hang(door, tell("door"), { acknowledged, refused, scheme: "dark" });
  const attach = () => session.attach(board, () => {}, tell("board"));
  hang([]);
  attach();
  session.receive(data);
  return { session, board, door, told, hang, attach };
}

const stroke = ({ drawingSession }, start) => drawingSession.drawing.edit(new Map([[6, (labels) => labels.fill(1, start, start + 3)]]));
const letters = (messages) => messages.filter(({ name }) => name === "drawing").map(({ value }) => value.id);

test("what a board that is taken away has not delivered goes by the doorbell until it has arrived", () => {
  const { session, board, told, hang } = atWork();
  stroke(session, 10);
  session.detach(board);
  pass(300 + 2000);
  const [first, ...others] = letters(told.door);
  assert.deepEqual([others, letters(told.board)], [[first], [first]]);
  hang([first]);
  pass(60000);
  assert.deepEqual(letters(told.door), [first, first]);
  assert.equal(session.saving.state, "clean");
});

test("as long as there is a board, the doorbell only rings", () => {
  const { session, told } = atWork();
  stroke(session, 10);
  pass(300 + 2000 + 3000 + 150);
  assert.deepEqual(letters(told.door), []);
  assert.deepEqual(told.door.map(({ name }) => name), ["ring"]);
});

test("a letter that is refused waits for the next board, which tries at once and says why", () => {
  const { session, board, told, hang, attach } = atWork();
  stroke(session, 10);
  session.detach(board);
  pass(300);
  const [id] = letters(told.door);
  hang([], { [id]: "The disk is full." });
  pass(60000);
  assert.equal(letters(told.door).length, 1);
  attach();
  session.receive({ ...data, refused: { [id]: "The disk is full." } });
  assert.deepEqual([session.saving.state, session.saving.why], ["refused", "The disk is full."]);
  pass(300);
  assert.deepEqual(letters(told.board), [id, id]);
});

test("the doorbell of a page that is gone does not take that of the next page away", () => {
  const { session, board, door, told } = atWork();
  const later = [];
  session.hang({}, (name, value) => later.push({ name, value }), { acknowledged: [], refused: {}, scheme: "dark" });
  session.unhang(door);
  stroke(session, 10);
  session.detach(board);
  pass(300);
  assert.deepEqual([letters(told.door).length, letters(later).length], [0, 1]);
});

test("a reader is told of what was drawn elsewhere on the slice of a stroke that has not left yet", () => {
  const { session } = atWork();
  session.receive({ ...data, drawing: { ...data.drawing, slices: { 7: [40, 2, 1] } } });
  assert.equal(session.met, "");
  stroke(session, 10);
  session.receive({ ...data, drawing: { ...data.drawing, slices: { 6: [30, 2, 1], 7: [40, 2, 1] } } });
  assert.equal(session.met, "together with what 'AB' drew elsewhere on slice 7");
  assert.deepEqual(session.drawingSession.drawing.runs(6), [10, 3, 1, 30, 2, 1]);
});

test("a server that was started anew is told where the reader is, and does not throw them back", () => {
  const { session, told } = atWork();
  session.receive({ ...data, slice: 9 });
  assert.equal(session.view.slice, 9);
  session.receive({ ...data, slice: 3, session: "second" });
  assert.equal(session.view.slice, 9);
  pass(150);
  const [{ value }] = told.board.filter(({ name }) => name === "slice");
  assert.equal(value.index, 9);
  session.receive({ ...data, slice: 9, session: "second", heard: value.id });
  session.receive({ ...data, slice: 5, session: "second", heard: value.id });
  assert.equal(session.view.slice, 5);
});
