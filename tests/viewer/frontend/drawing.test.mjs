import assert from "node:assert/strict";
import test from "node:test";

import { Drawing } from "../../../ctviz/ui/viewer/frontend/drawing/drawing.js";
import { clearSlice, copyNearest, fillBetween } from "../../../ctviz/ui/viewer/frontend/drawing/editing.js";
import { History } from "../../../ctviz/ui/viewer/frontend/drawing/history.js";
import { merge } from "../../../ctviz/ui/viewer/frontend/sync/merge.js";
import { encodeRuns } from "../../../ctviz/ui/viewer/frontend/sync/runs.js";
import { randomSlice, seeds, shape } from "./support.mjs";

function drawingOf(slices, labels = ["heart"]) {
  const edits = [];
  const drawing = new Drawing(shape, (changed) => edits.push(changed));
  for (const [slice, runs] of drawing.renumbered(slices, labels)) drawing.rebase(slice, [], runs);
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
  drawing.begin([4]);
  drawing.finish();
  assert.equal(drawing.undo(), null);
  assert.deepEqual(edits, []);
});

test("an abandoned stroke leaves the slice as it was", () => {
  const { drawing } = drawingOf({ 0: [3, 2, 1] });
  drawing.begin([0]);
  drawing.on(0).fill(1);
  drawing.abandon();
  assert.deepEqual(drawing.runs(0), [3, 2, 1]);
});

test("what changed elsewhere is taken over and what was drawn here stays", () => {
  const { drawing } = drawingOf({ 0: [0, 3, 1] });
  drawing.edit(new Map([[0, (labels) => labels.fill(1, 20, 22)]]));
  drawing.rebase(0, [0, 3, 1], [1, 2, 1, 40, 1, 1]);
  assert.deepEqual(drawing.runs(0), [1, 2, 1, 20, 2, 1, 40, 1, 1]);
});

test("undo takes back what the act drew and nothing that came from elsewhere since", () => {
  const { drawing } = drawingOf({});
  draw(drawing, 0, new Uint8Array(shape.rows * shape.columns).fill(1, 0, 3));
  drawing.rebase(0, [0, 3, 1], [0, 3, 1, 9, 2, 1]);
  assert.equal(drawing.undo(), 0);
  assert.deepEqual(drawing.runs(0), [9, 2, 1]);
  drawing.redo();
  assert.deepEqual(drawing.runs(0), [0, 3, 1, 9, 2, 1]);
});

test("changes of different pixels join in either order; drawn wins over erased", () => {
  for (const seed of seeds) {
    const [before, mine, theirs] = [1, 2, 3].map((n) => randomSlice(seed * 3 + n, { labels: 2 }));
    const joined = merge(before, mine, theirs);
    const other = merge(before, theirs, mine);
    joined.forEach((label, i) => {
      if (mine[i] === before[i]) assert.equal(label, theirs[i]);
      else if (theirs[i] === before[i] || theirs[i] === mine[i]) assert.equal(label, mine[i]);
      else assert.ok(label !== 0 && other[i] !== 0);
    });
    assert.deepEqual(merge(before, mine, joined), joined);
  }
});

test("labels are matched by name when Python numbers them otherwise", () => {
  const { drawing } = drawingOf({ 0: [0, 1, 1, 5, 1, 2] }, ["heart", "lung"]);
  const theirs = drawing.renumbered({ 0: [0, 1, 1, 5, 1, 2] }, ["lung", "bone"]);
  assert.deepEqual(drawing.labels, ["heart", "lung", "bone"]);
  assert.deepEqual(theirs.get(0), [0, 1, 2, 5, 1, 3]);
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
