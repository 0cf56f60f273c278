import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Cine } from "../../../ctviz/ui/viewer/frontend/widgets/cine.js";

function filmOf(count, isHere = () => true) {
  const view = { slice: 0, count, seen: [], goTo(slice) {
    this.slice = slice;
    this.seen.push(slice);
  } };
  return { view, cine: new Cine(view, isHere) };
}

test("slices come in their order, ten a second, the first after the last", () => {
  mock.timers.enable({ apis: ["setInterval"] });
  const { view, cine } = filmOf(3);
  cine.toggle();
  mock.timers.tick(499);
  assert.deepEqual(view.seen, [1, 2, 0, 1]);
  cine.toggle();
  mock.timers.tick(1000);
  assert.equal(view.seen.length, 4);
  mock.timers.reset();
});

test("who scrolls stops the film where he is", () => {
  mock.timers.enable({ apis: ["setInterval"] });
  const { view, cine } = filmOf(9);
  cine.toggle();
  mock.timers.tick(100);
  view.slice = 7;
  mock.timers.tick(500);
  assert.equal(view.slice, 7);
  assert.ok(!cine.plays);
  mock.timers.reset();
});

test("the film waits for a slice that is not there", () => {
  mock.timers.enable({ apis: ["setInterval"] });
  let here = false;
  const { view, cine } = filmOf(4, () => here);
  cine.toggle();
  mock.timers.tick(300);
  assert.deepEqual(view.seen, []);
  here = true;
  mock.timers.tick(100);
  assert.deepEqual(view.seen, [1]);
  mock.timers.reset();
});

test("a single slice is no film", () => {
  const { cine } = filmOf(1);
  cine.toggle();
  assert.ok(!cine.plays);
});
