import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { SchemeWatch } from "../../../ctviz/ui/viewer/frontend/sync/scheme.js";

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

function pass(milliseconds) {
  for (let passed = 0; passed < milliseconds; passed += 1) mock.timers.tick(1);
}

/** A page that shows a scheme, and a server that answers every run after a while, or loses it. */
function page(shown, { drawn = shown, late = 100, lost = 0 } = {}) {
  const system = { shown, runs: 0, watch: null };
  const run = () => {
    system.runs++;
    if (system.runs > lost) setTimeout(() => system.watch.hear(system.shown), late);
  };
  system.watch = new SchemeWatch(run, () => system.shown);
  system.watch.hear(drawn);
  return system;
}

test("a page that was drawn as it is seen is left alone", () => {
  const system = page("dark");
  pass(60000);
  assert.equal(system.runs, 0);
});

test("a page runs until it was drawn as it is seen, and then no more", () => {
  for (const lost of [0, 1, 3]) {
    const system = page("dark", { lost });
    system.shown = "light";
    system.watch.turned();
    pass(60000);
    assert.equal(system.runs, lost + 1);
    assert.equal(system.watch.drawn, "light");
  }
});

test("a page that turns a moment after the system is seen to turn", () => {
  const system = page("dark");
  system.watch.turned();
  pass(700);
  system.shown = "light";
  pass(60000);
  assert.deepEqual([system.runs, system.watch.drawn], [1, "light"]);
});

test("a page that was drawn for another scheme when it was opened runs again", () => {
  const system = page("light", { drawn: "dark" });
  pass(60000);
  assert.deepEqual([system.runs, system.watch.drawn], [1, "light"]);
});

test("a server that never learns of it is not asked for ever", () => {
  const system = page("dark", { lost: Infinity });
  system.shown = "light";
  system.watch.turned();
  pass(600000);
  assert.equal(system.runs, 7);
});

test("nor one that draws for another scheme whatever it is told", () => {
  const system = page("dark");
  system.watch = new SchemeWatch(() => {
    system.runs++;
    setTimeout(() => system.watch.hear("light"), 100);
  }, () => "dark");
  system.watch.hear("light");
  pass(600000);
  assert.equal(system.runs, 7);
});

test("where there is no page to look at nothing runs", () => {
  const system = page(null, { drawn: "dark" });
  system.watch.turned();
  pass(60000);
  assert.equal(system.runs, 0);
});
