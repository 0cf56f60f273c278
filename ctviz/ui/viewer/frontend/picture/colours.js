/**
 * Heatmap colours: diverging for signed maps, sequential for absolute ones.
 *
 * Transparency falls with the value, so anatomy stays visible where nothing is claimed.
 *
 * @typedef {[number, number, number]} Colour
 * @typedef {{title: string, stops: Colour[]}} ColourMap  Equally spaced stops, low to high.
 */

/**
 * Negative to positive, the middle is zero. Blue against orange, teal against pink and
 * violet against green are told apart in every common colour-vision deficiency.
 *
 * @type {Record<string, ColourMap>}
 */
export const SIGNED_MAPS = {
  "blue-orange": {
    title: "Blue – orange",
    stops: [[0, 205, 255], [20, 110, 255], [110, 110, 125], [255, 85, 0], [255, 175, 0]],
  },
  "teal-pink": {
    title: "Teal – pink",
    stops: [[0, 235, 175], [0, 165, 130], [120, 120, 120], [215, 40, 140], [255, 95, 195]],
  },
  "violet-yellow": {
    title: "Violet – yellow",
    stops: [[185, 110, 255], [130, 55, 225], [120, 110, 120], [205, 165, 0], [255, 225, 0]],
  },
};

/**
 * Zero to the largest magnitude. Plasma, inferno, viridis: S. van der Walt and N. Smith, CC0;
 * cividis: Nuñez et al., PLoS ONE 2018, doi:10.1371/journal.pone.0199239.
 *
 * @type {Record<string, ColourMap>}
 */
export const ABSOLUTE_MAPS = {
  plasma: {
    title: "Plasma",
    stops: [
      [13, 8, 135], [76, 2, 161], [126, 3, 168], [170, 35, 149], [204, 71, 120],
      [230, 108, 92], [248, 149, 64], [253, 197, 39], [240, 249, 33],
    ],
  },
  inferno: {
    title: "Inferno",
    stops: [
      [0, 0, 4], [31, 12, 72], [85, 15, 109], [136, 34, 106], [186, 54, 85],
      [227, 89, 51], [249, 140, 10], [249, 201, 50], [252, 255, 164],
    ],
  },
  viridis: {
    title: "Viridis",
    stops: [
      [68, 1, 84], [71, 45, 123], [59, 82, 139], [44, 114, 142], [33, 145, 140],
      [40, 174, 128], [94, 201, 98], [173, 220, 48], [253, 231, 37],
    ],
  },
  cividis: {
    title: "Cividis",
    stops: [
      [0, 34, 78], [35, 62, 108], [87, 92, 109], [124, 123, 120], [165, 156, 116],
      [208, 193, 95], [254, 232, 56],
    ],
  },
};

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
  return { colour: colourAt(colours, place), alpha: shown ? opacity * magnitude : 0 };
}

/** Steps of a ramp on either side of zero. */
export const STEPS = 512;

/**
 * RGBA of shares from -1 to 1 in even steps, zero in the middle.
 *
 * @param {HeatmapLook} look
 */
export function heatRamp(look) {
  return Uint32Array.from({ length: 2 * STEPS + 1 }, (_, i) => {
    const { colour, alpha } = heat((i - STEPS) / STEPS, look);
    return rgba(colour, alpha);
  });
}

/**
 * Colour quantised map values; nothing is shown of a map that is zero everywhere.
 *
 * @param {Int16Array} values
 * @param {number} share  What a quantised value of one is of the limit.
 * @param {Uint32Array} ramp
 * @param {Uint32Array} pixels
 */
export function paintHeat(values, share, ramp, pixels) {
  if (!(share > 0) || !Number.isFinite(share)) {
    pixels.fill(0);
    return;
  }
  const factor = share * STEPS;
  const last = 2 * STEPS;
  for (let i = 0; i < values.length; i++) {
    const step = Math.round(values[i] * factor) + STEPS;
    pixels[i] = ramp[step < 0 ? 0 : step > last ? last : step];
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
 * Colours of labels, bright against grey and against each other (Okabe and Ito, 2008).
 *
 * @type {Colour[]}
 */
export const LABEL_COLOURS = [
  [0, 230, 160], [255, 105, 180], [86, 180, 233], [240, 228, 66], [230, 159, 0], [205, 140, 255],
];

/**
 * @param {number} label
 * @returns {Colour}
 */
export function labelColour(label) {
  return LABEL_COLOURS[(label - 1) % LABEL_COLOURS.length];
}

/** @param {Colour} colour */
export function css([red, green, blue]) {
  return `rgb(${red}, ${green}, ${blue})`;
}
