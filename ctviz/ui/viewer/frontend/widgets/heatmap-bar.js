/**
 * The bar above the panes: how all heatmaps look, and the order of the panes.
 *
 * @typedef {import("../sync/types.js").PaneView} PaneView
 * @typedef {import("../picture/view.js").SharedView} SharedView
 */

import { theme } from "../theme.js";
import { AS_FITS, PER_SCREEN } from "./layout.js";
import { chooser, element, iconButton, setText, slider } from "./dom.js";
import { shownKey, withKey } from "./keys.js";

export const AS_CHOSEN = "";

export class HeatmapBar {
  /**
   * @param {SharedView} view
   * @param {HTMLElement} saving  The menu that takes the view home.
   * @param {{sort: (score: string) => void, perScreen: (count: number) => void}} arrange  Lets panes stand in another way.
   */
  constructor(view, saving, { sort, perScreen }) {
    this.view = view;
    const share = { low: 0, high: 100, step: 1 };
    const percent = (/** @type {number} */ value) => `${value} %`;
    this.eye = iconButton("flame", withKey("Hide or show heatmaps", "heatmaps"), "toggle-heatmaps", () =>
      view.setHeatmaps({ visible: !view.heatmaps.visible }),
    );
    this.signed = this.choice("sign-signed", "Signed", "What speaks for the class and what speaks against it", { signed: true });
    this.absolute = this.choice("sign-absolute", "Absolute", "How much a pixel matters, whichever way", { signed: false });
    this.pixels = this.choice("unit-pixels", "Pixels", "Importance of each pixel", { regions: false });
    this.regions = this.choice("unit-regions", "Regions", "Importance of the slice's regions (XRAI), by the same map", { regions: true });
    this.colours = chooser("Colours of heatmaps", "colours", (name) =>
      view.setHeatmaps(view.heatmaps.signed ? { signedMap: name } : { absoluteMap: name }),
    );
    this.opacity = slider({
      title: "Opacity", help: "Opacity of the strongest value; weaker ones are more transparent", testId: "opacity",
      range: share, text: percent, changed: (value) => view.setHeatmaps({ opacity: value / 100 }),
    });
    this.threshold = slider({
      title: "Threshold", help: "Values below this share of the scale are not shown", testId: "threshold",
      range: { ...share, high: 95 }, text: percent, changed: (value) => view.setHeatmaps({ threshold: value / 100 }),
    });
    this.same = element("input", { type: "checkbox", "data-testid": "same-scale" });
    this.same.addEventListener("change", () => view.setHeatmaps({ sameScale: this.same.checked }));
    this.sort = chooser("Order of the panes", "sort", sort);
    this.perScreen = chooser(`Maps on a screen ( ${shownKey("density", -1)} fewer, ${shownKey("density", 1)} more )`, "per-screen", (count) => perScreen(Number(count)));
    this.busy = element("span", { class: "busy", role: "status", "data-testid": "busy" });
    this.root = element("div", { class: "bar", role: "toolbar", "aria-label": "Heatmaps" }, [
      element("div", { class: "group" }, [this.eye]),
      element("div", { class: "group joined", role: "group", "aria-label": "Sign" }, [this.signed, this.absolute]),
      element("div", { class: "group joined", role: "group", "aria-label": "Pixels or regions" }, [this.pixels, this.regions]),
      this.colours.select,
      this.opacity.box,
      this.threshold.box,
      element("label", { class: "check", title: "One colour scale for all panes; their units differ, so compare with care" }, [this.same, "Same scale"]),
      element("label", { class: "check" }, [element("span", { class: "word" }, ["Sort"]), this.sort.select]),
      this.perScreen.select,
      this.busy,
      saving,
    ]);
  }

  /**
   * @param {string} testId
   * @param {string} text
   * @param {string} title
   * @param {Partial<import("../picture/view.js").HeatmapSettings>} settings
   */
  choice(testId, text, title, settings) {
    const button = element("button", { type: "button", title, "data-testid": testId }, [text]);
    button.addEventListener("click", () => this.view.setHeatmaps(settings));
    return button;
  }

  /**
   * @param {PaneView[]} panes
   * @param {string} sorted
   * @param {string | null} busy
   * @param {string | null} idleChecks
   */
  draw(panes, sorted, busy, idleChecks) {
    const { heatmaps } = this.view;
    this.eye.setAttribute("aria-pressed", String(heatmaps.visible));
    this.signed.setAttribute("aria-pressed", String(heatmaps.signed));
    this.absolute.setAttribute("aria-pressed", String(!heatmaps.signed));
    this.pixels.setAttribute("aria-pressed", String(!heatmaps.regions));
    this.regions.setAttribute("aria-pressed", String(heatmaps.regions));
    const maps = theme().maps[heatmaps.signed ? "signed" : "absolute"];
    this.colours.show(
      Object.entries(maps).map(([name, { title }]) => [name, title]),
      heatmaps.signed ? heatmaps.signedMap : heatmaps.absoluteMap,
    );
    this.opacity.show(Math.round(heatmaps.opacity * 100));
    this.threshold.show(Math.round(heatmaps.threshold * 100));
    this.same.checked = heatmaps.sameScale;
    this.sort.show([[AS_CHOSEN, "as chosen"], ...scoreTitles(panes)], sorted);
    this.perScreen.show(
      [[String(AS_FITS), "as many as fit"], ...PER_SCREEN.map((count) => /** @type {[string, string]} */ ([String(count), `${count} maps a screen`]))],
      String(heatmaps.perScreen),
    );
    this.busy.classList.toggle("calm", busy === null);
    this.busy.title = busy === null && idleChecks ? "Found out while there is nothing else to do: other fills, and whether the estimators notice that the model forgets." : "";
    setText(this.busy, busy ?? idleChecks ?? "");
  }
}

/**
 * Every score that some pane has.
 *
 * @param {PaneView[]} panes
 * @returns {[string, string][]}
 */
function scoreTitles(panes) {
  return [...new Map(panes.flatMap((pane) => pane.scores.map(({ id, title }) => [id, title])))];
}

/**
 * Panes by a score, best first; those without it last, in their given order.
 *
 * @param {PaneView[]} panes
 * @param {string} score  Id of a score, or empty for the given order.
 * @param {number} abreast  So many after one another stay together, and the first stands for them.
 */
export function sortPanes(panes, score, abreast = 1) {
  if (score === AS_CHOSEN) return panes;
  const rank = (/** @type {PaneView} */ pane) => {
    const found = pane.scores.find(({ id }) => id === score);
    const value = found && !found.why ? Number.parseFloat(found.text.replace("−", "-")) : NaN;
    if (Number.isNaN(value)) return Infinity;
    return found?.better === "lower" ? value : -value;
  };
  return panes
    .filter((_, place) => place % abreast === 0)
    .map((pane, group) => ({ group: panes.slice(group * abreast, (group + 1) * abreast), key: rank(pane) }))
    .sort((a, b) => (a.key === b.key ? 0 : a.key - b.key))
    .flatMap(({ group }) => group);
}
