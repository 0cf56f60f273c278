import assert from "node:assert/strict";
import test from "node:test";

import { Caliper } from "../../../ctviz/ui/viewer/frontend/drawing/caliper.js";
import { Drawing } from "../../../ctviz/ui/viewer/frontend/drawing/drawing.js";
import { angleOf, areaOf, greyQuantity, handlesOf, lengthOf, linesOf, lineOf, reshaped, shifted, statisticsOf } from "../../../ctviz/ui/viewer/frontend/drawing/measurement.js";
import { anchorsOf } from "../../../ctviz/ui/viewer/frontend/picture/measurements.js";
import { random, seeds, shape } from "./support.mjs";

const spacing = [2, 0.5];
const at = (x, y) => ({ x, y });
const grid = { ...shape, spacing };
const close = (a, b, within = 1e-9) => assert.ok(Math.abs(a - b) <= within, `${a} is not ${b}`);

/** Pixels from -900 to 900 that are the same in every run. */
function pixels(seed) {
  const next = random(seed);
  return Int16Array.from({ length: shape.rows * shape.columns }, () => Math.floor(next() * 1800) - 900);
}

test("a ruler counts columns and rows in their own millimetres", () => {
  close(lengthOf([at(1, 1), at(7, 3)], spacing), Math.sqrt(9 + 16));
  close(lengthOf([at(1, 1), at(4, 5)], null), 5);
  assert.deepEqual(linesOf({ kind: "ruler", slice: 0, points: [at(1, 1), at(7, 3)] }, grid, null), ["5.0 mm"]);
  assert.deepEqual(linesOf({ kind: "ruler", slice: 0, points: [at(1, 1), at(4, 5)] }, { ...grid, spacing: null }, null), ["5.0 px"]);
});

test("an angle is that of the patient, whatever the shape of the pixels and the order of the legs", () => {
  // Four columns and one row are both 2 mm.
  for (const legs of [[at(4, 0), at(0, 1)], [at(0, 1), at(4, 0)], [at(-4, 0), at(0, -1)]]) {
    close(angleOf([legs[0], at(0, 0), legs[1]], spacing), 90);
  }
  close(angleOf([at(4, 0), at(0, 0), at(4, 1)], spacing), 45);
  close(angleOf([at(4, 0), at(0, 0), at(-8, 0)], spacing), 180);
  const legs = { kind: "angle", slice: 0, points: [at(4, 0), at(0, 0), at(4, 1)] };
  assert.deepEqual(linesOf(legs, grid, null), ["45.0°"]);
  assert.deepEqual(linesOf({ ...legs, points: legs.points.slice(0, 2) }, grid, null), []);
});

test("the area of an ellipse is that of its half axes", () => {
  const points = [at(9, 2), at(1, 6)];
  close(areaOf({ kind: "ellipse", slice: 0, points }, spacing), Math.PI * 2 * 4);
  close(areaOf({ kind: "rectangle", slice: 0, points }, spacing), 4 * 8);
});

/** Mean, standard deviation, least and greatest by their definitions, over a test of every pixel of the image. */
function slowly({ kind, points: [one, other] }, values) {
  const [x, y, a, b] = [(one.x + other.x) / 2, (one.y + other.y) / 2, Math.abs(one.x - other.x) / 2, Math.abs(one.y - other.y) / 2];
  const found = [...values].filter((_, i) => {
    const [right, down] = [(i % shape.columns) + 0.5 - x, Math.floor(i / shape.columns) + 0.5 - y];
    const round = (right / a) ** 2 + (down / b) ** 2 <= 1;
    return kind === "ellipse" ? round : Math.abs(right) <= a && Math.abs(down) <= b;
  });
  const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
  const variance = found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / found.length;
  return found.length ? { mean, deviation: Math.sqrt(variance), low: Math.min(...found), high: Math.max(...found) } : null;
}

