import assert from "node:assert/strict";
import test, { beforeEach, mock } from "node:test";

import { Desk } from "../../../ctviz/ui/viewer/frontend/desk.js";
import { Mailbox } from "../../../ctviz/ui/viewer/frontend/mailbox.js";
import { Orders } from "../../../ctviz/ui/viewer/frontend/orders.js";
import { Outbox } from "../../../ctviz/ui/viewer/frontend/outbox.js";
import { Preferences, readPreferences } from "../../../ctviz/ui/viewer/frontend/preferences.js";
import { withSlice } from "../../../ctviz/ui/viewer/frontend/address.js";
import { Pulse } from "../../../ctviz/ui/viewer/frontend/pulse.js";
import { SliceReport } from "../../../ctviz/ui/viewer/frontend/slice-report.js";
import { memoryStore, shape } from "./support.mjs";

const scan = { id: "C-7", count: 20, spacing: null, letters: null, hounsfield: true, pixels: "", ...shape };
const empty = { reader: "AB", labels: ["heart"], slices: {}, version: 0 };

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

/** Let time pass in small steps, so that timers set by timers come in their turn. */
function pass(milliseconds) {
  for (let passed = 0; passed < milliseconds; passed += 1) mock.timers.tick(1);
}

function deskWith(store = memoryStore(), view = empty, acknowledged = 0) {
  const sent = [];
  const desk = new Desk(scan, view, { store, post: (message) => sent.push(message), changed: () => {} });
  desk.hear(view, acknowledged);
  return { desk, sent, store };
}

const stroke = (desk, slice, start) => desk.drawing.edit(new Map([[slice, (labels) => labels.fill(1, start, start + 3)]]));

test("a stroke is sent shortly after it ends", () => {
  const { desk, sent } = deskWith();
  stroke(desk, 6, 10);
  pass(299);
  assert.equal(sent.length, 0);
  pass(1);
  assert.deepEqual(sent, [{ case: "C-7", reader: "AB", version: 1, labels: ["heart"], slices: { 6: [10, 3, 1] } }]);
});

test("strokes in quick succession are sent together, each slice once", () => {
  const { desk, sent } = deskWith();
  stroke(desk, 6, 10);
  pass(200);
  stroke(desk, 6, 20);
  stroke(desk, 7, 0);
  pass(300);
  assert.equal(sent.length, 1);
  assert.deepEqual(sent[0].slices, { 6: [10, 3, 1, 20, 3, 1], 7: [0, 3, 1] });
  assert.equal(sent[0].version, 3);
});

test("an unacknowledged stroke is sent again, and after some attempts said to be late", () => {
  const { desk, sent } = deskWith();
  stroke(desk, 6, 10);
  assert.equal(desk.saver.state, "saving");
  pass(300 + 2000 + 3000 + 5000);
  assert.equal(sent.length, 4);
  assert.equal(desk.saver.state, "late");
});

test("an acknowledgement ends the sending, but not of what came after it", () => {
  const { desk, sent } = deskWith();
  stroke(desk, 6, 10);
  pass(300);
  stroke(desk, 7, 0);
  desk.hear({ ...empty, version: 1, slices: { 6: [10, 3, 1] } }, 1);
  assert.deepEqual([...desk.outbox.pending.keys()], [7]);
  pass(300);
  desk.hear({ ...empty, version: 2, slices: { 6: [10, 3, 1], 7: [0, 3, 1] } }, 2);
  pass(60000);
  assert.deepEqual(sent.map(({ slices }) => Object.keys(slices)), [["6"], ["7"]]);
  assert.equal(desk.saver.state, "clean");
});

test("an old answer does not undo newer strokes", () => {
  const { desk } = deskWith();
  stroke(desk, 6, 10);
  stroke(desk, 6, 30);
  desk.hear({ ...empty, version: 1, slices: { 6: [10, 3, 1] } }, 1);
  assert.deepEqual(desk.drawing.runs(6), [10, 3, 1, 30, 3, 1]);
});

test("what was never acknowledged comes back after a crash and is sent under a new version", () => {
  const first = deskWith();
  stroke(first.desk, 6, 10);
  const stored = { ...empty, labels: ["other", "heart"], slices: { 2: [5, 1, 1] }, version: 4 };
  const { desk, sent } = deskWith(first.store, stored, 4);
  assert.deepEqual(desk.drawing.runs(6), [10, 3, 2]);
  assert.deepEqual(desk.drawing.runs(2), [5, 1, 1]);
  pass(300);
  assert.deepEqual(sent, [{ case: "C-7", reader: "AB", version: 5, labels: ["other", "heart"], slices: { 6: [10, 3, 2] } }]);
  desk.hear({ ...stored, version: 5 }, 5);
  assert.deepEqual([...first.store.kept.keys()], [desk.outbox.labelsAddress]);
});

test("unsaved strokes of one case or reader never reach another", () => {
  const { desk, store } = deskWith();
  stroke(desk, 6, 10);
  assert.equal(new Outbox(store, "C-8", "AB").read(), null);
  assert.equal(new Outbox(store, "C-7", "CD").read(), null);
  assert.notEqual(new Outbox(store, "C-7", "AB").read(), null);
});

test("a full or damaged storage loses nothing but the protection against a crash", () => {
  const full = { ...memoryStore(), setItem: () => { throw new Error("QuotaExceededError"); } };
  const { desk, sent } = deskWith(full);
  stroke(desk, 6, 10);
  pass(300);
  assert.equal(sent.length, 1);
  for (const text of ["{", "7", '{"labels": 3}']) {
    assert.equal(new Outbox({ ...full, getItem: () => text }, "C-7", "AB").read(), null);
  }
});

test("a paused desk keeps still and goes on when resumed", () => {
  const { desk, sent } = deskWith();
  stroke(desk, 6, 10);
  desk.saver.pause();
  pass(60000);
  assert.equal(sent.length, 0);
  desk.saver.resume();
  pass(300);
  assert.equal(sent.length, 1);
});

test("a new label is sent even before anything is drawn with it", () => {
  const { desk, sent } = deskWith();
  desk.drawing.label("lung");
  pass(300);
  assert.deepEqual([sent[0].labels, sent[0].slices], [["heart", "lung"], {}]);
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
  const settings = { visible: false, signed: true, regions: true, signedMap: "blue-orange", absoluteMap: "plasma", opacity: 0.4, threshold: 0.2, sameScale: true };
  new Preferences(store).keep(settings);
  const { visible, signed, regions, ...kept } = settings;
  assert.deepEqual(readPreferences(store), kept);
  const [address] = store.kept.keys();
  store.setItem(address, '{"opacity": 7, "threshold": "x", "absoluteMap": "toString", "sameScale": 1}');
  assert.deepEqual(readPreferences(store), {});
  for (const text of ["{", "null", "3"]) assert.deepEqual(readPreferences({ ...store, getItem: () => text }), {});
  assert.deepEqual(readPreferences(null), {});
  const full = { ...store, setItem: () => { throw new Error("QuotaExceededError"); } };
  new Preferences(full).keep(settings);
});

test("a label that was never drawn with outlives the page", () => {
  const { desk, store } = deskWith();
  desk.drawing.label("lung");
  desk.saver.acknowledge(desk.drawing.version);
  const later = deskWith(store).desk;
  assert.deepEqual(later.drawing.labels, ["heart", "lung"]);
  assert.equal(later.outbox.empty, true);
});
