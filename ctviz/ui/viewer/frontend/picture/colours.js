/**
 * Heatmap colours: diverging for signed maps, sequential for absolute ones.
 *
 * Transparency falls with the value, so anatomy stays visible where nothing is claimed. Python's `ctviz/viz/images/heatmap.py`
 * paints the same pixels.
 *
 * @typedef {import("../theme.js").Colour} Colour
 * @typedef {{name: string, stops: Colour[]}} ColourMap  Equally spaced stops, low to high.
 */

import { channels, theme } from "../theme.js";

/** @type {Map<string, ColourMap>} */
const MADE = new Map();

/**
 * @param {"signed" | "absolute"} sign
 * @param {string} name
 * @returns {ColourMap}
 */
export function colourMap(sign, name) {
  let made = MADE.get(name);
  if (!made) MADE.set(name, (made = { name, stops: theme().maps[sign][name].stops.map(channels) }));
  return made;
}

/**
 * @param {ColourMap} map
 * @param {number} share  0 to 1 along the map.
 * @returns {Colour}
 */
export function colourAt({ stops }, share) {
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const low = Math.min(Math.floor(place), stops.length - 2);
  const mix = (/** @type {number} */ channel) =>
    Math.round(stops[low][channel] + (stops[low + 1][channel] - stops[low][channel]) * (place - low));
  return [mix(0), mix(1), mix(2)];
}

/**
 * The limit of one colour scale for all maps: the largest of the estimators' own.
 *
 * Controls are measured by that scale and do not set it: a map by chance reaches so far that it
 * would blank all others. Only where there is nothing but controls do they set it.
 *
 * @param {{control: boolean, robust: number | null}[]} maps  `robust` is null while a map is not there.
 */
export function commonLimit(maps) {
  const known = maps.filter(({ robust }) => robust !== null);
  const estimators = known.filter(({ control }) => !control);
  return Math.max(0, ...(estimators.length > 0 ? estimators : known).map(({ robust }) => Number(robust)));
}

/**
 * @typedef {object} HeatmapLook
 * @property {boolean} signed  Whether the sign is shown or only the magnitude.
 * @property {ColourMap} colours
 * @property {number} opacity  0 to 1, of the strongest value.
 * @property {number} threshold  Share of the limit below which nothing is shown.
 */

/**
 * Colour and opacity (0 to 1) of a value that is `share` of the limit.
 *
 * @param {number} share  -1 to 1; clipped beyond.
 * @param {HeatmapLook} look
 * @returns {{colour: Colour, alpha: number}}
 */
export function heat(share, { signed, colours, opacity, threshold }) {
  const magnitude = Math.min(1, Math.abs(share));
  const shown = magnitude > 0 && magnitude >= threshold;
  const place = signed ? 0.5 + (Math.sign(share) * magnitude) / 2 : magnitude;
  return { colour: colourAt(colours, place), alpha: shown ? opacity * magnitude ** theme().heatmap.power : 0 };
}

/**
 * What tells one look from another, in a few letters.
 *
 * @param {HeatmapLook} look
 */
export function lookSignature({ signed, colours, opacity, threshold }) {
  return `${signed} ${colours.name} ${opacity} ${threshold}`;
}

/**
 * RGBA of shares from -1 to 1 in even steps, zero in the middle.
 *
 * @param {HeatmapLook} look
 */
export function heatRamp(look) {
  const { steps } = theme().heatmap;
  return Uint32Array.from({ length: 2 * steps + 1 }, (_, i) => {
    const { colour, alpha } = heat((i - steps) / steps, look);
    return rgba(colour, alpha);
  });
}

/**
 * The look of what chance would show too.
 *
 * @param {HeatmapLook} look
 * @returns {HeatmapLook}
 */
export function faded(look) {
  return { ...look, opacity: look.opacity * theme().heatmap.faded };
}

/**
 * Colour quantised map values; nothing is shown of a map that is zero everywhere.
 *
 * @param {Int16Array} values
 * @param {number} share  What a quantised value of one is of the limit.
 * @param {Uint32Array} ramp
 * @param {Uint32Array} pixels
 * @param {{stronger: Int16Array, ramp: Uint32Array} | null} [chance]  Where the map is stronger than chance (not 0), and the
 *   colours elsewhere.
 */
export function paintHeat(values, share, ramp, pixels, chance = null) {
  if (!(share > 0) || !Number.isFinite(share)) {
    pixels.fill(0);
    return;
  }
  const { steps } = theme().heatmap;
  const factor = share * steps;
  const last = 2 * steps;
  for (let i = 0; i < values.length; i++) {
    const step = Math.round(values[i] * factor) + steps;
    const colours = chance && chance.stronger[i] === 0 ? chance.ramp : ramp;
    pixels[i] = colours[step < 0 ? 0 : step > last ? last : step];
  }
}

/**
 * @param {Colour} colour
 * @param {number} alpha
 */
export function rgba([red, green, blue], alpha) {
  return ((Math.round(alpha * 255) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * A limit as text of three significant digits.
 *
 * @param {number} value
 * @param {number} digits  Significant ones.
 */
export function limitText(value, digits = 3) {
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  const text = magnitude >= 0.001 && magnitude < 10000
    ? String(Number(value.toPrecision(digits)))
    : value.toExponential(1);
  return text.replaceAll("-", "−");
}

/**
 * Colour of a label: bright against grey and against the others.
 *
 * @param {number} label
 * @returns {Colour}
 */
export function labelColour(label) {
  const { labels } = theme().inks;
  return channels(labels[(label - 1) % labels.length]);
}

/**
 * @param {Colour} colour
 * @param {number} alpha
 */
export function css([red, green, blue], alpha = 1) {
  return `rgb(${red} ${green} ${blue} / ${alpha})`;
}
