import assert from "node:assert/strict";
import test, { beforeEach, mock } from "node:test";

import { DrawingSession } from "../../../ctviz/ui/viewer/frontend/sync/drawing-session.js";
import { Mailbox } from "../../../ctviz/ui/viewer/frontend/sync/mailbox.js";
import { Orders } from "../../../ctviz/ui/viewer/frontend/sync/orders.js";
import { Leftovers } from "../../../ctviz/ui/viewer/frontend/sync/outbox.js";
import { Preferences, readPreferences } from "../../../ctviz/ui/viewer/frontend/sync/preferences.js";
import { withSlice } from "../../../ctviz/ui/viewer/frontend/sync/address.js";
import { Pulse } from "../../../ctviz/ui/viewer/frontend/sync/pulse.js";
import { SliceReport } from "../../../ctviz/ui/viewer/frontend/sync/slice-report.js";
import { memoryStore, shape } from "./support.mjs";
import "./theme.mjs";

const scan = { id: "C-7", count: 20, spacing: null, letters: null, hounsfield: true, pixels: "", ...shape };
const empty = { reader: "AB", labels: ["heart"], slices: {}, measurements: {} };

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

/** Let time pass in small steps, so that timers set by timers come in their turn. */
function pass(milliseconds) {
  for (let passed = 0; passed < milliseconds; passed += 1) mock.timers.tick(1);
}

function deskWith(store = memoryStore(), view = empty) {
  const sent = [];
  const drawingSession = new DrawingSession(scan, view, { store, post: (letter) => sent.push(letter), changed: () => {} });
  drawingSession.hear(view);
  return { drawingSession, sent, store };
}

/** Python has stored a letter and tells what stands now. */
function answer(drawingSession, letter, slices) {
  drawingSession.acknowledge([letter.id], {});
  drawingSession.hear({ ...empty, slices });
}

const stroke = (drawingSession, slice, start) => drawingSession.drawing.edit(new Map([[slice, (labels) => labels.fill(1, start, start + 3)]]));

test("a stroke is sent shortly after it ends, with what the slice was before", () => {
  const { drawingSession, sent } = deskWith(memoryStore(), { ...empty, slices: { 6: [40, 2, 1] } });
  stroke(drawingSession, 6, 10);
  pass(59);
  assert.equal(sent.length, 0);
  pass(1);
  const [{ id, ...letter }] = sent;
  assert.deepEqual(letter, { case: "C-7", reader: "AB", labels: ["heart"], slices: { 6: { before: [40, 2, 1], after: [10, 3, 1, 40, 2, 1] } }, measurements: {} });
});

test("strokes in quick succession are sent together, each slice once", () => {
  const { drawingSession, sent } = deskWith();
  stroke(drawingSession, 6, 10);
  pass(40);
  stroke(drawingSession, 6, 20);
  stroke(drawingSession, 7, 0);
  pass(300);
  assert.equal(sent.length, 1);
  assert.deepEqual(sent[0].slices, {
    6: { before: [], after: [10, 3, 1, 20, 3, 1] },
    7: { before: [], after: [0, 3, 1] },
  });
});

test("a reader who never pauses is saved all the same", () => {
  const { drawingSession, sent } = deskWith();
  for (let slice = 0; slice < 10; slice++) {
    stroke(drawingSession, slice, 10);
    pass(100);
  }
  assert.equal(sent.length, 1);
});

test("an unacknowledged stroke is sent again as it was, and after some attempts said to be late", () => {
  const { drawingSession, sent } = deskWith();
  stroke(drawingSession, 6, 10);
  assert.equal(drawingSession.saver.state, "saving");
  pass(300);
  stroke(drawingSession, 6, 30);
  pass(2000 + 3000 + 5000);
  assert.equal(sent.length, 4);
  assert.equal(new Set(sent.map((letter) => JSON.stringify(letter))).size, 1);
  assert.equal(drawingSession.saver.state, "late");
});

test("saved is said only when Python has what is on the screen", () => {
  const { drawingSession, sent } = deskWith();
  stroke(drawingSession, 6, 10);
  pass(300);
  stroke(drawingSession, 7, 0);
  answer(drawingSession, sent[0], { 6: [10, 3, 1] });
  assert.deepEqual([drawingSession.outbox.pending, drawingSession.saver.state], [[7], "saving"]);
  pass(300);
  answer(drawingSession, { id: "of another tab" }, { 6: [10, 3, 1], 7: [0, 3, 1] });
  assert.equal(drawingSession.saver.state, "saving");
  answer(drawingSession, sent[1], { 6: [10, 3, 1], 7: [0, 3, 1] });
  pass(60000);
  assert.deepEqual(sent.map(({ slices }) => Object.keys(slices)), [["6"], ["7"]]);
  assert.equal(drawingSession.saver.state, "clean");
});

