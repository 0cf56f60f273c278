import assert from "node:assert/strict";
import test from "node:test";

import { difference, Moments, nextMoment } from "../../../ctviz/ui/viewer/frontend/picture/moments.js";

const slice = (...values) => ({ values: Int16Array.from(values), scale: NaN, robust: NaN, position: 7 });
const map = (scale, robust, ...values) => ({ values: Int16Array.from(values), scale, robust, position: NaN });

/** A store that holds these pictures; what is null could not be loaded. */
function storeOf(pictures) {
  return {
    get(url) {
      if (!(url in pictures)) return { state: "loading" };
      return pictures[url] ? { state: "ready", picture: pictures[url] } : { state: "failed", message: "gone" };
    },
  };
}

test("a key turns from one moment to the next and back to the first", () => {
  assert.deepEqual(["original", "edited", "difference"].map(nextMoment), ["edited", "difference", "original"]);
});

test("the difference of two slices is in Hounsfield units, and no change is 0", () => {
  const { values, scale, position } = difference(slice(300, -50, 7), slice(45, -50, 9));
  assert.deepEqual([...values], [-255, 0, 2]);
  assert.ok(Number.isNaN(scale));
  assert.equal(position, 7);
});

test("what 16 bits cannot hold ends at their ends", () => {
  assert.deepEqual([...difference(slice(-30000, 30000), slice(30000, -30000)).values], [32767, -32768]);
});

test("the difference of two maps is that of their values, whatever their scales", () => {
  const { values, scale, robust } = difference(map(2, 1.5, 32767, -32767, 0), map(0.5, 0.4, 32767, 32767, -16384));
  const read = [...values].map((q) => (q * scale) / 32767);
  for (const [found, expected] of [[read[0], -1.5], [read[1], 2.5], [read[2], -0.25]]) assert.ok(Math.abs(found - expected) < 1e-4);
  // Shown by the scale of the original.
  assert.equal(robust, 1.5);
});

test("each moment shows its own picture", () => {
  const store = storeOf({ a: slice(1), b: slice(5) });
  const moments = new Moments();
  const first = (moment) => moments.of(moment, store, "a", "b").picture.values[0];
  assert.deepEqual(["original", "edited", "difference"].map(first), [1, 5, 4]);
  assert.equal(moments.of("edited", storeOf({ a: slice(1), b: { ...slice(5), position: NaN } }), "a", "b").picture.position, 7);
});

test("a difference is computed once", () => {
  const store = storeOf({ a: slice(1), b: slice(5) });
  const moments = new Moments();
  assert.equal(moments.of("difference", store, "a", "b").picture, moments.of("difference", store, "a", "b").picture);
});

test("while one of both is missing there is no difference", () => {
  const moments = new Moments();
  assert.equal(moments.of("difference", storeOf({ a: slice(1) }), "a", "b").state, "loading");
  assert.equal(moments.of("difference", storeOf({ a: null, b: slice(1) }), "a", "b").message, "gone");
  assert.equal(moments.of("edited", storeOf({ a: slice(1) }), "a", ""), null);
  assert.equal(moments.of("edited", storeOf({ b: slice(1) }), undefined, "b"), null);
  assert.equal(moments.of("original", storeOf({}), undefined, ""), null);
});

test("no more differences are kept than one slice and its maps have", () => {
  const moments = new Moments();
  const store = storeOf(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`b${i}`, slice(i)]).concat([["a", slice(0)]])));
  for (let i = 0; i < 60; i++) moments.of("difference", store, "a", `b${i}`);
  assert.equal(moments.kept.pictures.size, 40);
});
