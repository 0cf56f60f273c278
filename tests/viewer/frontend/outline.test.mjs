import assert from "node:assert/strict";
import test from "node:test";

import { gapsAround, signedDistance } from "../../../ctviz/ui/viewer/frontend/drawing/interpolation.js";
import { loopsAround } from "../../../ctviz/ui/viewer/frontend/drawing/outline.js";
import { fillPolygon } from "../../../ctviz/ui/viewer/frontend/drawing/raster.js";
import { everywhere, randomSlice, seeds, shape } from "./support.mjs";

const points = (loop) => Array.from({ length: loop.length / 2 }, (_, i) => [loop[2 * i], loop[2 * i + 1]]);

/** Area to the right of the direction of travel, y pointing down. */
function area(loop) {
  const corners = points(loop);
  return corners.reduce((total, [x, y], i) => {
    const [nextX, nextY] = corners[(i + 1) % corners.length];
    return total + (x * nextY - nextX * y) / 2;
  }, 0);
}

test("the loops of a label enclose exactly its pixels, holes counting backwards", () => {
  for (const seed of seeds) {
    const slice = randomSlice(seed, { labels: 2 });
    for (const label of [1, 2]) {
      const enclosed = loopsAround(slice, shape, label).reduce((total, loop) => total + area(loop), 0);
      assert.equal(enclosed, slice.filter((value) => value === label).length);
    }
  }
});

test("every piece of a loop is straight along pixel edges", () => {
  for (const loop of loopsAround(randomSlice(5), shape, 1)) {
    const corners = points(loop);
    corners.forEach(([x, y], i) => {
      const [nextX, nextY] = corners[(i + 1) % corners.length];
      assert.ok((x === nextX) !== (y === nextY));
    });
  }
});

test("filling the outline of a solid region gives the region back", () => {
  const slice = new Uint8Array(shape.rows * shape.columns);
  fillPolygon(slice, shape, [{ x: 2, y: 2 }, { x: 15, y: 4 }, { x: 7, y: 11 }], 1, everywhere);
  const [loop, ...others] = loopsAround(slice, shape, 1);
  assert.equal(others.length, 0);
  const filled = new Uint8Array(slice.length);
  fillPolygon(filled, shape, points(loop).map(([x, y]) => ({ x, y })), 1, everywhere);
  assert.deepEqual(filled, slice);
});

test("a slice without the label has no outline", () => {
  assert.deepEqual(loopsAround(new Uint8Array(shape.rows * shape.columns), shape, 1), []);
});

test("signed distances are those of a search through all pixels", () => {
  const slice = randomSlice(11, { share: 0.2 });
  const spacing = [1.5, 0.7];
  const found = signedDistance(slice, 1, shape, spacing);
  const place = (i) => [Math.floor(i / shape.columns) * spacing[0], (i % shape.columns) * spacing[1]];
  found.forEach((distance, i) => {
    let nearest = Infinity;
    slice.forEach((label, j) => {
      if ((label === 1) === (slice[i] === 1)) return;
      const [[y, x], [otherY, otherX]] = [place(i), place(j)];
      nearest = Math.min(nearest, Math.hypot(y - otherY, x - otherX));
    });
    assert.ok(Math.abs(distance - (slice[i] === 1 ? -nearest : nearest)) < 1e-9);
  });
});

test("gaps are those that hold a slice or begin or end with it", () => {
  const drawn = [9, 2, 4, 5];
  assert.deepEqual(gapsAround(7, drawn), [[5, 9]]);
  assert.deepEqual(gapsAround(4, drawn), [[2, 4]]);
  assert.deepEqual(gapsAround(3, [0, 3, 6]), [[0, 3], [3, 6]]);
  assert.deepEqual([gapsAround(1, drawn), gapsAround(1, [1])], [[], []]);
});
