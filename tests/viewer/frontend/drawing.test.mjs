import assert from "node:assert/strict";
import test from "node:test";

import { Drawing } from "../../../ctviz/ui/viewer/frontend/drawing.js";
import { clearSlice, copyNearest, fillBetween } from "../../../ctviz/ui/viewer/frontend/editing.js";
import { History } from "../../../ctviz/ui/viewer/frontend/history.js";
import { encodeRuns } from "../../../ctviz/ui/viewer/frontend/runs.js";
import { randomSlice, seeds, shape } from "./support.mjs";

function drawingOf(slices, labels = ["heart"]) {
  const edits = [];
  const drawing = new Drawing(shape, (changed) => edits.push(changed));
  drawing.adopt({ reader: "AB", version: 1, labels, slices }, new Set());
  return { drawing, edits };
}

const draw = (drawing, slice, image) => drawing.edit(new Map([[slice, (labels) => labels.set(image)]]));

test("undo brings back every earlier state and redo every later one", () => {
  const { drawing } = drawingOf({});
  const states = seeds.map((seed) => randomSlice(seed));
  states.forEach((state, i) => draw(drawing, i % 3, state));
  const runsNow = () => [0, 1, 2].map((slice) => drawing.runs(slice));
  const last = runsNow();
  const seen = [];
  while (drawing.history.past.length) {
    seen.unshift(runsNow());
    drawing.undo();
  }
  assert.deepEqual(runsNow(), [[], [], []]);
  for (const state of seen) {
    drawing.redo();
    assert.deepEqual(runsNow(), state);
  }
  assert.deepEqual(runsNow(), last);
});

test("a new act forgets what was undone", () => {
  const { drawing } = drawingOf({});
  draw(drawing, 0, randomSlice(1));
  drawing.undo();
  draw(drawing, 0, randomSlice(2));
  assert.equal(drawing.redo(), null);
});

test("only as many acts as the limit can be taken back", () => {
  const history = new History(2);
  for (const after of [[0, 1, 1], [0, 2, 1], [0, 3, 1]]) history.push([{ slice: 0, before: [], after }]);
  assert.ok(history.undo() && history.undo());
  assert.equal(history.undo(), null);
});

test("an act that changes nothing is neither noted nor sent", () => {
  const { drawing, edits } = drawingOf({ 4: [3, 2, 1] });
  draw(drawing, 4, drawing.on(4).slice());
  drawing.begin(4);
  drawing.finish();
  assert.equal(drawing.undo(), null);
  assert.deepEqual(edits, []);
});

test("an abandoned stroke leaves the slice as it was", () => {
  const { drawing } = drawingOf({ 0: [3, 2, 1] });
  drawing.begin(0);
  drawing.on(0).fill(1);
  drawing.abandon();
  assert.deepEqual(drawing.runs(0), [3, 2, 1]);
});

test("news from Python replace all but pending slices, and remove what is gone", () => {
  const { drawing } = drawingOf({ 0: [0, 1, 1], 1: [1, 1, 1], 2: [2, 1, 1] });
  drawing.adopt({ reader: "AB", version: 9, labels: ["heart"], slices: { 0: [7, 2, 1] } }, new Set([1]));
  assert.deepEqual([0, 1, 2].map((slice) => drawing.runs(slice)), [[7, 2, 1], [1, 1, 1], []]);
  assert.equal(drawing.version, 9);
});

test("labels are matched by name when Python numbers them otherwise", () => {
  const { drawing } = drawingOf({ 0: [0, 1, 1, 5, 1, 2] }, ["heart", "lung"]);
  drawing.adopt({ reader: "AB", version: 2, labels: ["lung", "bone"], slices: { 0: [0, 1, 1, 5, 1, 2] } }, new Set());
  assert.deepEqual(drawing.labels, ["heart", "lung", "bone"]);
  assert.deepEqual(drawing.runs(0), [0, 1, 2, 5, 1, 3]);
});

test("a label is made once, and only its making is told", () => {
  const { drawing, edits } = drawingOf({});
  assert.equal(drawing.label("lung"), 2);
  assert.equal(drawing.label("lung"), 2);
  assert.deepEqual(edits, [[]]);
});

test("clearing a slice can be undone", () => {
  const { drawing } = drawingOf({ 3: [4, 5, 1] });
  clearSlice(drawing, 3);
  assert.deepEqual(drawing.drawnSlices(), []);
  assert.equal(drawing.undo(), 3);
  assert.deepEqual(drawing.runs(3), [4, 5, 1]);
});

test("copying takes the nearest drawn slice, the earlier of two", () => {
  const { drawing } = drawingOf({ 1: [1, 1, 1], 5: [5, 1, 1], 9: [9, 1, 1] });
  copyNearest(drawing, 3);
  assert.deepEqual(drawing.runs(3), [1, 1, 1]);
  copyNearest(drawing, 8);
  assert.deepEqual(drawing.runs(8), [9, 1, 1]);
});

test("filling between equal slices repeats them and leaves other labels alone", () => {
  const disc = new Uint8Array(shape.rows * shape.columns);
  for (let row = 4; row < 9; row++) disc.fill(1, row * shape.columns + 5, row * shape.columns + 10);
  const other = [0, 2, 2];
  const { drawing } = drawingOf({ 2: encodeRuns(disc), 5: encodeRuns(disc), 3: other }, ["heart", "lung"]);
  fillBetween(drawing, 4, 1, null);
  assert.deepEqual(drawing.runs(4), encodeRuns(disc));
  assert.deepEqual(drawing.runs(3), [...other, ...encodeRuns(disc)]);
  drawing.undo();
  assert.deepEqual(drawing.drawnSlices(1).sort(), [2, 5]);
});

test("nothing is filled unless both sides are drawn", () => {
  const { drawing, edits } = drawingOf({ 2: [3, 4, 1] });
  fillBetween(drawing, 4, 1, null);
  assert.deepEqual(edits, []);
});
