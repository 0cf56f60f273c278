import assert from "node:assert/strict";
import { test } from "node:test";

import { listen } from "../../../ctviz/ui/viewer/frontend/drawing/gestures.js";

globalThis.window = new EventTarget();
globalThis.WheelEvent = { DOM_DELTA_PIXEL: 0 };

/** A picture that notes by how much a wheel scrolls its slices. */
function picture() {
  const canvas = new EventTarget();
  const scrolled = [];
  listen({ canvas, pointOf: () => ({ x: 0, y: 0 }) }, { scroll: (delta) => scrolled.push(delta) }, null);
  return { canvas, scrolled };
}

/** A wheel over the picture; the page scrolls by one that nobody can cancel any more. */
function turn(canvas, cancelable) {
  const event = Object.assign(new Event("wheel", { cancelable }), { deltaY: 100, deltaMode: 0 });
  canvas.dispatchEvent(event);
  return event;
}

test("a wheel over a picture turns slices and leaves the page where it is", () => {
  const { canvas, scrolled } = picture();
  assert.ok(turn(canvas, true).defaultPrevented);
  assert.deepEqual(scrolled, [100]);
});

test("a wheel that scrolls the page already turns no slice of a picture that comes beneath it", () => {
  const { canvas, scrolled } = picture();
  turn(canvas, false);
  assert.deepEqual(scrolled, []);
});