test("the pixels within are counted as by looking at each of the image", () => {
  for (const seed of seeds) {
    const next = random(seed);
    const place = () => at(Math.round(next() * 1700) / 100, Math.round(next() * 1300) / 100);
    for (const kind of ["ellipse", "rectangle"]) {
      const measurement = { kind, slice: 0, points: [place(), place()] };
      const [values, expected] = [pixels(seed), slowly(measurement, pixels(seed))];
      const found = statisticsOf(measurement, grid, values, (value) => value);
      if (!expected) assert.equal(found, null);
      else for (const key of Object.keys(expected)) close(found[key], expected[key], 1e-6);
    }
  }
});

test("an area says mean, deviation, least, greatest and its size", () => {
  const values = Int16Array.from(pixels(1), (_, i) => (i % shape.columns < 2 ? -20 : 40));
  const square = { kind: "rectangle", slice: 0, points: [at(0, 0), at(4, 2)] };
  assert.deepEqual(linesOf(square, grid, greyQuantity(values, true)), ["10.0 ± 30.0 HU", "min −20  max 40", "8.0 mm²"]);
  assert.deepEqual(linesOf({ ...square, points: [at(1, 1), at(1.2, 1.2)] }, { ...grid, spacing: null }, greyQuantity(values, false)), ["0.0 px²"]);
});

test("a handle moves its own side and no other, and what is moved as a whole stays within the image", () => {
  for (const kind of ["ruler", "angle", "ellipse", "rectangle"]) {
    const points = kind === "angle" ? [at(2, 2), at(8, 2), at(8, 6)] : [at(2, 2), at(8, 6)];
    const before = { kind, slice: 0, points };
    handlesOf(before).forEach((handle, i) => {
      assert.deepEqual(reshaped(before, i, handle), before);
      const to = at(handle.x + 1, handle.y + 1);
      const moved = handlesOf(reshaped(before, i, to))[i];
      if (kind !== "ellipse") assert.deepEqual(moved, to);
      else assert.deepEqual([moved.x === to.x, moved.y === to.y], [i % 2 === 1, i % 2 === 0]);
    });
    const moved = shifted(before, at(-100, 1), grid);
    assert.deepEqual(moved.points, points.map(({ x, y }) => at(x - 2, y + 1)));
  }
});

test("the line of an ellipse runs through the ends of its axes", () => {
  const ellipse = { kind: "ellipse", slice: 0, points: [at(2, 2), at(8, 6)] };
  for (const end of handlesOf(ellipse)) {
    assert.ok(lineOf(ellipse).some(({ x, y }) => Math.hypot(x - end.x, y - end.y) < 1e-9));
  }
});

test("an angle is written outside of its legs, a ruler beside an end", () => {
  const sideOf = (kind, places) => anchorsOf(kind, places)[0];
  assert.deepEqual(sideOf("angle", [at(9, 0), at(2, 5), at(9, 9)]), { at: at(2, 5), side: "left" });
  assert.deepEqual(sideOf("angle", [at(0, 0), at(7, 5), at(0, 9)]), { at: at(7, 5), side: "right" });
  assert.deepEqual(sideOf("ruler", [at(9, 1), at(2, 5)]), { at: at(9, 1), side: "right" });
});

/** A caliper on an empty drawing; `on` says what the page shows. */
function caliperWith(tool) {
  const edits = [];
  const drawing = new Drawing(shape, (slices, measurements) => edits.push(measurements));
  const on = { tool, slice: 3, cursor: null, visible: true };
  const caliper = new Caliper({
    drawing: () => drawing, slice: () => on.slice, grid: () => grid, tool: () => on.tool, cursor: () => on.cursor,
    reach: () => 0.5, visible: () => on.visible, show: () => (on.visible = true), changed: () => {},
  });
  const laid = () => [...drawing.measurements.values()];
  return { caliper, drawing, on, edits, laid };
}

function drag(caliper, points) {
  caliper.down(points[0]);
  points.slice(1).forEach((point) => caliper.move(point));
  caliper.up();
}

