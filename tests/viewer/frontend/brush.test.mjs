import assert from "node:assert/strict";
import test from "node:test";

import { Drawing } from "../../../ctviz/ui/viewer/frontend/drawing/drawing.js";
import { Brush, SIZES } from "../../../ctviz/ui/viewer/frontend/drawing/brush.js";
import { shape } from "./support.mjs";

const click = { ctrlKey: false, metaKey: false, altKey: false };
const withCtrl = { ctrlKey: true, metaKey: false, altKey: false };
const square = [{ x: 2, y: 3 }, { x: 8, y: 3 }, { x: 8, y: 9 }, { x: 2, y: 9 }];

/** A brush on an empty drawing; `at.slice` is the slice on show. */
function penWith(values = null, scan = { spacing: null, depths: null, count: 20, hounsfield: true }) {
  const drawing = new Drawing(shape, () => {});
  const at = { slice: 0, drawing };
  const said = [];
  const brush = new Brush({
    drawing: () => at.drawing,
    slice: () => at.slice,
    scan: () => scan,
    aspect: () => (scan.spacing ? scan.spacing[0] / scan.spacing[1] : 1),
    values: typeof values === "function" ? values : () => values,
    reach: () => 1,
    say: (sentence) => said.push(sentence),
    changed: () => {},
  });
  const drawn = (slice = at.slice) => drawing.on(slice).reduce((count, label) => count + (label ? 1 : 0), 0);
  return { brush, at, drawing, drawn, said };
}

function drag(brush, points, event = click) {
  brush.down(points[0], event);
  points.slice(1).forEach((point) => brush.move(point));
  brush.up();
}

test("a polygon is closed by Enter, by a double click and at its first corner", () => {
  for (const close of [
    (brush) => brush.close(),
    (brush) => brush.doubleClick(),
    (brush) => brush.down({ x: 2.5, y: 3.5 }, click),
  ]) {
    const { brush, drawn } = penWith();
    brush.take("polygon");
    square.forEach((corner) => brush.down(corner, click));
    close(brush);
    assert.equal(drawn(), 36);
    assert.deepEqual(brush.corners, []);
  }
});

test("a polygon waits on its slice while the reader looks at another", () => {
  const { brush, at, drawn } = penWith();
  brush.take("polygon");
  square.slice(0, 3).forEach((corner) => brush.down(corner, click));
  at.slice = 1;
  brush.leave();
  brush.close();
  assert.equal(drawn(0) + drawn(1), 0);
  at.slice = 0;
  brush.down(square[3], click);
  brush.close();
  assert.equal(drawn(0), 36);
});

test("the last corner can be taken back, and the whole shape given up", () => {
  const { brush, drawn } = penWith();
  brush.take("polygon");
  [...square, { x: 14, y: 1 }].forEach((corner) => brush.down(corner, click));
  brush.back();
  assert.equal(brush.corners.length, 4);
  brush.cancel();
  brush.close();
  assert.equal(drawn(), 0);
});

test("a freehand shape is filled when the button is released, and Ctrl takes it away", () => {
  const { brush, drawn } = penWith();
  brush.take("freehand");
  drag(brush, square);
  assert.equal(drawn(), 36);
  drag(brush, square, withCtrl);
  assert.equal(drawn(), 0);
});

test("a freehand shape whose slice changes is filled on its own slice, as far as it is drawn", () => {
  const { brush, at, drawn } = penWith();
  brush.take("freehand");
  brush.down(square[0], click);
  square.slice(1).forEach((point) => brush.move(point));
  at.slice = 1;
  brush.leave();
  brush.move({ x: 12, y: 12 });
  brush.up();
  assert.deepEqual([drawn(0), drawn(1)], [36, 0]);
});

test("a stroke keeps the slice, label, drawing and range on which it began", () => {
  for (const tool of ["brush", "freehand"]) {
    const values = new Int16Array(shape.rows * shape.columns).fill(50);
    const { brush, at, drawing, drawn } = penWith(values);
    brush.take(tool);
    brush.range = { low: 0, high: 100 };
    brush.down(square[0], click);
    brush.move(square[1]);
    at.slice = 1;
    brush.label = 2;
    brush.range = { low: 900, high: 901 };
    at.drawing = new Drawing(shape, () => {});
    square.slice(2).forEach((point) => brush.move(point));
    brush.up();
    const labels = new Set(drawing.on(0));
    assert.deepEqual([...labels].sort(), [0, 1]);
    assert.equal(drawn(1), 0);
    assert.equal(drawing.polygons.size, 0);
    assert.equal(at.drawing.drawnSlices().length, 0);
  }
});

test("taking another tool in the middle of a stroke ends it as it is drawn", () => {
  const { brush, drawn } = penWith();
  brush.take("freehand");
  brush.down(square[0], click);
  square.slice(1).forEach((point) => brush.move(point));
  brush.take("brush");
  assert.deepEqual([drawn(), brush.busy], [36, false]);
  brush.move({ x: 12, y: 12 });
  assert.equal(drawn(), 36);
});

test("open polygons wait on their slices, for their readers, with their labels", () => {
  const { brush, at, drawing, drawn } = penWith();
  brush.take("polygon");
  square.forEach((corner) => brush.down(corner, click));
  brush.label = 2;
  at.slice = 1;
  square.slice(0, 3).forEach((corner) => brush.down(corner, click));
  at.drawing = new Drawing(shape, () => {});
  assert.equal(brush.polygon, null);
  brush.close();
  at.drawing = drawing;
  brush.take("brush");
  at.slice = 0;
  brush.close();
  assert.deepEqual([drawn(0), Math.max(...drawing.on(0)), drawing.polygons.size], [36, 1, 1]);
  at.slice = 1;
  brush.close();
  assert.equal(Math.max(...drawing.on(1)), 2);
});

