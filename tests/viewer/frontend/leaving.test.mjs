import assert from "node:assert/strict";
import test, { beforeEach, mock } from "node:test";

import { Session } from "../../../ctviz/ui/viewer/frontend/sync/session.js";
import { CONTRACT } from "../../../ctviz/ui/viewer/frontend/sync/types.js";
import { shape } from "./support.mjs";
import "./theme.mjs";

const scan = { id: "C-7", count: 20, spacing: null, letters: null, hounsfield: true, pixels: "/{k}", ...shape };
const ADDRESS = "/ctviz/board/first?sign=1";
const data = {
  case: scan, slice: 6, window: { width: 400, level: 40 }, panes: [], reference: null, contract: CONTRACT,
  drawing: { reader: "AB", labels: ["heart"], slices: {}, measurements: {} },
  acknowledged: [], refused: {}, saved: null, met: "", busy: null, idleChecks: null, sign: "absolute", unit: "pixels",
  session: "first", number: 2, address: ADDRESS, behind: false, heard: "",
};

/** What was brought to Python: { address, name, message, last }; and how it answers. */
let brought = [];
let answer = () => null;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  brought = [];
  answer = () => null;
  globalThis.fetch = (address, asked = {}) => {
    if (asked.method !== "POST") return new Promise(() => {});
    assert.equal(asked.headers["X-Ctviz-Board"], "1");
    const said = { address, ...JSON.parse(asked.body), last: asked.keepalive };
    brought.push(said);
    const given = answer(said);
    if (given === null) return Promise.reject(new TypeError("Failed to fetch"));
    return Promise.resolve({ ok: given.status === undefined, status: 200, json: async () => given, text: async () => "Out of date.", ...given });
  };
  globalThis.document = { createElement: () => ({ getContext: () => ({}) }) };
});

/** Let time pass in small steps, and answers arrive in between. */
async function pass(milliseconds) {
  for (let passed = 0; passed < milliseconds; passed += 10) {
    mock.timers.tick(10);
    for (let turn = 0; turn < 8; turn++) await null;
  }
}

const receipt = (number, acknowledged, refused = {}, session = "first") => ({ acknowledged, refused, saved: "12:00:00", met: "", session, number });

/** A session with a board and a doorbell, and which triggers each of them was given. */
function atWork() {
  const session = new Session();
  const [board, door] = [{}, {}];
  const told = { board: [], door: [] };
  const tell = (where) => (name) => told[where].push(name);
  const hang = (said, address = ADDRESS) => session.hang(door, tell("door"), { receipt: said, address, scheme: "dark" });
  const attach = () => session.attach(board, { changed: () => {}, show: (said) => session.receive(said) }, tell("board"));
  hang(receipt(1, []));
  attach();
  session.receive(data);
  return { session, board, door, told, hang, attach };
}

const stroke = ({ drawingSession }, start, slice = 6) => drawingSession.drawing.edit(new Map([[slice, (labels) => labels.fill(1, start, start + 3)]]));
const said = (name) => brought.filter((each) => each.name === name).map(({ message }) => message);
const letters = () => said("drawing").map(({ id }) => id);

test("a stroke is saved by the courier, and no page runs for that", async () => {
  const { session, told } = atWork();
  answer = ({ name, message }) => (name === "drawing" ? receipt(3, [message.id]) : { ...data, number: 4, saved: "12:00:00", drawing: { ...data.drawing, slices: { 6: [10, 3, 1] } } });
  stroke(session, 10);
  await pass(100);
  assert.deepEqual([session.saving.state, session.data.saved], ["clean", "12:00:00"]);
  assert.deepEqual([brought[0].address, brought[0].message.contract, brought[0].last], [ADDRESS, CONTRACT, true]);
  assert.deepEqual(brought.map(({ name }) => name), ["drawing", "command"]);
  await pass(60000);
  assert.deepEqual([told.board, told.door, brought.length], [[], [], 2]);
});

test("what a board that is taken away has not delivered goes on leaving until it has arrived", async () => {
  const { session, board, hang } = atWork();
  stroke(session, 10);
  session.detach(board);
  await pass(300 + 2000);
  const [first] = letters();
  assert.deepEqual(letters(), [first, first, first]);
  hang(receipt(3, [first]));
  await pass(60000);
  assert.equal(letters().length, 3);
  assert.equal(session.saving.state, "clean");
});

test("a server that answers nothing is sought by the doorbell, again and again", async () => {
  const { session, told } = atWork();
  stroke(session, 10);
  await pass(300 + 2000 + 3000 + 150);
  assert.equal(letters().length, 3);
  assert.deepEqual([told.door, told.board], [["ring"], []]);
});

