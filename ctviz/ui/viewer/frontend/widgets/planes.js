/**
 * The coronal and the sagittal view beneath the large picture, and what a reader must know of them.
 */

import { CrossPane } from "./cross-pane.js";
import { element, setText } from "./dom.js";

export class PlanesRow {
  /** @param {import("../sync/session.js").Session} session */
  constructor(session) {
    this.session = session;
    const { row, column } = session.planes.views;
    this.panes = [row, column].map((view) => new CrossPane(view, () => this.enlarge(view.along)));
    this.note = element("p", { class: "note", "data-testid": "planes-note" });
    this.pictures = element("div", { class: "pictures" }, this.panes.map(({ root }) => root));
    this.root = element("div", { class: "planes", "data-testid": "planes" }, [this.pictures, this.note]);
    this.root.hidden = true;
    /** The plane that has the room of both and of the slice, or null. @type {string | null} */
    this.enlarged = null;
  }

  /** @param {string | null} along */
  enlarge(along) {
    this.enlarged = this.enlarged === along ? null : along;
    for (const { root, view } of this.panes) root.classList.toggle("enlarged", view.along === this.enlarged);
    this.session.changed();
  }

  draw() {
    const { planes, scene, hand, pictures } = this.session;
    this.root.hidden = !planes.shown;
    if (!planes.shown) return;
    for (const pane of this.panes) pane.draw(scene, pictures, hand.busy);
    setText(this.note, planes.notes.join(" "));
    this.note.hidden = planes.notes.length === 0;
  }

  /** What tests and benchmarks may look at. */
  inspect() {
    const { planes } = this.session;
    const of = (/** @type {import("../picture/cross-view.js").CrossView} */ view) => ({
      at: view.at, took: view.took, here: view.lines.here, zoom: view.zoom, crossed: view.crossed, cursor: view.cursor, value: view.value,
      grid: view.crossing?.grid ?? null, drawn: view.kept.drawing.paths.map(({ label }) => label),
    });
    return { shown: planes.shown, step: planes.step, row: of(planes.views.row), column: of(planes.views.column) };
  }

  close() {
    for (const pane of this.panes) pane.close();
  }
}