test("a polygon with a range stays open until the slice has come", () => {
  const { brush, drawn } = penWith(null);
  brush.take("polygon");
  square.forEach((corner) => brush.down(corner, click));
  brush.range = { low: 0, high: 100 };
  brush.close();
  assert.deepEqual([drawn(), brush.corners.length], [0, 4]);
});

test("a stroke is one act and ends on its slice when the slice changes", () => {
  const { brush, at, drawing, drawn } = penWith();
  brush.take("brush");
  brush.down({ x: 5, y: 5 }, click);
  brush.move({ x: 9, y: 5 });
  const painted = drawn(0);
  at.slice = 1;
  brush.leave();
  brush.move({ x: 12, y: 12 });
  assert.equal(drawn(0), painted);
  assert.equal(drawn(1), 0);
  drawing.undo();
  assert.equal(drawn(0), 0);
});

test("Escape gives the stroke up that is being drawn", () => {
  const { brush, drawing, drawn } = penWith();
  brush.take("brush");
  brush.down({ x: 5, y: 5 }, click);
  brush.cancel();
  assert.equal(drawn(), 0);
  assert.equal(drawing.undo(), null);
});

test("the eraser and Ctrl with the brush remove labels of every kind", () => {
  const { brush, drawing, drawn } = penWith();
  for (const [tool, event] of [["eraser", click], ["brush", withCtrl]]) {
    drawing.on(0).fill(2);
    brush.take(tool);
    brush.resize(SIZES.high);
    drag(brush, [{ x: 8, y: 6 }], event);
    assert.equal(drawn(), 0);
  }
});

test("a range of values limits drawing but not erasing", () => {
  const values = new Int16Array(shape.rows * shape.columns).map((_, i) => (i % 2 ? 50 : -800));
  const { brush, drawing, drawn } = penWith(values);
  brush.range = { low: 0, high: 100 };
  brush.take("brush");
  brush.resize(SIZES.high);
  drag(brush, [{ x: 8, y: 6 }]);
  assert.equal(drawn(), values.filter((value) => value === 50).length);
  drawing.on(0).forEach((label, i) => assert.equal(label === 1, values[i] === 50));
  drag(brush, [{ x: 8, y: 6 }], withCtrl);
  assert.equal(drawn(), 0);
});

test("with a range nothing is drawn until the slice has come", () => {
  const { brush, drawn } = penWith(null);
  brush.range = { low: 0, high: 100 };
  brush.take("brush");
  drag(brush, [{ x: 8, y: 6 }]);
  assert.equal(drawn(), 0);
});

test("the brush stays within its sizes", () => {
  const { brush } = penWith();
  brush.resize(-5);
  assert.equal(brush.size, SIZES.low);
  brush.resize(1e6);
  assert.equal(brush.size, SIZES.high);
});

const thick = { spacing: [1.2, 0.8], depths: Array.from({ length: 9 }, (_, k) => 2.5 * k), count: 9, hounsfield: true };

test("a ball is one act on all slices that it reaches, and on no others", () => {
  const { brush, at, drawing, drawn } = penWith(null, thick);
  at.slice = 4;
  brush.take("brush");
  brush.resize(14);
  brush.deepen(true);
  drag(brush, [{ x: 8, y: 6 }, { x: 10, y: 7 }]);
  assert.deepEqual(drawing.drawnSlices().sort(), [2, 3, 4, 5, 6]);
  assert.ok(drawn(4) > drawn(3) && drawn(3) > drawn(2) && drawn(3) === drawn(5));
  assert.equal(drawing.history.past.length, 1);
  drawing.undo();
  assert.deepEqual(drawing.drawnSlices(), []);
  drawing.redo();
  assert.equal(drawing.drawnSlices().length, 5);
});

test("Alt makes a ball for one stroke, and Escape gives it up on every slice", () => {
  const { brush, drawing } = penWith(null, thick);
  brush.take("brush");
  brush.resize(14);
  brush.down({ x: 8, y: 6 }, { ...click, altKey: true });
  assert.deepEqual(drawing.drawnSlices().sort(), [0, 1, 2]);
  brush.cancel();
  assert.deepEqual(drawing.drawnSlices(), []);
  drag(brush, [{ x: 8, y: 6 }]);
  assert.deepEqual(drawing.drawnSlices(), [0]);
});

test("a ball is a disc where nobody knows where the slices lie", () => {
  const { brush, drawing } = penWith(null, { ...thick, depths: null });
  brush.take("brush");
  brush.deepen(true);
  assert.equal(brush.deep, false);
  drag(brush, [{ x: 8, y: 6 }], { ...click, altKey: true });
  assert.deepEqual(drawing.drawnSlices(), [0]);
});

test("a ball with a range waits for the slices around, and takes each by its own values", () => {
  const loaded = new Set([4]);
  const bright = (slice) => new Int16Array(shape.rows * shape.columns).fill(slice === 5 ? 900 : 50);
  const { brush, at, drawing, said } = penWith((slice) => (loaded.has(slice) ? bright(slice) : null), thick);
  at.slice = 4;
  brush.take("brush");
  brush.resize(14);
  brush.deepen(true);
  brush.range = { low: 0, high: 100 };
  drag(brush, [{ x: 8, y: 6 }]);
  assert.deepEqual([drawing.drawnSlices(), said.length], [[], 1]);
  [2, 3, 5, 6].forEach((slice) => loaded.add(slice));
  drag(brush, [{ x: 8, y: 6 }]);
  assert.deepEqual(drawing.drawnSlices().sort(), [2, 3, 4, 6]);
});
