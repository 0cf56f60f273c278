import assert from "node:assert/strict";
import test from "node:test";

import { Drawing } from "../../../ctviz/ui/viewer/frontend/drawing.js";
import { DrawingPen, SIZES } from "../../../ctviz/ui/viewer/frontend/pen.js";
import { shape } from "./support.mjs";

const click = { ctrlKey: false, metaKey: false };
const withCtrl = { ctrlKey: true, metaKey: false };
const square = [{ x: 2, y: 3 }, { x: 8, y: 3 }, { x: 8, y: 9 }, { x: 2, y: 9 }];

/** A pen on an empty drawing; `at.slice` is the slice on show. */
function penWith(values = null) {
  const drawing = new Drawing(shape, () => {});
  const at = { slice: 0, drawing };
  const pen = new DrawingPen({
    drawing: () => at.drawing,
    slice: () => at.slice,
    aspect: () => 1,
    values: () => values,
    reach: () => 1,
    changed: () => {},
  });
  const drawn = (slice = at.slice) => drawing.on(slice).reduce((count, label) => count + (label ? 1 : 0), 0);
  return { pen, at, drawing, drawn };
}

function drag(pen, points, event = click) {
  pen.down(points[0], event);
  points.slice(1).forEach((point) => pen.move(point));
  pen.up();
}

test("a polygon is closed by Enter, by a double click and at its first corner", () => {
  for (const close of [
    (pen) => pen.close(),
    (pen) => pen.doubleClick(),
    (pen) => pen.down({ x: 2.5, y: 3.5 }, click),
  ]) {
    const { pen, drawn } = penWith();
    pen.take("polygon");
    square.forEach((corner) => pen.down(corner, click));
    close(pen);
    assert.equal(drawn(), 36);
    assert.deepEqual(pen.corners, []);
  }
});

test("a polygon waits on its slice while the reader looks at another", () => {
  const { pen, at, drawn } = penWith();
  pen.take("polygon");
  square.slice(0, 3).forEach((corner) => pen.down(corner, click));
  at.slice = 1;
  pen.leave();
  pen.close();
  assert.equal(drawn(0) + drawn(1), 0);
  at.slice = 0;
  pen.down(square[3], click);
  pen.close();
  assert.equal(drawn(0), 36);
});

test("the last corner can be taken back, and the whole shape given up", () => {
  const { pen, drawn } = penWith();
  pen.take("polygon");
  [...square, { x: 14, y: 1 }].forEach((corner) => pen.down(corner, click));
  pen.back();
  assert.equal(pen.corners.length, 4);
  pen.cancel();
  pen.close();
  assert.equal(drawn(), 0);
});

test("a freehand shape is filled when the button is released, and Ctrl takes it away", () => {
  const { pen, drawn } = penWith();
  pen.take("freehand");
  drag(pen, square);
  assert.equal(drawn(), 36);
  drag(pen, square, withCtrl);
  assert.equal(drawn(), 0);
});

test("a freehand shape whose slice changes is filled on its own slice, as far as it is drawn", () => {
  const { pen, at, drawn } = penWith();
  pen.take("freehand");
  pen.down(square[0], click);
  square.slice(1).forEach((point) => pen.move(point));
  at.slice = 1;
  pen.leave();
  pen.move({ x: 12, y: 12 });
  pen.up();
  assert.deepEqual([drawn(0), drawn(1)], [36, 0]);
});

test("a stroke keeps the slice, label, drawing and range on which it began", () => {
  for (const tool of ["brush", "freehand"]) {
    const values = new Int16Array(shape.rows * shape.columns).fill(50);
    const { pen, at, drawing, drawn } = penWith(values);
    pen.take(tool);
    pen.range = { low: 0, high: 100 };
    pen.down(square[0], click);
    pen.move(square[1]);
    at.slice = 1;
    pen.label = 2;
    pen.range = { low: 900, high: 901 };
    at.drawing = new Drawing(shape, () => {});
    square.slice(2).forEach((point) => pen.move(point));
    pen.up();
    const labels = new Set(drawing.on(0));
    assert.deepEqual([...labels].sort(), [0, 1]);
    assert.equal(drawn(1), 0);
    assert.equal(drawing.polygons.size, 0);
    assert.equal(at.drawing.drawnSlices().length, 0);
  }
});

