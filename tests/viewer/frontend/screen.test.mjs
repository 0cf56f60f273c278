import assert from "node:assert/strict";
import { test } from "node:test";

import { Screen } from "../../../ctviz/ui/viewer/frontend/picture/screen.js";

const GRID = { rows: 100, columns: 100, spacing: [1, 1] };
const WHOLE = { zoom: 1, centre: { x: 50, y: 50 } };

/** A screen whose canvas lies in the corner of the page and has that size. */
function screenOf(width, height) {
  const screen = Object.create(Screen.prototype);
  screen.canvas = { clientWidth: width, clientHeight: height, getBoundingClientRect: () => ({ left: 0, top: 0 }) };
  screen.context = { setTransform() {}, fillRect() {} };
  screen.size = { width: 0, height: 0 };
  screen.fit();
  return screen;
}

test("a point is the pixel under the pointer", () => {
  const screen = screenOf(500, 500);
  screen.start(GRID, WHOLE);
  assert.deepEqual(screen.pointOf({ clientX: 250, clientY: 100 }), { x: 50, y: 20 });
});

test("a point is right before the next frame when the canvas has another size", () => {
  const screen = screenOf(500, 500);
  screen.start(GRID, WHOLE);
  Object.assign(screen.canvas, { clientWidth: 400, clientHeight: 400 });
  assert.deepEqual(screen.pointOf({ clientX: 200, clientY: 80 }), { x: 50, y: 20 });
});

test("a point follows the view that is on show, not one that is not drawn yet", () => {
  const screen = screenOf(500, 500);
  const view = { ...WHOLE };
  screen.start(GRID, view);
  view.zoom = 4;
  assert.deepEqual(screen.pointOf({ clientX: 250, clientY: 100 }), { x: 50, y: 20 });
});
