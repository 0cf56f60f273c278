/**
 * Renders what Python asks for on its standard input, by the modules that run in the browser: heatmaps over slices as RGB.
 *
 * The canvas lays the one over the other there; here it is written out.
 */

import { readFileSync, writeSync } from "node:fs";

import { colourMap, faded, heatRamp, paintHeat } from "../../../ctviz/ui/viewer/frontend/picture/colours.js";
import { greyTable, lookUp } from "../../../ctviz/ui/viewer/frontend/picture/windowing.js";
import { takeTheme } from "../../../ctviz/ui/viewer/frontend/theme.js";

const { theme, pictures } = JSON.parse(readFileSync(0, "utf-8"));
takeTheme(theme);
const rgb = Buffer.concat(pictures.map(rendered));
for (let written = 0; written < rgb.length; ) written += writeSync(1, rgb, written);

function rendered({ slice, window, map, scale, limit, look, stronger }) {
  const grey = new Uint32Array(slice.length);
  lookUp(Int16Array.from(slice), greyTable(window, false), grey);

  const colours = colourMap(look.signed ? "signed" : "absolute", look.colours);
  const heat = new Uint32Array(map.length);
  const chance = stronger && { stronger: Int16Array.from(stronger), ramp: heatRamp(faded({ ...look, colours })) };
  paintHeat(Int16Array.from(map), scale / 32767 / limit, heatRamp({ ...look, colours }), heat, chance);

  const under = new Uint8Array(grey.buffer);
  const over = new Uint8Array(heat.buffer);
  return Uint8Array.from({ length: 3 * slice.length }, (_, i) => {
    const [pixel, channel] = [4 * Math.floor(i / 3), i % 3];
    const alpha = over[pixel + 3] / 255;
    return Math.round((1 - alpha) * under[pixel + channel] + alpha * over[pixel + channel]);
  });
}
