import assert from "node:assert/strict";
import test from "node:test";

import { Drawing } from "../../../ctviz/ui/viewer/frontend/drawing/drawing.js";
import { clearSlice, copyNearest, fillBetween, numbered, smooth } from "../../../ctviz/ui/viewer/frontend/drawing/editing.js";
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
  assert.deepEqual(drawing.undo(), [0]);
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
  assert.deepEqual(drawing.undo(), [3]);
  assert.deepEqual(drawing.runs(3), [4, 5, 1]);
});

test("copying takes the nearest drawn slice, the earlier of two", () => {
  const { drawing } = drawingOf({ 1: [1, 1, 1], 5: [5, 1, 1], 9: [9, 1, 1] });
  copyNearest(drawing, 3);
  assert.deepEqual(drawing.runs(3), [1, 1, 1]);
  copyNearest(drawing, 8);
  assert.deepEqual(drawing.runs(8), [9, 1, 1]);
});

const unknown = { spacing: null, depths: null };

function disc(from = 5, to = 10) {
  const image = new Uint8Array(shape.rows * shape.columns);
  for (let row = 4; row < 9; row++) image.fill(1, row * shape.columns + from, row * shape.columns + to);
  return image;
}

test("filling between equal slices repeats them and leaves other labels alone", () => {
  const other = [0, 2, 2, 4 * shape.columns + 5, 2, 2];
  const { drawing } = drawingOf({ 2: encodeRuns(disc()), 5: encodeRuns(disc()), 3: other }, ["heart", "lung"]);
  const { sentence } = fillBetween(drawing, 4, 1, unknown);
  assert.equal(sentence, "Filled 'heart' on slices 4–5.");
  assert.deepEqual(drawing.runs(4), encodeRuns(disc()));
  const expected = disc();
  expected.fill(2, 0, 2).fill(2, 4 * shape.columns + 5, 4 * shape.columns + 7);
  assert.deepEqual(drawing.runs(3), encodeRuns(expected));
  assert.deepEqual(drawing.filledSlices(1).sort(), [3, 4]);
  drawing.undo();
  assert.deepEqual(drawing.drawnSlices(1).sort(), [2, 5]);
  assert.deepEqual(drawing.filledSlices(1), []);
});

test("what is drawn stays, and what was filled is filled anew after a correction", () => {
  const { drawing } = drawingOf({ 0: encodeRuns(disc()), 6: encodeRuns(disc()) });
  fillBetween(drawing, 3, 1, unknown);
  draw(drawing, 3, disc(6, 9));
  assert.deepEqual(drawing.filledSlices(1), [1, 2, 4, 5]);
  const { sentence } = fillBetween(drawing, 3, 1, unknown);
  assert.equal(sentence, "Filled 'heart' on slices 2–3 and 5–6.");
  assert.deepEqual(drawing.runs(3), encodeRuns(disc(6, 9)));
  const widths = [0, 1, 2, 3, 4, 5, 6].map((slice) => drawing.pixels(slice)[1] / 5);
  assert.deepEqual(widths, [...widths].reverse());
  assert.ok(widths[1] >= widths[2] && widths[2] >= widths[3] && widths[1] > widths[3]);
});

test("slices that stay empty are told of", () => {
  const { drawing } = drawingOf({ 0: encodeRuns(disc(0, 3)), 3: encodeRuns(disc(12, 15)) });
  const { sentence, done } = fillBetween(drawing, 1, 1, unknown);
  assert.equal(sentence, "Nothing was filled; slices 2–3 stay empty, for the outlines do not overlap.");
  assert.equal(done, false);
});

test("nothing is filled unless both sides are drawn", () => {
  const { drawing, edits } = drawingOf({ 2: [3, 4, 1] });
  assert.match(fillBetween(drawing, 4, 1, unknown).sentence, /^Nothing to fill/);
  assert.deepEqual(edits, []);
});

test("slices are told by number, those in a row together", () => {
  assert.equal(numbered([4]), "slice 5");
  assert.equal(numbered([8, 2, 3, 4, 11, 10]), "slices 3–5, 9 and 11–12");
});

test("smoothing says what became of the area, is one act and leaves other slices alone", () => {
  const jagged = disc();
  jagged[3 * shape.columns + 7] = jagged[2 * shape.columns + 7] = jagged[1 * shape.columns + 7] = 1;
  const { drawing } = drawingOf({ 2: encodeRuns(jagged), 3: encodeRuns(jagged) });
  const { sentence } = smooth(drawing, 2, 1, [1, 1], 1);
  assert.match(sentence, /^Smoothed 'heart' on slice 3 by 1 mm: 28.0 mm², now \d+.\d mm²\.$/);
  assert.notDeepEqual(drawing.runs(2), encodeRuns(jagged));
  drawing.undo();
  assert.deepEqual([drawing.runs(2), drawing.runs(3)], [encodeRuns(jagged), encodeRuns(jagged)]);
  assert.equal(smooth(drawing, 5, 1, [1, 1], 1).done, false);
});