test("a server that was started anew and does not know the tab is told of it at once, and has the stroke then", async () => {
  const { session, told, hang } = atWork();
  answer = ({ address, message }) => (address === ADDRESS ? { status: 403 } : receipt(2, [message.id], {}, "second"));
  stroke(session, 10);
  await pass(100);
  assert.deepEqual([letters().length, told.door, session.saving.state], [1, ["ring"], "saving"]);
  hang(receipt(1, [], {}, "second"), "/ctviz/board/second?sign=2");
  await pass(100);
  assert.deepEqual([letters().length, new Set(letters()).size, session.saving.state], [2, 1, "clean"]);
});

test("a tab that is turned away for good says why, and does not let the page run without end", async () => {
  const { session, told, hang } = atWork();
  answer = () => ({ status: 403 });
  stroke(session, 10);
  for (let second = 0; second < 60; second++) {
    await pass(1000);
    if (session.rang) hang(receipt(2 + second, []));
  }
  assert.ok(told.door.length <= 13, `${told.door.length} rings`);
  session.drawingSession.saver.attempts = 4;
  assert.deepEqual([session.saving.state, session.saving.why], ["refused", "Out of date."]);
});

test("a letter that is refused waits for the next board, which tries at once and says why", async () => {
  const { session, board, hang, attach } = atWork();
  stroke(session, 10);
  session.detach(board);
  await pass(300);
  const [id] = letters();
  const before = letters().length;
  hang(receipt(3, [], { [id]: "The disk is full." }));
  await pass(60000);
  assert.equal(letters().length, before);
  attach();
  session.receive({ ...data, number: 4, refused: { [id]: "The disk is full." } });
  assert.deepEqual([session.saving.state, session.saving.why], ["refused", "The disk is full."]);
  await pass(300);
  assert.deepEqual(letters().slice(before), [id]);
});

test("the doorbell of a page that is gone does not take that of the next page away", async () => {
  const { session, board, door, told } = atWork();
  const later = [];
  session.hang({}, (name) => later.push(name), { receipt: receipt(3, []), address: ADDRESS, scheme: "dark" });
  session.unhang(door);
  session.detach(board);
  session.ring();
  await pass(300);
  assert.deepEqual([told.door, later], [[], ["ring"]]);
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
  const { session } = atWork();
  session.receive({ ...data, slice: 9 });
  assert.equal(session.view.slice, 9);
  session.receive({ ...data, slice: 3, session: "second", number: 1 });
  assert.equal(session.view.slice, 9);
  const [order] = said("slice");
  assert.equal(order.index, 9);
  session.receive({ ...data, slice: 9, session: "second", heard: order.id });
  session.receive({ ...data, slice: 5, session: "second", heard: order.id });
  assert.equal(session.view.slice, 5);
});

test("what Python said before something that is known takes nothing back, by whichever way it comes", async () => {
  const { session } = atWork();
  answer = ({ name, message }) => (name === "drawing" ? receipt(5, [message.id]) : null);
  stroke(session, 10);
  await pass(100);
  session.receive({ ...data, number: 4, slice: 3 });
  assert.deepEqual([session.drawingSession.drawing.runs(6), session.view.slice], [[10, 3, 1], 6]);
  session.receive({ ...data, number: 6, slice: 3, drawing: { ...data.drawing, slices: { 6: [10, 3, 1] } } });
  assert.deepEqual([session.drawingSession.drawing.runs(6), session.view.slice], [[10, 3, 1], 3]);
});

test("unsaved strokes leave with the page; one too large for that leaves in time as others do", () => {
  const { session } = atWork();
  stroke(session, 10);
  session.hurry();
  assert.equal(brought[0].last, true);
  brought = [];
  session.courier.send("drawing", { runs: "x".repeat(70_000) });
  assert.equal(brought[0].last, false);
});

test("the page runs when the reader rests, once for all that happened, and again until it has run", async () => {
  const { session, told } = atWork();
  session.receive({ ...data, number: 3, behind: true });
  for (let turn = 0; turn < 5; turn++) {
    await pass(600);
    session.insist(0, "slice", {});
  }
  assert.deepEqual(told.board, []);
  await pass(1000);
  assert.deepEqual(told.board, ["run"]);
  await pass(5000);
  assert.deepEqual(told.board, ["run", "run"]);
  session.receive({ ...data, number: 9, behind: false });
  await pass(60000);
  assert.equal(told.board.length, 2);
});

test("a server that has not answered yet is not given a page to run", async () => {
  const { session, told } = atWork();
  session.receive({ ...data, number: 3, behind: true });
  session.orders.give("slice", "slice", { index: 7 });
  await pass(4000);
  assert.deepEqual(told.board, []);
  session.receive({ ...data, number: 4, behind: true, heard: said("slice")[0].id });
  await pass(1100);
  assert.deepEqual(told.board, ["run"]);
});

test("a reader who never rests has a page that is no older than twenty seconds", async () => {
  const { session, told } = atWork();
  session.receive({ ...data, number: 3, behind: true });
  for (let turn = 0; turn < 40; turn++) {
    await pass(500);
    session.insist(0, "slice", {});
  }
  await pass(100);
  assert.deepEqual(told.board, ["run"]);
});
