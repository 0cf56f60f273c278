import assert from "node:assert/strict";
import { test } from "node:test";

import { Camera } from "../../../ctviz/ui/viewer/frontend/picture/camera.js";
import { place, toImage, toScreen } from "../../../ctviz/ui/viewer/frontend/picture/geometry.js";
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

const GRID = { rows: 100, columns: 100, spacing: [1, 1] };
const SIZE = { width: 500, height: 500 };

/** A picture under fingers: which slice it shows, what is drawn, and how it is looked at. */
function tablet({ draws = false } = {}) {
  const said = [];
  const view = new Camera(() => {});
  view.centre = { x: 50, y: 50 };
  Object.assign(view, {
    scroll: (delta) => said.push(`scroll ${delta}`),
    adjustWindow: () => said.push("window"),
    pointAt: () => {},
  });
  const brush = {
    active: () => draws,
    down: () => said.push("down"),
    move: () => said.push("move"),
    up: () => said.push("up"),
    takeBack: () => said.push("take back"),
    doubleClick: () => {},
  };
  // Of a picture that is not drawn again before the fingers are lifted.
  const shown = place(SIZE, GRID, { zoom: 1, centre: { ...view.centre } });
  const canvas = Object.assign(new EventTarget(), { setPointerCapture() {} });
  const screen = {
    canvas,
    pointOf: ({ clientX, clientY }) => toImage(shown, { x: clientX, y: clientY }),
    placement: shown,
    scaleAt: (zoom) => ({ x: shown.scaleX * zoom, y: shown.scaleY * zoom }),
  };
  listen(screen, view, brush);
  const send = (target, kind, pointer, x, y, more = {}) => {
    const event = new Event(kind, { cancelable: true });
    const facts = { pointerId: pointer, clientX: x, clientY: y, isPrimary: pointer === 1, pointerType: "touch", button: 0, buttons: 1 };
    Object.defineProperty(event, "timeStamp", { value: more.at ?? 0 });
    target.dispatchEvent(Object.assign(event, facts, more));
  };
  return {
    said,
    down: (pointer, x, y, more) => send(canvas, "pointerdown", pointer, x, y, more),
    move: (pointer, x, y, more) => send(canvas, "pointermove", pointer, x, y, more),
    up: (pointer) => send(globalThis.window, "pointerup", pointer, 0, 0),
    /** Image point under a place of the screen, as the picture will be drawn. */
    under: (x, y) => toImage(place(SIZE, GRID, view), { x, y }),
    on: (point) => toScreen(place(SIZE, GRID, view), point),
    view,
  };
}

const near = (one, other) => assert.ok(Math.hypot(one.x - other.x, one.y - other.y) < 1e-9, JSON.stringify([one, other]));

test("two fingers hold the points of the picture beneath them, whatever way they go", () => {
  const { down, move, under, view } = tablet();
  down(1, 100, 200);
  const first = under(100, 200);
  down(2, 300, 200);
  const second = under(300, 200);
  for (const [pointer, x, y] of [[1, 60, 260], [2, 420, 300], [1, 20, 300], [2, 460, 300], [1, 80, 350], [2, 480, 350]]) move(pointer, x, y);
  near(under(80, 350), first);
  near(under(480, 350), second);
  assert.ok(Math.abs(view.zoom - 2) < 1e-9);
});

test("one finger scrolls slices where no tool draws, a slice for every few millimetres", () => {
  const { down, move, said } = tablet();
  down(1, 100, 100);
  for (const y of [105, 112, 140, 130]) move(1, 100, y);
  assert.deepEqual(said, ["scroll 40", "scroll 40", "scroll 40"]);
});

test("one finger draws with a tool that draws", () => {
  const { down, move, up, said } = tablet({ draws: true });
  down(1, 100, 100);
  move(1, 110, 100);
  up(1);
  assert.deepEqual(said, ["down", "move", "up"]);
});

test("what one finger began is taken back when a second follows at once, and nothing is drawn after", () => {
  const { down, move, up, said, view } = tablet({ draws: true });
  down(1, 100, 100, { at: 0 });
  down(2, 300, 100, { at: 80 });
  move(2, 500, 100);
  up(2);
  move(1, 120, 100);
  up(1);
  assert.deepEqual(said, ["down", "take back"]);
  assert.equal(view.zoom, 2);
});

test("the palm of the hand does not take back what a finger is drawing", () => {
  const { down, move, up, said, view } = tablet({ draws: true });
  down(1, 100, 100, { at: 0 });
  move(1, 150, 100, { at: 500 });
  down(2, 300, 300, { at: 600 });
  move(2, 320, 300);
  move(1, 160, 100);
  up(1);
  assert.deepEqual(said, ["down", "move", "move", "up"]);
  assert.equal(view.zoom, 1);
});

test("a hand that lies down beneath a stylus changes nothing", () => {
  const { down, move, said } = tablet({ draws: true });
  down(7, 100, 100, { pointerType: "pen", isPrimary: true });
  down(1, 300, 300);
  move(7, 110, 100, { pointerType: "pen" });
  assert.deepEqual(said, ["down", "move"]);
});

test("a mouse still changes the window where no tool draws", () => {
  const { down, move, said } = tablet();
  down(1, 100, 100, { pointerType: "mouse" });
  move(1, 110, 100, { pointerType: "mouse" });
  assert.deepEqual(said, ["window"]);
});
