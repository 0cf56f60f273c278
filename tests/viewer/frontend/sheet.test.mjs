import assert from "node:assert/strict";
import { test } from "node:test";

import { layOut, wrap } from "../../../ctviz/ui/viewer/frontend/picture/sheet.js";

const measure = (text) => 7 * text.length;
const tiles = (count, lines = []) => Array.from({ length: count }, (_, i) => ({ title: `map ${i}`, lines, paint: () => {} }));

test("a text is broken between words, and says the same", () => {
  const text = "Fidelity ↑ 0.62 · AUROC ↑ 0.91 · Dice ↑ 0.40";
  for (const room of [60, 100, 150, 1000]) {
    const lines = wrap(text, room, measure);
    assert.equal(lines.join(" "), text);
    for (const line of lines) assert.ok(measure(line) <= room || !line.includes(" "));
  }
  assert.deepEqual(wrap("unbreakable", 10, measure), ["unbreakable"]);
});

test("pictures and texts lie within the sheet, and none over another", () => {
  for (const count of [1, 2, 3, 5, 9, 32]) {
    const sheet = layOut(["C-0123abcd · slice 3 of 9", "contrast-small: with contrast 0.98."], tiles(count, ["AUROC ↑ 0.91"]), measure);
    assert.equal(sheet.images.length, count);
    const boxes = sheet.images.map(({ x, y, side }) => [x, y, x + side, y + side]);
    for (const { x, y, text } of sheet.writing) boxes.push([x, y - 12, x + measure(text), y]);
    for (const [left, top, right, bottom] of boxes) assert.ok(left >= 0 && top >= 0 && right <= sheet.width && bottom <= sheet.height);
    boxes.forEach((one, i) =>
      boxes.slice(i + 1).forEach((other) =>
        assert.ok(one[2] <= other[0] || other[2] <= one[0] || one[3] <= other[1] || other[3] <= one[1], `${one} and ${other}`),
      ),
    );
  }
});

test("a long line makes room for itself", () => {
  const short = layOut(["case"], tiles(4), measure);
  const long = layOut(["case"], tiles(4, ["a word ".repeat(40).trim()]), measure);
  assert.ok(long.height > short.height);
  assert.equal(long.width, short.width);
});
