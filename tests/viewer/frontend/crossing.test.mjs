import assert from "node:assert/strict";
import { test } from "node:test";

import { Crossing, EMPTY, thinned } from "../../../ctviz/ui/viewer/frontend/picture/crossing.js";
import { Planes } from "../../../ctviz/ui/viewer/frontend/picture/planes.js";
import { SharedView } from "../../../ctviz/ui/viewer/frontend/picture/view.js";
import "./theme.mjs";

globalThis.document = { createElement: () => ({ getContext: () => null }) };
const ROWS = 6, COLUMNS = 8;

/** A case whose slices lie at these depths and say of each pixel where it is: 100 k + 10 row + column. */
function caseOf(depths, { shifts = [], even = true, spacing = [1, 1] } = {}) {
  const plane = (title) => ({ title, letters: { left: "R", right: "L", top: "H", bottom: "F" } });
  const stack = { depths, shifts, even, alongRow: plane("Coronal"), alongColumn: plane("Sagittal"), notes: [] };
  return { id: "C-1", count: depths.length, rows: ROWS, columns: COLUMNS, spacing, letters: null, hounsfield: true, pixels: "", stack, noStack: "", made: [] };
}
const slice = (k) => Int16Array.from({ length: ROWS * COLUMNS }, (_, i) => 100 * k + 10 * Math.floor(i / COLUMNS) + (i % COLUMNS));
const all = (scan) => Array.from({ length: scan.count }, (_, k) => k);
const crossingOf = (scan, along, kept = all(scan)) => new Crossing(scan, along, kept);
/** The picture as rows of values. */
function picture(crossing, at, read = slice) {
  const lines = crossing.values(at, read);
  const { rows, columns } = crossing.grid;
  return Array.from({ length: rows }, (_, y) => Array.from({ length: columns }, (_, x) => crossing.valueAt(lines, y, x)));
}

test("a plane along a row holds that row of every slice, the first at the top", () => {
  const found = picture(crossingOf(caseOf([0, 1, 2]), "row"), 4);
  assert.deepEqual(found, [0, 1, 2].map((k) => Array.from({ length: COLUMNS }, (_, x) => 100 * k + 40 + x)));
});

test("a plane along a column holds that column of every slice, its rows from left to right", () => {
  const found = picture(crossingOf(caseOf([0, 1, 2]), "column"), 3);
  assert.deepEqual(found, [0, 1, 2].map((k) => Array.from({ length: ROWS }, (_, y) => 100 * k + 10 * y + 3)));
});

test("a millimetre is as long down as it is across, and slices as thick as they lie apart", () => {
  const { grid } = crossingOf(caseOf([0, 5, 10, 15], { spacing: [0.8, 0.5] }), "row");
  assert.deepEqual(grid, { rows: 40, columns: COLUMNS, spacing: [0.5, 0.5] });
  const sagittal = crossingOf(caseOf([0, 5, 10, 15], { spacing: [0.8, 0.5] }), "column").grid;
  assert.deepEqual(sagittal, { rows: 25, columns: ROWS, spacing: [0.8, 0.8] });
});

test("between evenly spaced slices values are interpolated, and never beyond the last", () => {
  const column = picture(crossingOf(caseOf([0, 4]), "row"), 0).map((row) => row[0]);
  assert.deepEqual(column, [0, 0, 13, 38, 63, 88, 100, 100]);
});

test("between unevenly spaced slices the nearest is shown as it is", () => {
  const column = picture(crossingOf(caseOf([0, 2, 8], { even: false }), "row"), 0).map((row) => row[0]);
  assert.ok(column.every((value) => [0, 100, 200].includes(value)));
  // From 1 mm before the first to 3 mm behind the last; 1 and 5 mm are half way.
  assert.deepEqual(column, [0, 0, 100, 100, 100, 100, 200, 200, 200, 200, 200, 200]);
});

test("slices that lie beside each other are shown where they lie, and nothing where none is", () => {
  const scan = caseOf([0, 1], { shifts: [[0, 0], [-2, 3]] });
  const coronal = crossingOf(scan, "row");
  assert.deepEqual([coronal.width, coronal.places], [{ start: -2, count: 10 }, { start: 0, count: 9 }]);
  const [first, second] = picture(coronal, 4);
  assert.deepEqual(first, [EMPTY, EMPTY, 40, 41, 42, 43, 44, 45, 46, 47]);
  assert.deepEqual(second, [110, 111, 112, 113, 114, 115, 116, 117, EMPTY, EMPTY]);
  const sagittal = picture(crossingOf(scan, "column"), 5);
  assert.deepEqual(sagittal[0], [5, 15, 25, 35, 45, 55, EMPTY, EMPTY, EMPTY]);
  assert.deepEqual(sagittal[1], [EMPTY, EMPTY, EMPTY, 107, 117, 127, 137, 147, 157]);
});