test("an undo before the answer undoes what was sent", () => {
  const { drawingSession, sent } = deskWith();
  stroke(drawingSession, 6, 10);
  pass(300);
  drawingSession.drawing.undo();
  answer(drawingSession, sent[0], { 6: [10, 3, 1] });
  assert.deepEqual(drawingSession.drawing.runs(6), []);
  pass(300);
  assert.deepEqual(sent[1].slices, { 6: { before: [10, 3, 1], after: [] } });
  answer(drawingSession, sent[1], {});
  assert.deepEqual([drawingSession.drawing.runs(6), drawingSession.saver.state], [[], "clean"]);
});

test("an old answer does not undo newer strokes, nor one that is being drawn", () => {
  const { drawingSession, sent } = deskWith();
  stroke(drawingSession, 6, 10);
  pass(300);
  stroke(drawingSession, 6, 30);
  answer(drawingSession, sent[0], { 6: [10, 3, 1] });
  assert.deepEqual(drawingSession.drawing.runs(6), [10, 3, 1, 30, 3, 1]);
  drawingSession.drawing.begin([7]);
  drawingSession.drawing.on(7).fill(1, 50, 53);
  drawingSession.hear({ ...empty, slices: { 6: [10, 3, 1], 7: [0, 1, 1] } });
  assert.deepEqual(drawingSession.drawing.runs(7), [50, 3, 1]);
  drawingSession.drawing.finish();
  drawingSession.hear({ ...empty, slices: { 6: [10, 3, 1], 7: [0, 1, 1] } });
  assert.deepEqual(drawingSession.drawing.runs(7), [0, 1, 1, 50, 3, 1]);
});

test("two tabs of one reader end up with the strokes of both", () => {
  const [here, there] = [deskWith(), deskWith()];
  stroke(here.drawingSession, 6, 10);
  stroke(there.drawingSession, 6, 30);
  pass(300);
  answer(here.drawingSession, here.sent[0], { 6: [10, 3, 1] });
  const both = [10, 3, 1, 30, 3, 1];
  answer(there.drawingSession, there.sent[0], { 6: both });
  here.drawingSession.hear({ ...empty, slices: { 6: both } });
  for (const { drawingSession } of [here, there]) {
    assert.deepEqual([drawingSession.drawing.runs(6), drawingSession.saver.state], [both, "clean"]);
    drawingSession.drawing.undo();
  }
  assert.deepEqual(here.drawingSession.drawing.runs(6), [30, 3, 1]);
  assert.deepEqual(there.drawingSession.drawing.runs(6), [10, 3, 1]);
});

test("a refusal is said in its own words, kept and tried again", () => {
  const { drawingSession, sent, store } = deskWith();
  stroke(drawingSession, 6, 10);
  pass(300);
  drawingSession.acknowledge([], { [sent[0].id]: "The disk is full." });
  assert.deepEqual([drawingSession.saver.state, drawingSession.saver.refusal], ["refused", "The disk is full."]);
  assert.ok(store.kept.has(drawingSession.outbox.address));
  pass(2000);
  drawingSession.acknowledge([sent[1].id], {});
  assert.equal(drawingSession.saver.state, "clean");
});

test("what a crash left behind is sent by the next page, in order, until it has arrived", () => {
  const first = deskWith();
  stroke(first.drawingSession, 6, 10);
  pass(300);
  stroke(first.drawingSession, 7, 0);
  const left = new Leftovers(first.store, "AB", []);
  assert.deepEqual(left.pending, [6, 7]);
  assert.deepEqual(left.letter(), first.sent[0]);
  left.acknowledge([left.letter().id]);
  assert.deepEqual(left.letter().slices, { 7: { before: [], after: [0, 3, 1] } });
  left.acknowledge([left.letter().id]);
  assert.equal(left.empty, true);
  assert.deepEqual([...first.store.kept.keys()], [first.drawingSession.outbox.labelsAddress]);
});

