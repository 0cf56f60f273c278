import assert from "node:assert/strict";
import test from "node:test";

import { apart } from "../../../ctviz/ui/viewer/frontend/picture/apart.js";
import { sortPanes } from "../../../ctviz/ui/viewer/frontend/widgets/heatmap-bar.js";
import { AS_FITS, layOutPanes } from "../../../ctviz/ui/viewer/frontend/widgets/layout.js";

const FULL = 32767;
const map = (scale, ...shares) => ({ values: Int16Array.from(shares, (share) => Math.round(share * FULL)), scale, robust: NaN, position: NaN });
const read = ({ values, scale }) => [...values].map((value) => Math.round(((value * scale) / FULL) * 100) / 100);

test("each map counts in shares of its own full colour, whatever its unit", () => {
  const [one, other] = [map(8, 0.5, 0.25, 0), map(0.002, 0.25, 0.5, 0)];
  assert.deepEqual(read(apart(one, other, [4, 0.001], true)), [0.5, -0.5, 0]);
  assert.deepEqual(read(apart(other, one, [0.001, 4], true)), [-0.5, 0.5, 0]);
  assert.deepEqual(read(apart(one, one, [4, 4], true)), [0, 0, 0]);
});

test("what reaches beyond full colour is full colour, as it is seen", () => {
  assert.deepEqual(read(apart(map(1, 1, -1), map(1, 0, 0), [0.5, 1], true)), [1, -1]);
});

test("opposite signs are twice as far from each other as a map from nothing, and alike without their signs", () => {
  const [one, other] = [map(1, 1, 0.5), map(1, -1, -0.5)];
  assert.deepEqual(read(apart(one, other, [1, 1], true)), [2, 1]);
  assert.deepEqual(read(apart(one, other, [1, 1], false)), [0, 0]);
});

test("a map that is zero everywhere says nothing", () => {
  assert.deepEqual(read(apart(map(1, 0, 0), map(1, 0.5, 1), [0, 1], false)), [-0.5, -1]);
});

test("what belongs side by side is in one row, in as many rows as are high enough", () => {
  assert.deepEqual(layOutPanes(12, { width: 728, height: 520 }, 1.4, AS_FITS, 3), { columns: 3, rows: 2 });
  assert.deepEqual(layOutPanes(12, { width: 728, height: 520 }, 1.4, 9, 3), { columns: 3, rows: 3 });
  assert.deepEqual(layOutPanes(3, { width: 1030, height: 880 }, 1.4, AS_FITS, 3), { columns: 3, rows: 1 });
  assert.deepEqual(layOutPanes(6, { width: 300, height: 100 }, 1.4, 2, 3), { columns: 3, rows: 1 });
});

test("what belongs together is sorted by its first and stays together", () => {
  const pane = (id, text) => ({ id, scores: [{ id: "s", title: "S", text, better: "higher", why: "" }] });
  const panes = [pane("a", "0.1"), pane("a@second", "0.9"), pane("b", "0.5"), pane("b@second", "0.2")];
  assert.deepEqual(sortPanes(panes, "s", 2).map(({ id }) => id), ["b", "b@second", "a", "a@second"]);
  assert.deepEqual(sortPanes(panes, "", 2).map(({ id }) => id), panes.map(({ id }) => id));
});
