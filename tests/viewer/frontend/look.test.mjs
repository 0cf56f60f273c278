import assert from "node:assert/strict";
import test from "node:test";

import { channels } from "../../../ctviz/ui/viewer/frontend/theme.js";
import { colourAt, colourMap, commonLimit, css, heat, heatRamp, labelColour, limitText, lookSignature, paintHeat } from "../../../ctviz/ui/viewer/frontend/picture/colours.js";
import { OFFSET, grey, greyTable, lookUp } from "../../../ctviz/ui/viewer/frontend/picture/windowing.js";
import { theme } from "./theme.mjs";

const PRESETS = Object.values(theme().windows);
const absolute = { signed: false, colours: colourMap("absolute", "inferno"), opacity: 0.8, threshold: 0 };
const signed = { signed: true, colours: colourMap("signed", "blue-orange"), opacity: 0.8, threshold: 0 };
const alphaOf = (rgba) => rgba >>> 24;
const shares = Array.from({ length: 201 }, (_, i) => (i - 100) / 100);

test("a window is black below it, white above it and never falls in between", () => {
  for (const window of PRESETS) {
    assert.equal(grey(window.level - window.width / 2 - 1, window), 0);
    assert.equal(grey(window.level + window.width / 2 + 1, window), 255);
    let last = 0;
    for (let value = -1100; value < 3100; value += 7) {
      assert.ok(grey(value, window) >= last);
      last = grey(value, window);
    }
  }
});

test("one scale for all maps is set by the estimators and not by controls", () => {
  const [one, other] = [{ control: false, robust: 0.2 }, { control: false, robust: 0.5 }];
  const control = { control: true, robust: 3 };
  const missing = { control: false, robust: null };
  assert.equal(commonLimit([one, control, other]), 0.5);
  assert.equal(commonLimit([missing, control]), 3);
  assert.equal(commonLimit([missing]), 0);
  assert.equal(commonLimit([]), 0);
});

test("a window of width one is a threshold at its level", () => {
  const window = { width: 1, level: 40 };
  assert.deepEqual([38, 39, 40, 41].map((value) => grey(value, window)), [0, 0, 255, 255]);
});

test("inverted grey is the complement, and every value is opaque", () => {
  const [plain, inverted] = [false, true].map((invert) => greyTable(PRESETS[0], invert));
  for (let i = 0; i < plain.length; i += 97) {
    assert.equal((plain[i] & 255) + (inverted[i] & 255), 255);
    assert.equal(alphaOf(plain[i]), 255);
  }
});

test("looking up reaches the whole range of 16 bits", () => {
  const table = Uint32Array.from({ length: 2 * OFFSET }, (_, i) => i);
  const rgba = new Uint32Array(3);
  lookUp(Int16Array.of(-32768, 0, 32767), table, rgba);
  assert.deepEqual([...rgba], [0, OFFSET, 2 * OFFSET - 1]);
});

test("heat is transparent at zero, strongest at the limit and never weaker for more", () => {
  for (const look of [absolute, signed]) {
    assert.equal(heat(0, look).alpha, 0);
    assert.equal(heat(1, look).alpha, look.opacity);
    assert.equal(heat(7, look).alpha, look.opacity);
    for (const share of shares) {
      assert.equal(heat(share, look).alpha, heat(-share, look).alpha);
      assert.ok(heat(share * 1.1, look).alpha >= heat(share, look).alpha);
    }
  }
});

test("the absolute view does not see the sign, the signed view does", () => {
  for (const share of shares.filter((value) => value > 0.05)) {
    assert.deepEqual(heat(share, absolute), heat(-share, absolute));
    assert.notDeepEqual(heat(share, signed).colour, heat(-share, signed).colour);
  }
});

test("half the scale is half as opaque as all of it", () => {
  assert.equal(heat(0.5, absolute).alpha, absolute.opacity * 0.5 ** theme().heatmap.power);
});

test("what is below the threshold is not shown and the rest is as without it", () => {
  for (const share of shares) {
    const strict = heat(share, { ...absolute, threshold: 0.4 });
    assert.equal(strict.alpha, Math.abs(share) < 0.4 ? 0 : heat(share, absolute).alpha);
  }
});

test("a map without values is fully transparent", () => {
  for (const share of [NaN, Infinity, 0]) {
    const pixels = new Uint32Array(3).fill(7);
    paintHeat(new Int16Array(3), share, heatRamp(absolute), pixels);
    assert.deepEqual([...pixels], [0, 0, 0]);
  }
});

test("painted pixels have the heat of their values, clipped at the limit", () => {
  const values = Int16Array.of(-32768, -32767, -4000, -1, 0, 1, 900, 12000, 32767);
  const share = 1 / 20000;
  const pixels = new Uint32Array(values.length);
  paintHeat(values, share, heatRamp(signed), pixels);
  values.forEach((value, i) => {
    const exact = heat(value * share, signed).alpha * 255;
    assert.ok(Math.abs(alphaOf(pixels[i]) - exact) <= 1 + 255 / theme().heatmap.steps);
  });
  assert.equal(alphaOf(pixels[4]), 0);
  assert.equal(pixels[0], pixels[1]);
});

test("colour maps begin and end with their own colours", () => {
  for (const sign of ["signed", "absolute"]) {
    for (const [name, { stops }] of Object.entries(theme().maps[sign])) {
      assert.deepEqual(colourAt(colourMap(sign, name), 0), channels(stops[0]));
      assert.deepEqual(colourAt(colourMap(sign, name), 1), channels(stops.at(-1)));
    }
  }
});

test("two looks have one signature only if they look the same", () => {
  const looks = [
    absolute, signed, { ...absolute, opacity: 0.7 }, { ...absolute, threshold: 0.1 }, { ...absolute, colours: colourMap("absolute", "turbo") },
  ];
  assert.equal(new Set(looks.map(lookSignature)).size, looks.length);
  assert.equal(lookSignature({ ...absolute }), lookSignature(absolute));
});

test("colours are said to the browser as it reads them, and labels begin anew after the last colour", () => {
  assert.deepEqual(channels("#0080ff"), [0, 128, 255]);
  assert.equal(css([0, 128, 255], 0.5), "rgb(0 128 255 / 0.5)");
  assert.deepEqual(labelColour(1 + theme().inks.labels.length), labelColour(1));
});

test("limits are written with three digits", () => {
  assert.equal(limitText(0), "0");
  assert.equal(limitText(-0.12345), "−0.123");
  assert.equal(limitText(0.0000123), "1.2e−5");
  assert.equal(limitText(-0.0000123), "−1.2e−5");
  assert.equal(limitText(-0.012345, 2), "−0.012");
});
