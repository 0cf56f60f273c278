import assert from "node:assert/strict";
import test from "node:test";

import { frameOf, pixelAt, place, scaleBar, toImage, toScreen, ZOOM_RANGE } from "../../../ctviz/ui/viewer/frontend/picture/geometry.js";
import { Board } from "../../../ctviz/ui/viewer/frontend/widgets/board.js";
import { sortPanes } from "../../../ctviz/ui/viewer/frontend/widgets/heatmap-bar.js";
import { OF_THE_PAGE, shortcutOf, withKey } from "../../../ctviz/ui/viewer/frontend/widgets/keys.js";
import { AS_FITS, layOutPanes, PER_SCREEN, pictureWidth, stepOf } from "../../../ctviz/ui/viewer/frontend/widgets/layout.js";
import { outwards } from "../../../ctviz/ui/viewer/frontend/picture/pixels.js";
import { SharedView } from "../../../ctviz/ui/viewer/frontend/picture/view.js";
import { theme } from "./theme.mjs";

const grid = { rows: 300, columns: 500, spacing: [1.5, 0.75] };
const size = { width: 640, height: 480 };
const scan = { id: "C-1", count: 9, ...grid, letters: null, hounsfield: true, pixels: "" };

function opened() {
  const view = new SharedView(() => {});
  view.open(scan, 4, { width: 400, level: 40 });
  return view;
}

test("screen and image coordinates undo each other", () => {
  const view = opened();
  view.zoomBy(3, { x: 20, y: 70 });
  const placement = place(size, grid, view);
  const there = toScreen(placement, { x: 123.25, y: 45.5 });
  const back = toImage(placement, there);
  assert.ok(Math.abs(back.x - 123.25) < 1e-9 && Math.abs(back.y - 45.5) < 1e-9);
});

test("a millimetre is as long across as it is down", () => {
  const { scaleX, scaleY } = place(size, grid, opened());
  assert.ok(Math.abs(scaleX / grid.spacing[1] - scaleY / grid.spacing[0]) < 1e-9);
});

test("at zoom one the whole image is just seen", () => {
  const { left, top, scaleX, scaleY } = place(size, grid, opened());
  assert.ok(left >= -1e-9 && top >= -1e-9);
  assert.ok(Math.min(left, top) < 1e-9);
  assert.ok(left + grid.columns * scaleX <= size.width + 1e-9);
  assert.ok(top + grid.rows * scaleY <= size.height + 1e-9);
});

test("at zoom one the body is just seen, whatever shape the picture has, and zooming out shows everything", () => {
  const body = { left: 40, right: 440, top: 90, bottom: 240 };
  const view = new SharedView(() => {});
  view.open({ ...scan, body }, 0, { width: 400, level: 40 });
  for (const [width, height] of [[640, 480], [200, 600], [900, 120]]) {
    const { left, top, scaleX, scaleY } = place({ width, height }, { ...grid, body }, view);
    const [l, r, t, b] = [left + 40 * scaleX, left + 440 * scaleX, top + 90 * scaleY, top + 240 * scaleY];
    assert.ok(Math.abs(l + r - width) < 1e-6 && Math.abs(t + b - height) < 1e-6);
    assert.ok(Math.abs(Math.min(l, t)) < 1e-6 && Math.min(l, t) > -1e-6);
  }
  view.panBy(30, 40);
  view.zoomBy(0.001);
  const { left, top, scaleX, scaleY } = place(size, { ...grid, body }, view);
  assert.ok(left >= 0 && top >= 0 && left + 500 * scaleX <= 640 && top + 300 * scaleY <= 480);
  view.reset();
  assert.deepEqual([view.zoom, view.centre], [1, { x: 240, y: 165 }]);
  assert.deepEqual(frameOf({ ...grid, body: null }), { left: 0, right: 500, top: 0, bottom: 300 });
});

