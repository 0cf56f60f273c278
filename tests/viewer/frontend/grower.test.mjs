import assert from "node:assert/strict";
import test from "node:test";

import { Drawing } from "../../../ctviz/ui/viewer/frontend/drawing/drawing.js";
import { Brush } from "../../../ctviz/ui/viewer/frontend/drawing/brush.js";
import { Caliper } from "../../../ctviz/ui/viewer/frontend/drawing/caliper.js";
import { Grower, REACH } from "../../../ctviz/ui/viewer/frontend/drawing/grower.js";
import { Hand } from "../../../ctviz/ui/viewer/frontend/drawing/hand.js";
import { shape } from "./support.mjs";

const click = { ctrlKey: false, metaKey: false, altKey: false, clientX: 100 };
const middle = { x: 8.5, y: 6.5 };
const COUNT = 90;
const MIDDLE = 45;

/** A case whose slices all have a bright square of 5 × 5 in a grey one of 9 × 9. */
function fieldWith({ loaded = () => true } = {}) {
  const values = new Int16Array(shape.rows * shape.columns).fill(-800);
  const square = (from, to, value) => {
    for (let row = from; row < to; row++) values.fill(value, row * shape.columns + from + 2, row * shape.columns + to + 2);
  };
  square(2, 11, 0);
  square(4, 9, 100);
  const at = { drawing: new Drawing(shape, () => {}), slice: MIDDLE };
  const said = [];
  const depths = Array.from({ length: COUNT }, (_, k) => 2 * k);
  const sheet = {
    drawing: () => at.drawing,
    slice: () => at.slice,
    scan: () => ({ spacing: [1, 1], depths, count: COUNT, hounsfield: true }),
    aspect: () => 1,
    values: (slice) => (loaded(slice) ? values : null),
    reach: () => 1,
    say: (sentence) => said.push(sentence),
    changed: () => {},
  };
  const brush = new Brush(sheet);
  const grower = new Grower(sheet, brush);
  const table = { ...sheet, grid: () => ({ ...shape, spacing: [1, 1] }), tool: () => brush.tool, cursor: () => null, visible: () => true, show: () => {} };
  const hand = new Hand(brush, new Caliper(table), grower);
  hand.take("grow");
  const press = (event = click, point = middle) => {
    assert.ok(hand.active(point));
    hand.down(point, event);
  };
  const pixels = (slice = at.slice) => at.drawing.pixels(slice)[1];
  return { at, brush, grower, hand, press, pixels, said, values };
}

test("a click offers what hangs together, and only keeping draws it, as one act", () => {
  const { at, grower, hand, press, pixels } = fieldWith();
  press();
  hand.up();
  assert.equal(grower.text, "25.0 mm² · 70 to 130 HU");
  assert.equal(pixels(), 0);
  hand.close();
  assert.deepEqual([pixels(), grower.shown, at.drawing.history.past.length], [25, null, 1]);
  at.drawing.undo();
  assert.equal(pixels(), 0);
});

test("a drag to the right widens the range, to the left narrows it, and the next click starts from there", () => {
  const { grower, hand, press } = fieldWith();
  press();
  hand.move(middle, { ...click, clientX: 300 });
  assert.equal(grower.shown.parts.get(MIDDLE).pixels, 81);
  const { range } = grower.shown;
  assert.deepEqual([range.low + range.high, range.high > 200], [200, true]);
  hand.move(middle, { ...click, clientX: -400 });
  assert.equal(grower.shown.parts.get(MIDDLE).pixels, 25);
  hand.move(middle, { ...click, clientX: 300 });
  hand.up();
  hand.cancel();
  press({ ...click, clientX: 0 });
  assert.deepEqual(grower.shown.range, range);
});

test("the range of the brush is taken if there is one, whatever is dragged", () => {
  const { brush, grower, hand, press } = fieldWith();
  brush.range = { low: -50, high: 150 };
  press();
  hand.move(middle, { ...click, clientX: 400 });
  hand.up();
  assert.equal(grower.text, "81.0 mm² · −50 to 150 HU");
});

test("outside of the range nothing grows, and that is said", () => {
  const { brush, grower, hand, press, said } = fieldWith();
  brush.range = { low: -50, high: 50 };
  press();
  hand.up();
  assert.equal(grower.shown, null);
  assert.deepEqual(said, ["Nothing grows here: 100 lies outside of −50 to 50."]);
});