test("a letter of a case that is gone does not keep the others back", () => {
  const store = memoryStore();
  for (const name of ["C-gone", "C-7"]) {
    store.setItem(`ctviz/drawing/${name}/AB`, JSON.stringify({ labels: ["heart"], slices: { 6: [10, 3, 1] } }));
  }
  const left = new Leftovers(store, "AB", []);
  assert.equal(left.letter().case, "C-gone");
  left.putOff();
  assert.equal(left.letter().case, "C-7");
  left.acknowledge([left.letter().id]);
  assert.deepEqual([...store.kept.keys()], ["ctviz/drawing/C-gone/AB"]);
});

test("a letter that another tab may still add to goes under a name of its own", () => {
  const { drawingSession, sent, store } = deskWith();
  stroke(drawingSession, 6, 10);
  const left = new Leftovers(store, "AB", []);
  stroke(drawingSession, 6, 30);
  pass(300);
  assert.notEqual(left.letter().id, sent[0].id);
  left.acknowledge([left.letter().id]);
  assert.ok(store.kept.has(drawingSession.outbox.address));
});

test("whole slices that an older version left behind are only ever added", () => {
  const store = memoryStore();
  store.setItem("ctviz/drawing/C-7/A%20B", JSON.stringify({ labels: ["heart"], slices: { 6: [10, 3, 1] } }));
  const { id, ...letter } = new Leftovers(store, "A B", []).letter();
  assert.deepEqual(letter, { case: "C-7", reader: "A B", labels: ["heart"], slices: { 6: { before: [], after: [10, 3, 1] } }, measurements: {} });
});

test("unsaved strokes of one reader never leave under another's name, nor from this page twice", () => {
  const { drawingSession, store } = deskWith();
  stroke(drawingSession, 6, 10);
  assert.equal(new Leftovers(store, "CD", []).empty, true);
  assert.equal(new Leftovers(store, "AB", [drawingSession.outbox.address]).empty, true);
});

test("a full or damaged storage loses nothing but the protection against a crash", () => {
  const full = { ...memoryStore(), setItem: () => { throw new Error("QuotaExceededError"); } };
  const { drawingSession, sent } = deskWith(full);
  stroke(drawingSession, 6, 10);
  pass(300);
  assert.equal(sent.length, 1);
  assert.equal(drawingSession.outbox.kept, false);
  answer(drawingSession, sent[0], { 6: [10, 3, 1] });
  assert.equal(drawingSession.outbox.kept, true);
  for (const text of ["{", "7", '{"labels": 3}']) {
    const damaged = memoryStore();
    damaged.setItem("ctviz/strokes/C-7/AB/x", text);
    damaged.setItem("ctviz/drawing/C-7/AB", text);
    assert.equal(new Leftovers(damaged, "AB", []).empty, true);
  }
  assert.equal(new Leftovers(null, "AB", []).empty, true);
});

test("an act on many slices is one letter, whatever is under way and comes from elsewhere meanwhile", () => {
  const { drawingSession, sent } = deskWith();
  const { drawing } = drawingSession;
  stroke(drawingSession, 0, 10);
  pass(300);
  const slices = Array.from({ length: 20 }, (_, k) => k);
  drawing.begin(slices);
  for (const slice of slices) drawing.on(slice).fill(1, 50, 53);
  drawing.touch(slices);
  answer(drawingSession, sent[0], { 0: [10, 3, 1], 4: [90, 2, 1], 7: [95, 1, 1] });
  assert.deepEqual(drawing.runs(4), [50, 3, 1]);
  drawing.finish();
  drawingSession.hear({ ...empty, slices: { 0: [10, 3, 1], 4: [90, 2, 1], 7: [95, 1, 1] } });
  pass(300);
  assert.deepEqual(sent.map(({ slices: told }) => Object.keys(told).length), [1, 20]);
  assert.deepEqual(sent[1].slices[4], { before: [90, 2, 1], after: [50, 3, 1, 90, 2, 1] });
  assert.deepEqual(sent[1].slices[0], { before: [10, 3, 1], after: [10, 3, 1, 50, 3, 1] });
});

test("what is unsaved leaves at once when the page may go, but not twice", () => {
  const { drawingSession, sent } = deskWith();
  drawingSession.saver.flush();
  stroke(drawingSession, 6, 10);
  drawingSession.saver.flush();
  drawingSession.saver.flush();
  assert.equal(sent.length, 1);
});

test("a paused drawingSession keeps still and goes on when woken", () => {
  const { drawingSession, sent } = deskWith();
  stroke(drawingSession, 6, 10);
  drawingSession.saver.pause();
  pass(60000);
  assert.equal(sent.length, 0);
  drawingSession.saver.wake();
  pass(300);
  assert.equal(sent.length, 1);
});