test("taking another tool in the middle of a stroke ends it as it is drawn", () => {
  const { pen, drawn } = penWith();
  pen.take("freehand");
  pen.down(square[0], click);
  square.slice(1).forEach((point) => pen.move(point));
  pen.take("brush");
  assert.deepEqual([drawn(), pen.busy], [36, false]);
  pen.move({ x: 12, y: 12 });
  assert.equal(drawn(), 36);
});

test("open polygons wait on their slices, for their readers, with their labels", () => {
  const { pen, at, drawing, drawn } = penWith();
  pen.take("polygon");
  square.forEach((corner) => pen.down(corner, click));
  pen.label = 2;
  at.slice = 1;
  square.slice(0, 3).forEach((corner) => pen.down(corner, click));
  at.drawing = new Drawing(shape, () => {});
  assert.equal(pen.polygon, null);
  pen.close();
  at.drawing = drawing;
  pen.take("brush");
  at.slice = 0;
  pen.close();
  assert.deepEqual([drawn(0), Math.max(...drawing.on(0)), drawing.polygons.size], [36, 1, 1]);
  at.slice = 1;
  pen.close();
  assert.equal(Math.max(...drawing.on(1)), 2);
});

test("a polygon with a range stays open until the slice has come", () => {
  const { pen, drawn } = penWith(null);
  pen.take("polygon");
  square.forEach((corner) => pen.down(corner, click));
  pen.range = { low: 0, high: 100 };
  pen.close();
  assert.deepEqual([drawn(), pen.corners.length], [0, 4]);
});

test("a stroke is one act and ends on its slice when the slice changes", () => {
  const { pen, at, drawing, drawn } = penWith();
  pen.take("brush");
  pen.down({ x: 5, y: 5 }, click);
  pen.move({ x: 9, y: 5 });
  const painted = drawn(0);
  at.slice = 1;
  pen.leave();
  pen.move({ x: 12, y: 12 });
  assert.equal(drawn(0), painted);
  assert.equal(drawn(1), 0);
  drawing.undo();
  assert.equal(drawn(0), 0);
});

test("Escape gives the stroke up that is being drawn", () => {
  const { pen, drawing, drawn } = penWith();
  pen.take("brush");
  pen.down({ x: 5, y: 5 }, click);
  pen.cancel();
  assert.equal(drawn(), 0);
  assert.equal(drawing.undo(), null);
});

test("the eraser and Ctrl with the brush remove labels of every kind", () => {
  const { pen, drawing, drawn } = penWith();
  for (const [tool, event] of [["eraser", click], ["brush", withCtrl]]) {
    drawing.on(0).fill(2);
    pen.take(tool);
    pen.resize(SIZES.high);
    drag(pen, [{ x: 8, y: 6 }], event);
    assert.equal(drawn(), 0);
  }
});

test("a range of values limits drawing but not erasing", () => {
  const values = new Int16Array(shape.rows * shape.columns).map((_, i) => (i % 2 ? 50 : -800));
  const { pen, drawing, drawn } = penWith(values);
  pen.range = { low: 0, high: 100 };
  pen.take("brush");
  pen.resize(SIZES.high);
  drag(pen, [{ x: 8, y: 6 }]);
  assert.equal(drawn(), values.filter((value) => value === 50).length);
  drawing.on(0).forEach((label, i) => assert.equal(label === 1, values[i] === 50));
  drag(pen, [{ x: 8, y: 6 }], withCtrl);
  assert.equal(drawn(), 0);
});

test("with a range nothing is drawn until the slice has come", () => {
  const { pen, drawn } = penWith(null);
  pen.range = { low: 0, high: 100 };
  pen.take("brush");
  drag(pen, [{ x: 8, y: 6 }]);
  assert.equal(drawn(), 0);
});

test("the brush stays within its sizes", () => {
  const { pen } = penWith();
  pen.resize(-5);
  assert.equal(pen.size, SIZES.low);
  pen.resize(1e6);
  assert.equal(pen.size, SIZES.high);
});
