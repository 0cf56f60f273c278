import assert from "node:assert/strict";
import test from "node:test";

import { fillPolygon, fillStroke } from "../../../ctviz/ui/viewer/frontend/drawing/raster.js";
import { everywhere, random, randomSlice, seeds, shape } from "./support.mjs";

const blank = () => new Uint8Array(shape.rows * shape.columns);
const sum = (labels) => labels.reduce((total, label) => total + label, 0);
const centre = (index) => ({ x: (index % shape.columns) + 0.5, y: Math.floor(index / shape.columns) + 0.5 });

function distanceToSegment(point, from, to, aspect) {
  let nearest = Infinity;
  for (let step = 0; step <= 2000; step++) {
    const share = step / 2000;
    const dx = point.x - (from.x + share * (to.x - from.x));
    const dy = (point.y - (from.y + share * (to.y - from.y))) * aspect;
    nearest = Math.min(nearest, Math.hypot(dx, dy));
  }
  return nearest;
}

test("a stroke fills the pixels within its radius of the line, and no others", () => {
  for (const seed of seeds.slice(0, 6)) {
    const next = random(seed);
    const [from, to] = [0, 1].map(() => ({ x: next() * 20 - 2, y: next() * 16 - 2 }));
    const [radius, aspect] = [0.5 + next() * 4, 0.5 + next()];
    const labels = blank();
    fillStroke(labels, shape, { from, to, radius, aspect }, 1, everywhere);
    labels.forEach((label, index) => {
      const point = centre(index);
      const under = Math.floor(to.x) === Math.floor(point.x) && Math.floor(to.y) === Math.floor(point.y);
      const distance = distanceToSegment(point, from, to, aspect);
      if (Math.abs(distance - radius) > 0.02 && !under) assert.equal(label, distance < radius ? 1 : 0);
    });
  }
});

test("the smallest brush fills the pixel under it", () => {
  const labels = blank();
  const corner = { x: 3.01, y: 5.99 };
  fillStroke(labels, shape, { from: corner, to: corner, radius: 0.5, aspect: 1 }, 1, everywhere);
  assert.equal(labels[5 * shape.columns + 3], 1);
  assert.equal(sum(labels), 1);
});

test("a stroke changes only what it is allowed to", () => {
  const allowed = randomSlice(3);
  const labels = blank();
  const stroke = { from: { x: 2, y: 2 }, to: { x: 14, y: 10 }, radius: 6, aspect: 1 };
  fillStroke(labels, shape, stroke, 1, (index) => allowed[index] === 1);
  assert.ok(sum(labels) > 0);
  labels.forEach((label, index) => assert.ok(label <= allowed[index]));
});

test("a polygon on pixel corners has as many pixels as its area", () => {
  const labels = blank();
  fillPolygon(labels, shape, [{ x: 2, y: 3 }, { x: 9, y: 3 }, { x: 9, y: 8 }, { x: 2, y: 8 }], 1, everywhere);
  assert.equal(sum(labels), 7 * 5);
});

test("neighbouring polygons neither overlap nor leave a gap", () => {
  const cut = [{ x: 3.3, y: 0 }, { x: 12.7, y: 13 }];
  const labels = blank();
  const add = (corners) => {
    const part = blank();
    fillPolygon(part, shape, corners, 1, everywhere);
    part.forEach((label, index) => (labels[index] += label));
  };
  add([{ x: 0, y: 0 }, ...cut, { x: 0, y: 13 }]);
  add([cut[0], { x: 17, y: 0 }, { x: 17, y: 13 }, cut[1]]);
  assert.ok(labels.every((count) => count === 1));
});

test("what lies outside the slice is not drawn and does not wrap around", () => {
  const labels = blank();
  fillPolygon(labels, shape, [{ x: -5, y: -5 }, { x: 40, y: -5 }, { x: 40, y: 2 }, { x: -5, y: 2 }], 1, everywhere);
  assert.equal(sum(labels), 2 * shape.columns);
  fillStroke(labels, shape, { from: { x: -30, y: 5 }, to: { x: -20, y: 5 }, radius: 3, aspect: 1 }, 1, everywhere);
  assert.equal(sum(labels), 2 * shape.columns);
});