test("zooming keeps the anchor where it is on the screen", () => {
  const view = opened();
  const anchor = { x: 60, y: 200 };
  const before = toScreen(place(size, grid, view), anchor);
  for (const factor of [2, 1.3, 0.4, 5]) view.zoomBy(factor, anchor);
  const after = toScreen(place(size, grid, view), anchor);
  assert.ok(Math.hypot(before.x - after.x, before.y - after.y) < 1e-6);
});

test("zoom stays within its range and reset undoes everything", () => {
  const view = opened();
  for (let i = 0; i < 50; i++) view.zoomBy(2);
  assert.equal(view.zoom, ZOOM_RANGE.high);
  view.panBy(30, 40);
  view.setWindow({ width: 10, level: 900 });
  view.reset();
  assert.deepEqual([view.zoom, view.centre, view.window], [1, { x: 250, y: 150 }, { width: 400, level: 40 }]);
});

test("a window never becomes narrower than one", () => {
  const view = opened();
  view.adjustWindow(-100000, 0);
  assert.equal(view.window.width, 1);
});

test("slices stay within the case", () => {
  const view = opened();
  view.goTo(99);
  assert.equal(view.slice, 8);
  view.goTo(-3);
  assert.equal(view.slice, 0);
});

test("a wheel's notch is one slice and a trackpad's small steps add up to one", () => {
  const view = opened();
  view.scroll(120);
  assert.equal(view.slice, 5);
  for (let i = 0; i < 5; i++) view.scroll(8);
  assert.equal(view.slice, 6);
  view.scroll(30);
  view.scroll(-30);
  assert.equal(view.slice, 6);
});

test("a pixel is found under each of its points and nowhere outside the image", () => {
  assert.equal(pixelAt(grid, { x: 7.99, y: 2 }), 2 * grid.columns + 7);
  assert.equal(pixelAt(grid, { x: -0.01, y: 2 }), -1);
  assert.equal(pixelAt(grid, { x: 7, y: 300 }), -1);
});

test("the scale bar takes at most a third of the width", () => {
  for (const pixelsPerMm of [0.3, 1, 4, 12]) {
    const { centimetres, length } = scaleBar(pixelsPerMm, 600);
    assert.ok(length <= 200);
    assert.equal(length, centimetres * 10 * pixelsPerMm);
  }
});

test("slices are fetched from the current one outwards, each once", () => {
  assert.deepEqual(outwards(2, 6), [2, 3, 1, 4, 0, 5]);
});

test("no key does two things", () => {
  const keys = theme().keys.flatMap((shortcut) => shortcut.keys);
  assert.equal(new Set(keys).size, keys.length);
});

test("keys are found with and without Ctrl", () => {
  const press = (key, held = {}) => shortcutOf({ key, ctrlKey: false, metaKey: false, altKey: false, ...held });
  assert.equal(press("b")?.value, "brush");
  assert.equal(press("z", { ctrlKey: true })?.action, "undo");
  assert.equal(press("Z", { metaKey: true })?.action, "redo");
  assert.equal(press("b", { ctrlKey: true }), null);
  assert.equal(press("b", { altKey: true }), null);
});

test("the board acts on every key of the theme", () => {
  const anything = () => new Proxy(() => 1, { get: (_, name) => (name === Symbol.toPrimitive ? () => 1 : anything()), apply: () => 1 });
  const own = theme().keys.filter(({ action }) => !OF_THE_PAGE.has(action));
  for (const { action, value } of own) Board.prototype.perform.call(anything(), action, value);
});