test("letters leave at a distance, only the newest to each address, all different", () => {
  const delivered = [];
  const mailbox = new Mailbox((name, value) => delivered.push([name, value.n, value.stamp]));
  mailbox.post("slice", { n: 1 });
  mailbox.post("slice", { n: 2 });
  mailbox.post("slice", { n: 3 });
  mailbox.post("drawing", { n: 4 });
  assert.equal(delivered.length, 1);
  pass(149);
  assert.equal(delivered.length, 1);
  pass(1000);
  assert.deepEqual(delivered.map(([name, n]) => [name, n]), [["slice", 1], ["slice", 3], ["drawing", 4]]);
  assert.equal(new Set(delivered.map(([, , stamp]) => stamp)).size, 3);
});

test("Python hears where the reader rests, not where he scrolls by", () => {
  const said = [];
  const report = new SliceReport((slice) => said.push(slice));
  report.agree(3);
  for (const slice of [4, 5, 6]) {
    report.moved(slice);
    pass(100);
    assert.equal(report.moving, true);
  }
  pass(250);
  assert.deepEqual(said, [6]);
  assert.equal(report.moving, false);
});

test("going away and back, or to where Python is, is not worth a word", () => {
  const said = [];
  const report = new SliceReport((slice) => said.push(slice));
  report.agree(3);
  report.moved(4);
  report.moved(3);
  pass(250);
  assert.deepEqual(said, []);
});

function orders() {
  const sent = [];
  return { sent, orders: new Orders((trigger, message) => sent.push(message)) };
}

test("an order is given again until Python hears it, and then no more", () => {
  const { sent, orders: given } = orders();
  given.give("cancel g", "command", { kind: "cancel", pane: "g" });
  pass(2000 + 3000);
  assert.equal(sent.length, 3);
  assert.equal(new Set(sent.map(({ id }) => id)).size, 1);
  given.hear("another");
  assert.equal(given.empty, false);
  given.hear(sent[0].id);
  pass(60000);
  assert.equal(sent.length, 3);
  assert.equal(given.empty, true);
});

test("orders are given one after the other, so that none overtakes or erases another", () => {
  const { sent, orders: given } = orders();
  given.give("remove a", "command", { pane: "a" });
  given.give("remove b", "command", { pane: "b" });
  assert.deepEqual(sent.map(({ pane }) => pane), ["a"]);
  given.hear(sent[0].id);
  assert.deepEqual(sent.map(({ pane }) => pane), ["a", "b"]);
});

test("a new order takes the place of an unheard one with the same address", () => {
  const { sent, orders: given } = orders();
  given.give("slice", "slice", { index: 4 });
  given.give("slice", "slice", { index: 5 });
  given.hear(sent[0].id);
  assert.equal(given.has("slice"), true);
  given.hear(sent[1].id);
  assert.deepEqual([given.empty, sent.map(({ index }) => index)], [true, [4, 5]]);
});

test("a slow server is not asked for news faster than it answers", () => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setInterval"] });
  let beats = 0;
  const pulse = new Pulse(() => beats++);
  pulse.follow("waiting");
  mock.timers.tick(500);
  mock.timers.tick(500);
  assert.equal(beats, 1);
  pulse.follow("waiting");
  mock.timers.tick(500);
  assert.equal(beats, 2);
  pulse.follow("still");
  mock.timers.tick(5000);
  assert.equal(beats, 2);
});

test("what nobody waits for is asked for less often", () => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setInterval"] });
  let beats = 0;
  const pulse = new Pulse(() => beats++);
  pulse.follow("calm");
  mock.timers.tick(1900);
  assert.equal(beats, 0);
  mock.timers.tick(200);
  assert.equal(beats, 1);
  pulse.follow("waiting");
  mock.timers.tick(500);
  assert.equal(beats, 2);
});

test("the address follows the reader's slice and nothing else of it changes", () => {
  assert.equal(withSlice("?case=C-1&slice=6&estimators=a%2Cb", 11), "?case=C-1&slice=11&estimators=a%2Cb");
  assert.equal(withSlice("?case=C-1", 11), "?case=C-1");
});

