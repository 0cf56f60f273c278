/** Does with drawings what Python asks for on its standard input, by the modules that run in the browser. */

import { readFileSync } from "node:fs";

import { amountOf } from "../../../ctviz/ui/viewer/frontend/drawing/amount.js";
import { Brush } from "../../../ctviz/ui/viewer/frontend/drawing/brush.js";
import { Drawing } from "../../../ctviz/ui/viewer/frontend/drawing/drawing.js";
import { fillBetween } from "../../../ctviz/ui/viewer/frontend/drawing/editing.js";
import { grow } from "../../../ctviz/ui/viewer/frontend/drawing/growing.js";
import { smoothed } from "../../../ctviz/ui/viewer/frontend/drawing/smoothing.js";

const DOES = {
  amount: ({ stack, label, spacing, depths }) => amountOf(drawingOf(stack), label, { spacing, depths }),
  ball({ stack, slice, points, size, spacing, depths }) {
    const drawing = drawingOf(stack);
    const scan = { spacing, depths, count: stack.length };
    const aspect = () => spacing[0] / spacing[1];
    const brush = new Brush({ drawing: () => drawing, slice: () => slice, scan: () => scan, aspect, values: () => null, changed() {} });
    brush.take("brush");
    brush.resize(size);
    brush.deepen(true);
    points.slice(0, 1).forEach((point) => brush.down(point, {}));
    points.slice(1).forEach((point) => brush.move(point));
    brush.up();
    return stackOf(drawing, stack);
  },
  fill({ stack, slice, label, spacing, depths }) {
    const drawing = drawingOf(stack);
    fillBetween(drawing, slice, label, { spacing, depths });
    return stackOf(drawing, stack);
  },
  grow({ values, seed, low, high, first, last }) {
    const shape = shapeOf(values);
    const allowOn = (slice) => (index) => values[slice].flat()[index] >= low && values[slice].flat()[index] <= high;
    const parts = grow({ shape, first, last, allowOn }, seed);
    return values.map((_, k) => [...(parts.get(k)?.mask ?? new Uint8Array(shape.rows * shape.columns))]);
  },
  smooth: ({ stack, label, spacing, radius }) =>
    stack.map((slice) => [...smoothed(Uint8Array.from(slice.flat()), label, shapeOf(stack), spacing, radius)]),
};

const asked = JSON.parse(readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify(asked.map(({ does, ...given }) => DOES[does](given))));

function shapeOf(stack) {
  return { rows: stack[0].length, columns: stack[0][0].length };
}

function stackOf(drawing, stack) {
  return stack.map((_, k) => [...drawing.on(k)]);
}

/** A drawing with these labelled slices: rows of columns of labels each. */
function drawingOf(stack) {
  const drawing = new Drawing(shapeOf(stack), () => {});
  ["one", "two"].forEach((name) => drawing.number(name));
  drawing.edit(new Map(stack.map((slice, k) => [k, (labels) => labels.set(slice.flat())])));
  return drawing;
}