test("Escape, another tool and another case give up what has grown", () => {
  for (const leave of [({ hand }) => hand.cancel(), ({ hand }) => hand.take("brush"), ({ at }) => (at.drawing = new Drawing(shape, () => {}))]) {
    const field = fieldWith();
    const { drawing } = field.at;
    field.press();
    field.hand.up();
    leave(field);
    assert.equal(field.grower.shown, null);
    field.hand.close();
    assert.deepEqual(drawing.drawnSlices(), []);
  }
});

test("an offer can be looked at on other slices and is drawn where it has grown", () => {
  const { at, hand, press, pixels } = fieldWith();
  press();
  hand.up();
  at.slice = 2;
  hand.leave();
  hand.doubleClick();
  assert.deepEqual([pixels(MIDDLE), pixels(2)], [25, 0]);
});

test("with Alt it grows through the series up to its reach, as one act", () => {
  const { at, grower, hand, press } = fieldWith();
  press({ ...click, altKey: true });
  assert.equal(grower.shown.parts.size, 1);
  hand.up();
  const slices = 2 * REACH + 1;
  assert.equal(grower.text, `${((25 * 2 * slices) / 1000).toFixed(2)} ml · ${slices} slices · 70 to 130 HU · up to ${REACH} slices away`);
  hand.close();
  const drawn = at.drawing.drawnSlices().sort((a, b) => a - b);
  assert.deepEqual([drawn.length, drawn[0], at.drawing.history.past.length], [slices, MIDDLE - REACH, 1]);
  at.drawing.undo();
  assert.deepEqual(at.drawing.drawnSlices(), []);
});

test("what has grown on a slice grows through the series as soon as that is wanted, and back", () => {
  const { brush, grower, hand, press } = fieldWith();
  press();
  hand.up();
  hand.deepen();
  assert.equal(grower.shown.parts.size, 2 * REACH + 1);
  hand.deepen();
  assert.deepEqual([grower.shown.parts.size, brush.deep], [1, false]);
});

test("it says so where slices are not loaded yet, and grows on as soon as they are", () => {
  let here = MIDDLE + 3;
  const { grower, hand, press } = fieldWith({ loaded: (slice) => slice < here });
  press({ ...click, altKey: true });
  hand.up();
  grower.resume();
  assert.match(grower.text, /grows on when more slices are loaded$/);
  assert.equal(grower.shown.parts.size, REACH + 3);
  here = MIDDLE + REACH + 1;
  grower.resume();
  assert.match(grower.text, /up to 30 slices away$/);
  assert.equal(grower.shown.parts.size, 2 * REACH + 1);
});

test("another label is a wall, and nothing grows on it", () => {
  const { at, grower, hand, press, said } = fieldWith();
  at.drawing.number("heart");
  at.drawing.number("wall");
  at.drawing.edit(new Map([[MIDDLE, (labels) => {
    for (let row = 0; row < shape.rows; row++) labels[row * shape.columns + 8] = 2;
  }]]));
  press(click, { x: 6.5, y: 6.5 });
  hand.up();
  assert.equal(grower.shown.parts.get(MIDDLE).pixels, 10);
  press();
  hand.up();
  assert.deepEqual([grower.shown, said], [null, ["Nothing grows here: 'wall' is drawn here already."]]);
});

test("Ctrl takes away what it grows over, of every label", () => {
  const { at, grower, hand, press } = fieldWith();
  at.drawing.edit(new Map([[MIDDLE, (labels) => labels.fill(2)]]));
  press({ ...click, ctrlKey: true });
  hand.up();
  assert.equal(grower.text, "Erase 25.0 mm² · 70 to 130 HU");
  hand.close();
  assert.equal(at.drawing.pixels(MIDDLE)[0], 25);
});

test("a press on a slice that is not here, or beside the picture, grows nothing", () => {
  const { grower, hand, press } = fieldWith({ loaded: () => false });
  press();
  hand.up();
  assert.equal(grower.shown, null);
  const other = fieldWith();
  other.press(click, { x: -3, y: 4 });
  other.hand.up();
  assert.equal(other.grower.shown, null);
});