test("heatmap preferences outlive the page, and only those that make sense", () => {
  const store = memoryStore();
  const settings = { visible: false, signed: true, regions: true, signedMap: "blue-orange", absoluteMap: "plasma", opacity: 0.4, threshold: 0.2, sameScale: true, perScreen: 6 };
  new Preferences(store).keep(settings);
  const { visible, signed, regions, ...kept } = settings;
  assert.deepEqual(readPreferences(store), kept);
  const [address] = store.kept.keys();
  store.setItem(address, '{"opacity": 7, "threshold": "x", "absoluteMap": "toString", "sameScale": 1, "perScreen": 5}');
  assert.deepEqual(readPreferences(store), {});
  for (const text of ["{", "null", "3"]) assert.deepEqual(readPreferences({ ...store, getItem: () => text }), {});
  assert.deepEqual(readPreferences(null), {});
  const full = { ...store, setItem: () => { throw new Error("QuotaExceededError"); } };
  new Preferences(full).keep(settings);
});

test("a label that was never drawn with outlives the page", () => {
  const { drawingSession, store } = deskWith();
  drawingSession.drawing.label("lung");
  const later = deskWith(store).drawingSession;
  assert.deepEqual(later.drawing.labels, ["heart", "lung"]);
  assert.equal(later.outbox.empty, true);
});

const ruler = (x) => ({ kind: "ruler", slice: 6, points: [{ x, y: 2 }, { x: 9, y: 4 }] });

/** Python has stored a letter and tells which measurements stand now. */
function measuredAnswer(drawingSession, letter, measurements) {
  drawingSession.acknowledge([letter.id], {});
  drawingSession.hear({ ...empty, measurements });
}

test("a measurement is sent as a stroke is, again as it was, until Python has it", () => {
  const { drawingSession, sent } = deskWith();
  const { drawing, saver, outbox } = drawingSession;
  drawing.measure("m-1", ruler(1));
  pass(300);
  drawing.measure("m-1", ruler(2));
  assert.deepEqual([outbox.pending, saver.state], [[6], "saving"]);
  pass(2000);
  assert.deepEqual(sent.map(({ slices, measurements }) => [slices, measurements]), [1, 1].map((x) => [{}, { "m-1": { before: null, after: ruler(x) } }]));
  measuredAnswer(drawingSession, sent[0], { "m-1": ruler(1) });
  assert.deepEqual(drawing.measurements.get("m-1"), ruler(2));
  pass(300);
  assert.deepEqual(sent[2].measurements, { "m-1": { before: ruler(1), after: ruler(2) } });
  measuredAnswer(drawingSession, sent[2], { "m-1": ruler(2) });
  pass(60000);
  assert.deepEqual([sent.length, saver.state], [3, "clean"]);
});

test("strokes and measurements of one moment go in one letter, and what is undone in time is not sent", () => {
  const { drawingSession, sent } = deskWith();
  stroke(drawingSession, 7, 10);
  drawingSession.drawing.measure("m-1", ruler(1));
  drawingSession.drawing.measure("m-2", ruler(2));
  drawingSession.drawing.undo();
  pass(300);
  assert.deepEqual(sent.map(({ slices, measurements }) => [Object.keys(slices), Object.keys(measurements)]), [[["7"], ["m-1"]]]);
});

test("a measurement that a page left behind is sent by the next one", () => {
  const { drawingSession, store } = deskWith();
  drawingSession.drawing.measure("m-1", ruler(1));
  const leftovers = new Leftovers(store, "AB", []);
  assert.deepEqual([leftovers.letter().measurements, leftovers.pending], [{ "m-1": { before: null, after: ruler(1) } }, [6]]);
});

test("measurements of another tab come, move and go; of one that both changed the later stays", () => {
  const { drawingSession, sent } = deskWith();
  const { drawing } = drawingSession;
  const hear = (measurements) => drawingSession.hear({ ...empty, measurements });
  hear({ "m-1": ruler(1), "m-2": ruler(2) });
  hear({ "m-1": ruler(3) });
  assert.deepEqual([...drawing.measurements], [["m-1", ruler(3)]]);
  drawing.measure("m-1", ruler(4));
  hear({ "m-1": ruler(5) });
  assert.deepEqual(drawing.measurements.get("m-1"), ruler(4));
  pass(300);
  assert.deepEqual(sent[0].measurements, { "m-1": { before: ruler(5), after: ruler(4) } });
});

test("a measurement that was moved elsewhere is not removed", () => {
  const { drawingSession } = deskWith();
  const { drawing, outbox } = drawingSession;
  drawingSession.hear({ ...empty, measurements: { "m-1": ruler(1) } });
  drawing.measure("m-1", null);
  drawingSession.hear({ ...empty, measurements: { "m-1": ruler(2) } });
  assert.deepEqual([drawing.measurements.get("m-1"), outbox.empty], [ruler(2), true]);
});
