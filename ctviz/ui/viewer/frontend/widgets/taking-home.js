/**
 * What the board says of itself when it is taken home, and how it leaves the browser.
 *
 * @typedef {import("../picture/scene.js").Scene} Scene
 * @typedef {import("./pane.js").Pane} Pane
 */

/**
 * @param {import("../sync/types.js").BoardData} data
 * @param {Scene} scene
 * @returns {string[]}
 */
export function headingOf(data, scene) {
  const { view, grid } = scene;
  const { width, level } = view.window;
  const look = `W ${Math.round(width)} L ${Math.round(level)}${grid.hounsfield ? " HU" : ""}`.replace("-", "−");
  const how = `${view.heatmaps.signed ? "signed" : "absolute"} importance of ${view.heatmaps.regions ? "regions" : "pixels"}`;
  const dashed = data.reference && view.drawingVisible ? ` · dashed: ${data.reference.name}` : "";
  return [
    `${grid.id} · slice ${view.slice + 1} of ${view.count}`,
    ...(scene.moment === "original" ? [] : [`This is no scan: ${data.edit?.words} (${scene.moment}).`]),
    ...(view.slice === scene.answered.slice ? data.caption : []),
    `${look} · ${how}${dashed}`,
  ];
}

/**
 * @param {Scene} scene
 * @param {Pane[]} panes
 * @param {ReturnType<import("./board.js").Board["heatmaps"]>} heatmaps
 * @returns {import("../picture/sheet.js").Tile[]}
 */
export function tilesOf(scene, panes, heatmaps) {
  const slice = { title: "Slice", lines: [], paint: scene.paint.bind(scene) };
  return [
    slice,
    ...panes.map((pane) => {
      const heatmap = heatmaps.of(pane);
      return {
        title: [pane.pane?.title, pane.pane?.control ? "(control)" : "", pane.pane?.model && `· ${pane.pane.model} ${pane.pane.modelTitle}`].filter(Boolean).join(" "),
        lines: [heatmap.picture ? "" : "No map of this slice yet.", scene.scoresFit ? scoresOf(pane) : ""].filter(Boolean),
        paint: (/** @type {import("../picture/plate.js").Plate} */ plate) => pane.paint(plate, scene, heatmap),
      };
    }),
  ];
}

/** @param {Pane} pane  Scores are not broken within. */
function scoresOf({ pane }) {
  const said = (pane?.scores ?? []).map(({ title, better, text }) => `${title} ${better === "higher" ? "↑" : "↓"} ${text}`);
  return said.map((score) => score.replaceAll(" ", "\u00a0")).join(" · ");
}

/**
 * @param {Blob} content
 * @param {string} name
 */
export function download(content, name) {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/**
 * Put a text on the clipboard, which only a page of this machine or over HTTPS may.
 *
 * @param {string} text
 * @returns {Promise<string>}
 */
export async function copied(text) {
  if (!navigator.clipboard) throw new Error("This browser does not let the page copy; copy the address bar.");
  await navigator.clipboard.writeText(text);
  return "link copied";
}
