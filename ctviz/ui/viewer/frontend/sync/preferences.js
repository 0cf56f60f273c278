/**
 * How a reader likes heatmaps to look, kept by the browser over a reload.
 *
 * @typedef {import("../picture/view.js").HeatmapSettings} HeatmapSettings
 * @typedef {Pick<Storage, "getItem" | "setItem">} Store
 */

import { theme } from "../theme.js";
import { AS_FITS, PER_SCREEN } from "../widgets/layout.js";

const ADDRESS = "ctviz/heatmaps";

const isShare = (/** @type {unknown} */ value) => typeof value === "number" && value >= 0 && value <= 1;

/** What is kept, and which values make sense; the rest of the settings belongs to the moment. */
const KEPT = {
  opacity: isShare,
  threshold: isShare,
  sameScale: (/** @type {unknown} */ value) => typeof value === "boolean",
  perScreen: (/** @type {unknown} */ value) => [AS_FITS, ...PER_SCREEN].includes(/** @type {number} */ (value)),
  signedMap: (/** @type {unknown} */ value) => typeof value === "string" && Object.hasOwn(theme().maps.signed, value),
  absoluteMap: (/** @type {unknown} */ value) => typeof value === "string" && Object.hasOwn(theme().maps.absolute, value),
};

/**
 * What was kept; a browser without storage and damaged entries keep nothing.
 *
 * @param {Store | null} store
 * @returns {Partial<HeatmapSettings>}
 */
export function readPreferences(store) {
  try {
    const kept = JSON.parse(store?.getItem(ADDRESS) ?? "{}") ?? {};
    return Object.fromEntries(Object.entries(KEPT).flatMap(([name, fits]) => (fits(kept[name]) ? [[name, kept[name]]] : [])));
  } catch {
    return {};
  }
}

export class Preferences {
  /** @param {Store | null} store */
  constructor(store) {
    this.store = store;
    this.written = "";
  }

  /** @param {HeatmapSettings} settings */
  keep(settings) {
    const text = JSON.stringify(settings, Object.keys(KEPT));
    if (!this.store || text === this.written) return;
    this.written = text;
    try {
      this.store.setItem(ADDRESS, text);
    } catch {
      // The browser's storage is full or forbidden: the choice lives until the page is left.
    }
  }
}