const click = (caliper, point) => drag(caliper, [point]);

test("a drag and two clicks lay out the same ruler, as one act", () => {
  for (const lay of [(caliper) => drag(caliper, [at(2, 2), at(5, 4), at(8, 6)]), (caliper) => [at(2, 2), at(8, 6)].forEach((point) => click(caliper, point))]) {
    const { caliper, drawing, edits, laid } = caliperWith("ruler");
    lay(caliper);
    assert.deepEqual(laid(), [{ kind: "ruler", slice: 3, points: [at(2, 2), at(8, 6)] }]);
    assert.equal(edits.length, 1);
    assert.deepEqual(drawing.undo(), [3]);
    assert.deepEqual(laid(), []);
    drawing.redo();
    assert.equal(laid().length, 1);
  }
});

test("an angle takes three clicks, or a drag and a click, and follows the pointer between", () => {
  const { caliper, on, laid } = caliperWith("angle");
  drag(caliper, [at(2, 2), at(8, 2)]);
  on.cursor = at(8, 5);
  assert.deepEqual(caliper.shown[0].measurement.points, [at(2, 2), at(8, 2), at(8, 5)]);
  click(caliper, at(8, 6));
  [at(1, 9), at(5, 9), at(5, 12)].forEach((point) => click(caliper, point));
  assert.deepEqual(laid().map(({ points }) => points), [[at(2, 2), at(8, 2), at(8, 6)], [at(1, 9), at(5, 9), at(5, 12)]]);
});

test("points beyond the image are taken to its edge, and nothing is laid out without extent", () => {
  const { caliper, laid } = caliperWith("rectangle");
  drag(caliper, [at(-3, 2), at(50, 99)]);
  assert.deepEqual(laid()[0].points, [at(0, 2), at(shape.columns, shape.rows)]);
  click(caliper, at(4, 4));
  click(caliper, at(9, 4));
  assert.equal(laid().length, 1);
  drag(caliper, [at(0, 2), at(0, 13)]);
  assert.deepEqual(laid()[0].points[0], at(0, 2));
});

test("with the window's tool a line is moved as a whole and a handle by itself; elsewhere the window is changed", () => {
  const { caliper, on, laid } = caliperWith("ruler");
  drag(caliper, [at(2, 2), at(8, 2)]);
  on.tool = "window";
  assert.deepEqual([at(5, 2.1), at(2, 2), at(5, 4)].map((point) => caliper.active(point)), [true, true, false]);
  drag(caliper, [at(5, 2), at(6, 5)]);
  assert.deepEqual(laid()[0].points, [at(3, 5), at(9, 5)]);
  drag(caliper, [at(9, 5), at(9, 9)]);
  assert.deepEqual(laid()[0].points, [at(3, 5), at(9, 9)]);
  on.visible = false;
  assert.equal(caliper.active(at(9, 9)), false);
});

test("the chosen measurement is removed, and only on its own slice", () => {
  const { caliper, drawing, on, laid } = caliperWith("ruler");
  drag(caliper, [at(2, 2), at(8, 2)]);
  on.slice = 4;
  assert.equal(caliper.remove(), false);
  on.slice = 3;
  assert.equal(caliper.remove(), true);
  assert.deepEqual(laid(), []);
  drawing.undo();
  assert.equal(laid().length, 1);
});

test("what is not all laid out is given up with its slice or by Escape, and what is moved goes back by it", () => {
  const { caliper, on, laid } = caliperWith("angle");
  click(caliper, at(2, 2));
  caliper.leave();
  click(caliper, at(2, 2));
  assert.equal(caliper.cancel(), true);
  assert.deepEqual(caliper.shown, []);
  on.tool = "ruler";
  drag(caliper, [at(2, 2), at(8, 2)]);
  caliper.down(at(8, 2));
  caliper.move(at(8, 8));
  caliper.cancel();
  caliper.up();
  assert.deepEqual(laid()[0].points, [at(2, 2), at(8, 2)]);
});
