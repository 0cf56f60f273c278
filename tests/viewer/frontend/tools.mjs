/** Does with drawings what Python asks for on its standard input, by the modules that run in the browser. */

import { readFileSync } from "node:fs";

import { amountOf } from "../../../ctviz/ui/viewer/frontend/drawing/amount.js";
import { Drawing } from "../../../ctviz/ui/viewer/frontend/drawing/drawing.js";

const DOES = {
  amount: ({ stack, label, spacing, depths }) => amountOf(drawingOf(stack), label, { spacing, depths }),
};

const asked = JSON.parse(readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify(asked.map(({ does, ...given }) => DOES[does](given))));

/** A drawing with these labelled slices: rows of columns of labels each. */
function drawingOf(stack) {
  const drawing = new Drawing({ rows: stack[0].length, columns: stack[0][0].length }, () => {});
  drawing.edit(new Map(stack.map((slice, k) => [k, (labels) => labels.set(slice.flat())])));
  return drawing;
}
