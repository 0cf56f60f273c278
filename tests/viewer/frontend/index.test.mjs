import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import render from "../../../ctviz/ui/viewer/frontend/index.js";
import { theme } from "../../../ctviz/ui/viewer/frontend/theme.js";

const handed = JSON.parse(readFileSync(new URL("../../../ctviz/core/theme.json", import.meta.url), "utf-8"));

test("the theme is there from the first message on, whichever it is, and stays", () => {
  globalThis.document = { createElement: () => ({ getContext: () => ({}) }) };
  assert.throws(theme, /before Python has handed it over/);
  const parentElement = { isConnected: true };
  const ring = (facts) =>
    render({ data: { doorbell: true, theme: facts, receipt: { acknowledged: [], refused: {}, saved: null, met: "", session: "t", number: 1 }, address: "", scheme: "dark" }, key: "bell", parentElement, setTriggerValue: () => {} });
  ring(handed);
  ring({});
  assert.equal(theme(), handed);
});
