/**
 * Mouse on a picture: scroll, zoom, pan, window and level, and whatever the left button draws.
 *
 * @typedef {import("./types.js").Point} Point
 *
 * @typedef {object} Pen  What the left button does instead of changing the window.
 * @property {() => boolean} active
 * @property {(point: Point, event: PointerEvent) => void} down
 * @property {(point: Point, event: PointerEvent) => void} move
 * @property {() => void} up
 * @property {() => void} doubleClick
 *
 * @typedef {"draw" | "window" | "pan" | "zoom"} Drag
 */

const LINE_HEIGHT = 40;

/**
 * @param {import("./screen.js").Screen} screen
 * @param {import("./view.js").SharedView} view
 * @param {Pen | null} pen
 */
export function listen(screen, view, pen) {
  const { canvas } = screen;
  /** @type {{drag: Drag, x: number, y: number, anchor: Point} | null} */
  let held = null;

  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("auxclick", (event) => event.preventDefault());
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      if (held?.drag === "draw") return;
      const delta = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * LINE_HEIGHT;
      if (event.ctrlKey || event.metaKey) view.zoomBy(Math.exp(-delta / 400), screen.pointOf(event));
      else view.scroll(delta);
    },
    { passive: false },
  );

  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    const anchor = screen.pointOf(event);
    held = { drag: dragOf(event, pen), x: event.clientX, y: event.clientY, anchor };
    if (held.drag === "draw") pen?.down(anchor, event);
  });

  canvas.addEventListener("pointermove", (event) => {
    const point = screen.pointOf(event);
    if (held) drag(held, event, point);
    else if (pen?.active()) pen.move(point, event);
    view.pointAt(screen.pointOf(event));
  });

  const release = () => {
    if (held?.drag === "draw") pen?.up();
    held = null;
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => {
    if (!held) view.pointAt(null);
  });
  canvas.addEventListener("dblclick", () => pen?.doubleClick());

  /**
   * @param {NonNullable<typeof held>} from
   * @param {PointerEvent} event
   * @param {Point} point
   */
  function drag(from, event, point) {
    const right = event.clientX - from.x;
    const down = event.clientY - from.y;
    from.x = event.clientX;
    from.y = event.clientY;
    if (from.drag === "draw") pen?.move(point, event);
    if (from.drag === "window") view.adjustWindow(right, down);
    if (from.drag === "zoom") view.zoomBy(Math.exp(-down / 200), from.anchor);
    if (from.drag === "pan") view.panBy(right / screen.placement.scaleX, down / screen.placement.scaleY);
  }
}

/**
 * @param {PointerEvent} event
 * @param {Pen | null} pen
 * @returns {Drag}
 */
function dragOf(event, pen) {
  if (event.button === 1 || event.shiftKey) return "pan";
  if (event.button === 2) return "zoom";
  return pen?.active() ? "draw" : "window";
}
