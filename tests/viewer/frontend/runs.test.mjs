import assert from "node:assert/strict";
import test from "node:test";

import { decodeRuns, encodeRuns, sameRuns } from "../../../ctviz/ui/viewer/frontend/sync/runs.js";
import { randomSlice, seeds } from "./support.mjs";

test("decoding undoes encoding, whatever was there before", () => {
  for (const seed of seeds) {
    const slice = randomSlice(seed, { labels: 3 });
    assert.deepEqual(decodeRuns(encodeRuns(slice), randomSlice(seed + 100)), slice);
  }
});

test("an empty slice has no runs and a full one has a single run", () => {
  assert.deepEqual(encodeRuns(new Uint8Array(12)), []);
  assert.deepEqual(encodeRuns(new Uint8Array(12).fill(2)), [0, 12, 2]);
});

test("touching labels are separate runs", () => {
  assert.deepEqual(encodeRuns(Uint8Array.of(0, 1, 1, 2, 0, 2)), [1, 2, 1, 3, 1, 2, 5, 1, 2]);
});

test("runs are the same only if every number is", () => {
  assert.ok(sameRuns([1, 2, 1], [1, 2, 1]));
  assert.ok(!sameRuns([1, 2, 1], [1, 2, 2]));
  assert.ok(!sameRuns([1, 2, 1], []));
});