test("a key of the page's own buttons leaves the board, unless a stroke is under way", () => {
  for (const kind of ["HTMLSelectElement", "HTMLInputElement", "HTMLButtonElement"]) globalThis[kind] ??= class {};
  const leaves = (key, busy) => {
    let stopped = false;
    const event = { key, composedPath: () => [{}], stopPropagation: () => (stopped = true), preventDefault: () => {} };
    Board.prototype.key.call({ session: { hand: { busy } }, perform: () => {}, schedule: () => {} }, event);
    return !stopped;
  };
  for (const key of ["j", "k", "n", "t", "q"]) assert.deepEqual([leaves(key, false), leaves(key, true)], [true, false]);
  for (const key of ["b", "c", "r"]) assert.equal(leaves(key, false), false);
});

test("a button's tip names the key that does the same", () => {
  assert.equal(withKey("Undo", "undo"), "Undo (Ctrl Z)");
  assert.equal(withKey("Brush", "tool", "brush"), "Brush (b)");
  assert.throws(() => withKey("Fly", "fly"), /No key does fly/);
});

const SMALL = { width: 728, height: 590 };
const LARGE = { width: 1030, height: 880 };

test("as many panes stand on a screen as the reader wants, and no more than there are", () => {
  for (const wanted of PER_SCREEN) {
    const { columns, rows } = layOutPanes(31, SMALL, 1.4, wanted);
    assert.ok(columns * rows >= wanted && columns * (rows - 1) < wanted);
  }
  assert.deepEqual(layOutPanes(31, SMALL, 1.4, 9), { columns: 3, rows: 3 });
  assert.deepEqual(layOutPanes(2, SMALL, 1.4, 9), layOutPanes(2, SMALL, 1.4, 2));
  assert.deepEqual(layOutPanes(0, SMALL, 1.4, 9), { columns: 1, rows: 1 });
});

test("without a wish as many panes are shown as are large enough", () => {
  assert.deepEqual(layOutPanes(4, SMALL, 1.4, AS_FITS), { columns: 2, rows: 2 });
  assert.deepEqual(layOutPanes(31, SMALL, 1.4, AS_FITS), { columns: 2, rows: 2 });
  assert.deepEqual(layOutPanes(9, LARGE, 1.4, AS_FITS), { columns: 3, rows: 3 });
  assert.deepEqual(layOutPanes(4, { width: 200, height: 100 }, 1.4, AS_FITS), { columns: 1, rows: 1 });
});

test("wide bodies stand above one another and tall ones beside one another", () => {
  assert.deepEqual(layOutPanes(2, SMALL, 2.5, AS_FITS), { columns: 1, rows: 2 });
  assert.deepEqual(layOutPanes(2, SMALL, 0.5, AS_FITS), { columns: 2, rows: 1 });
});

test("a picture is never larger than its pane", () => {
  for (const [width, height] of [[355, 236], [300, 600], [900, 400], [900, 20]]) {
    for (const aspect of [0.3, 1, 3]) {
      const picture = pictureWidth(width, height, aspect);
      assert.ok(picture >= 0 && picture <= width && picture / aspect <= height);
    }
  }
});

test("a key shows more panes or fewer, up to the ends of the list", () => {
  assert.deepEqual([stepOf(AS_FITS, 4, 1), stepOf(AS_FITS, 4, -1), stepOf(6, 6, 1)], [6, 3, 9]);
  assert.deepEqual([stepOf(9, 9, 1), stepOf(2, 2, -1)], [9, 2]);
});

test("panes are sorted best first in the score's own direction, undefined ones last", () => {
  const pane = (id, text, better, why = "") => ({ id, scores: [{ id: "s", title: "S", text, better, why }] });
  const ids = (better) =>
    sortPanes([pane("a", "0.3", better), pane("b", "", better, "empty"), pane("c", "−0.9", better), pane("d", "0.7", better)], "s")
      .map(({ id }) => id);
  assert.deepEqual(ids("higher"), ["d", "a", "c", "b"]);
  assert.deepEqual(ids("lower"), ["c", "a", "d", "b"]);
  assert.deepEqual(sortPanes([pane("b", "1", "higher"), pane("a", "2", "higher")], "").map(({ id }) => id), ["b", "a"]);
});