test("a slice that is not here yet is dark, and does not blend into its neighbours", () => {
  const read = (k) => (k === 1 ? null : slice(k));
  const column = picture(crossingOf(caseOf([0, 2, 4]), "row"), 0, read).map((row) => row[0]);
  assert.deepEqual(column.filter((value) => value !== EMPTY && value !== 0 && value !== 200), []);
  assert.ok(column.includes(EMPTY));
});

test("what is drawn is that of the nearest slice, never a mean of labels", () => {
  const crossing = crossingOf(caseOf([0, 4]), "row");
  const labels = crossing.labels(1, (k) => (k === 1 ? new Uint8Array(ROWS * COLUMNS).fill(3) : undefined));
  assert.deepEqual([...new Set(labels.subarray(0, 4 * COLUMNS))], [0]);
  assert.deepEqual([...new Set(labels.subarray(4 * COLUMNS))], [3]);
});

test("a place in the picture is the slice that lies there, and back", () => {
  const crossing = crossingOf(caseOf([0, 2, 8, 9], { even: false }), "row");
  for (const k of [0, 1, 2, 3]) assert.equal(crossing.sliceAt(crossing.rowOf(k)), k);
  assert.deepEqual([crossing.sliceAt(-50), crossing.sliceAt(1e6)], [0, 3]);
});

test("pixels are painted in the window's grey and dark where nothing is", () => {
  const crossing = crossingOf(caseOf([0, 1], { shifts: [[0, 0], [1, 0]] }), "row");
  const table = Uint32Array.from({ length: 65536 }, (_, i) => i);
  const rgba = new Uint32Array(crossing.grid.rows * crossing.grid.columns);
  crossing.paint(crossing.values(2, slice), table, rgba);
  assert.deepEqual([rgba[0], rgba[COLUMNS], rgba[COLUMNS + 1], rgba[COLUMNS + 2]], [32768 + 20, 0xff000000, 0xff000000, 32768 + 120]);
});

test("two slices at one place and a series of a thousand have pictures of a bounded size", () => {
  assert.equal(crossingOf(caseOf([0, 0, 1]), "row").grid.rows, 3);
  const long = caseOf(Array.from({ length: 900 }, (_, k) => 5 * k));
  assert.equal(crossingOf(long, "row").grid.rows, 1024);
});

test("of more slices than memory holds every second, third, … makes up the planes", () => {
  assert.deepEqual(thinned(5, 9), { step: 1, kept: [0, 1, 2, 3, 4] });
  assert.deepEqual(thinned(10, 4), { step: 3, kept: [0, 3, 6, 9] });
  assert.deepEqual(thinned(3, -20), { step: 2, kept: [0, 2] });
});

/** Planes of a case in a memory that holds so many slices. */
function planesOf(scan, room) {
  const view = new SharedView(() => {});
  const planes = new Planes(view);
  view.open(scan, 1, { width: 400, level: 40 });
  view.showPlanes(true);
  planes.take(scan, room);
  return { view, planes };
}

test("a series that is too large says so, and its planes' slices are fetched before all others", () => {
  const scan = caseOf(Array.from({ length: 200 }, (_, k) => k));
  const { planes } = planesOf(scan, 99);
  assert.equal(planes.step, 4);
  assert.match(planes.notes.join(), /too large for the browser: every 4th slice/);
  const wanted = planes.wanted(all(scan));
  assert.deepEqual(wanted.slice(32, 36), [32, 36, 40, 44]);
  assert.deepEqual([...wanted].sort((a, b) => a - b), all(scan));
});

test("a click in one plane goes to the slice and the other plane there; the wheel turns to the next", () => {
  const { view, planes } = planesOf(caseOf([0, 2, 4, 6]), 512);
  const { row, column } = planes.views;
  row.goTo({ x: 6.7, y: row.crossing.rowOf(3) });
  assert.deepEqual([view.slice, column.at, row.at], [3, 6, 3]);
  assert.deepEqual(row.crossed, { x: 6.5, y: row.crossing.rowOf(3) });
  row.scroll(120);
  assert.equal(row.at, 5);
  row.scroll(120);
  assert.equal(row.at, ROWS - 1);
  column.scroll(-120);
  assert.deepEqual([row.at, column.at, view.slice], [ROWS - 1, 4, 3]);
});

test("a case whose slices cannot be crossed shows no planes, though the reader wants them", () => {
  const { planes } = planesOf({ ...caseOf([0, 1]), stack: null, noStack: "The case has one slice only." }, 512);
  assert.equal(planes.shown, false);
});
