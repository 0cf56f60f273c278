import assert from "node:assert/strict";
import { test } from "node:test";

import { BesideCase } from "../../../ctviz/ui/viewer/frontend/picture/beside-view.js";
import { place, toScreen } from "../../../ctviz/ui/viewer/frontend/picture/geometry.js";
import { SharedView } from "../../../ctviz/ui/viewer/frontend/picture/view.js";
import "./theme.mjs";

globalThis.document = { createElement: () => ({ getContext: () => null }) };
globalThis.fetch = () => new Promise(() => {});

/** A case of so many slices that lie so far apart, or of which that is not known. */
function caseOf(id, count, gap, { rows = 100, columns = 100, spacing = [1, 1] } = {}) {
  const stack = gap ? { depths: Array.from({ length: count }, (_, k) => gap * k), shifts: [], even: true, notes: [] } : null;
  return { id, count, rows, columns, spacing, letters: null, hounsfield: true, pixels: `/${id}/{k}`, stack, noStack: "", made: [] };
}

/** The case `read` on the screen with another one beside it. */
function open(read, other, offset = null, slice = 0) {
  const view = new SharedView(() => {});
  const beside = new BesideCase(view, () => read);
  view.open(read, slice, { width: 400, level: 40 });
  beside.take({ case: other, title: other.id, offset });
  return { view, beside };
}

test("scans of one coordinate system show the same place, however thick their slices are", () => {
  // The other one begins 10 mm further down and has slices of 5 mm instead of 2.
  const { view, beside } = open(caseOf("a", 50, 2), caseOf("b", 20, 5), [0, 0, 10], 20);
  assert.deepEqual([beside.slice, beside.linked], [6, true]);
  view.goTo(30);
  assert.equal(beside.slice, 10);
  view.goTo(0);
  assert.deepEqual([beside.slice, beside.misses], [0, 10]);
});

test("scans without a common coordinate system begin at the same share and go on millimetre by millimetre", () => {
  const { view, beside } = open(caseOf("a", 51, 2), caseOf("b", 21, 5), null, 25);
  assert.equal(beside.slice, 10);
  view.goTo(30);
  assert.equal(beside.slice, 12);
});

test("where a case does not know how its slices lie, slice follows slice", () => {
  const { view, beside } = open(caseOf("a", 11, 2), caseOf("b", 21, 0), null, 5);
  assert.equal(beside.slice, 10);
  view.goTo(8);
  assert.equal(beside.slice, 13);
  view.goTo(0);
  assert.equal(beside.slice, 5);
});

test("alone it stays and is scrolled by itself; linked again both go on from there", () => {
  const { view, beside } = open(caseOf("a", 50, 2), caseOf("b", 50, 2), [0, 0, 0], 20);
  beside.toggleLink();
  view.goTo(30);
  assert.equal(beside.slice, 20);
  beside.scroll(120);
  assert.deepEqual([beside.slice, view.slice], [21, 30]);
  beside.toggleLink();
  assert.deepEqual([beside.slice, beside.shift], [21, -18]);
  view.goTo(31);
  assert.equal(beside.slice, 22);
});

test("a wheel over the linked case turns both", () => {
  const { view, beside } = open(caseOf("a", 50, 2), caseOf("b", 50, 2), [0, 0, 0], 20);
  beside.scroll(120);
  assert.deepEqual([view.slice, beside.slice], [21, 21]);
});

test("another slice of the same case stays where it was put", () => {
  const scan = caseOf("a", 50, 2);
  const { view, beside } = open(scan, scan, [0, 0, 0], 20);
  assert.equal(beside.linked, false);
  view.goTo(44);
  assert.equal(beside.slice, 20);
});

test("a place in the patient lies at the same place of both pictures, and a millimetre is as long", () => {
  const read = caseOf("a", 10, 2, { spacing: [0.5, 0.5] });
  const other = caseOf("b", 10, 2, { rows: 60, columns: 80, spacing: [1, 1] });
  const { view, beside } = open(read, other, [-4, 6, 0]);
  beside.size = { width: 300, height: 200 };
  view.zoomBy(3, { x: 20, y: 70 });
  // Of a pixel's centre: 10 mm to the right of the first pixel of the one, 14 mm of the other.
  for (const [point, same] of [[{ x: 20.5, y: 50.5 }, { x: 14.5, y: 19.5 }], [{ x: 0.5, y: 20.5 }, { x: 4.5, y: 4.5 }]]) {
    const mine = toScreen(place(beside.size, read, view), point);
    const theirs = toScreen(place(beside.size, other, beside.look), same);
    assert.ok(Math.hypot(mine.x - theirs.x, mine.y - theirs.y) < 1e-6, JSON.stringify([mine, theirs]));
  }
});

test("zooming over it keeps the anchor where it is", () => {
  const { beside } = open(caseOf("a", 9, 2, { spacing: [0.5, 0.7] }), caseOf("b", 9, 2, { spacing: [1, 1.2] }));
  beside.size = { width: 300, height: 200 };
  const anchor = { x: 12, y: 33 };
  const where = () => toScreen(place(beside.size, beside.told.case, beside.look), anchor);
  const before = where();
  beside.zoomBy(2.5, anchor);
  beside.panBy(0, 0);
  assert.ok(Math.hypot(before.x - where().x, before.y - where().y) < 1e-6);
});

test("memory for it is bounded and what is near is fetched first", () => {
  const { beside } = open(caseOf("a", 9, 2), caseOf("b", 4000, 1, { rows: 512, columns: 512 }), [0, 0, 0], 8);
  assert.equal(beside.pictures.wanted.length, 128);
  assert.equal(beside.pictures.wanted[0], "/b/16");
});
