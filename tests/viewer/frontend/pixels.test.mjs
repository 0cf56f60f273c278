import assert from "node:assert/strict";
import test, { beforeEach, mock } from "node:test";

import { PixelStore } from "../../../ctviz/ui/viewer/frontend/picture/pixels.js";

const COUNT = 6;
const settled = () => new Promise((done) => setImmediate(done));

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

/** A store whose server answers when told to. */
function storeWith(answer, options = {}) {
  const asked = [];
  const store = new PixelStore({
    bytes: 1000,
    noun: "slice",
    changed: () => {},
    request: async (url) => {
      asked.push(url);
      return answer(url);
    },
    ...options,
  });
  return { store, asked };
}

const pixels = (first, headers = {}) => new Response(Int16Array.of(first, 1, 2, 3, 4, 5).buffer, { headers });

test("pictures come with their values, scale and robust limit", async () => {
  const { store } = storeWith(() => pixels(-1024, { "X-Scale": "0.25", "X-Robust": "0.125" }));
  store.want(["/map"], COUNT);
  await settled();
  const { state, picture } = store.get("/map");
  assert.equal(state, "ready");
  assert.deepEqual([...picture.values], [-1024, 1, 2, 3, 4, 5]);
  assert.deepEqual([picture.scale, picture.robust, picture.position], [0.25, 0.125, NaN]);
});

test("a slice comes with its place in the patient, which may be zero", async () => {
  const { store } = storeWith(() => pixels(0, { "X-Position": "-0.00" }));
  store.want(["/1"], COUNT);
  await settled();
  assert.equal(Math.abs(store.get("/1").picture.position), 0);
});

test("the most wanted are asked for first and only a few at once", async () => {
  const waiting = [];
  const { store, asked } = storeWith(() => new Promise((done) => waiting.push(() => done(pixels(0)))), { concurrency: 2 });
  store.want(["/1", "/2", "/3", "/4"], COUNT);
  assert.deepEqual(asked, ["/1", "/2"]);
  store.want(["/9", "/1"], COUNT);
  waiting.shift()();
  await settled();
  assert.deepEqual(asked, ["/1", "/2", "/9"]);
});

test("each picture is fetched once", async () => {
  const { store, asked } = storeWith(() => pixels(0));
  for (let i = 0; i < 3; i++) {
    store.want(["/1", "/2"], COUNT);
    await settled();
  }
  assert.deepEqual(asked, ["/1", "/2"]);
});

test("memory stays bounded and the unwanted go first", async () => {
  const { store } = storeWith(() => pixels(0), { bytes: 3 * 2 * COUNT });
  for (const urls of [["/1", "/2", "/3", "/4", "/5"], ["/5", "/6", "/7"]]) {
    store.want(urls, COUNT);
    await settled();
    assert.ok(store.holdings.size <= 3);
  }
  assert.deepEqual([...store.holdings.keys()].sort(), ["/5", "/6", "/7"]);
});

for (const [problem, answer, words] of [
  ["a refusal", () => new Response("", { status: 404 }), /the server answered 404/],
  ["a wrong length", () => new Response(new ArrayBuffer(10)), /10 bytes came instead of 12/],
  ["a dead server", () => Promise.reject(new TypeError("network")), /cannot be reached/],
]) {
  test(`${problem} is said in a sentence and asked again only when forgiven`, async () => {
    const { store, asked } = storeWith(answer);
    store.want(["/1"], COUNT);
    await settled();
    assert.match(store.get("/1").message, words);
    store.want(["/1"], COUNT);
    assert.equal(asked.length, 1);
    store.forgive(["/1"]);
    store.want(["/1"], COUNT);
    await settled();
    assert.equal(asked.length, 2);
  });
}

test("a server that could not be reached is asked again by itself", async () => {
  const answers = [() => Promise.reject(new TypeError("network")), () => pixels(7)];
  const { store } = storeWith(() => answers.shift()());
  store.want(["/1"], COUNT);
  await settled();
  assert.equal(store.get("/1").state, "failed");
  mock.timers.tick(3000);
  await settled();
  assert.equal(store.get("/1").state, "ready");
});

test("a picture that failed is asked for again once it was not wanted for a while", async () => {
  let there = false;
  const { store, asked } = storeWith(() => (there ? pixels(7) : new Response("", { status: 404 })));
  store.want(["/map"], COUNT);
  await settled();
  store.want(["/map"], COUNT);
  await settled();
  assert.deepEqual([store.get("/map").state, asked.length], ["failed", 1]);
  there = true;
  store.want([], COUNT);
  store.want(["/map"], COUNT);
  await settled();
  assert.deepEqual([store.get("/map").state, asked.length], ["ready", 2]);
});
