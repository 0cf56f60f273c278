/**
 * Mouse, finger or stylus on a picture: scroll, zoom, pan, window and level, and whatever the left button draws.
 *
 * What is held ends in any case: when the button is released, wherever that is, and when the picture, the window or the
 * system takes the pointer away.
 *
 * @typedef {import("../sync/types.js").Point} Point
 *
 * @typedef {object} LeftButton  What the left button does instead of changing the window.
 * @property {(point: Point) => boolean} active  Whether it does, at a point.
 * @property {(point: Point, event: PointerEvent) => void} down
 * @property {(point: Point, event: PointerEvent) => void} move
 * @property {() => void} up
 * @property {() => void} doubleClick
 *
 * @typedef {object} Looked  What is looked at.
 * @property {(delta: number) => void} scroll  By a wheel, in CSS pixels.
 * @property {(factor: number, anchor: Point) => void} zoomBy
 * @property {(columns: number, rows: number) => void} panBy
 * @property {(right: number, down: number) => void} adjustWindow
 * @property {(point: Point | null) => void} pointAt
 *
 * @typedef {"draw" | "window" | "pan" | "zoom"} Drag
 */

const LINE_HEIGHT = 40;

/**
 * @param {import("../picture/screen.js").Screen} screen
 * @param {Looked} view
 * @param {LeftButton | null} brush
 * @returns {() => void}  Stops listening; what is held ends.
 */
export function listen(screen, view, brush) {
  const { canvas } = screen;
  /** @type {{drag: Drag, pointer: number, x: number, y: number, anchor: Point} | null} */
  let held = null;

  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener("auxclick", (event) => event.preventDefault());
  canvas.addEventListener(
    "wheel",
    (event) => {
      // The page scrolls already, by a wheel that was not over a picture; now one has come beneath it.
      if (!event.cancelable) return;
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
    // A second finger, or the palm of the hand, does not disturb the first.
    if (held && held.pointer !== event.pointerId && !event.isPrimary) return;
    release();
    capture(canvas, event.pointerId);
    const anchor = screen.pointOf(event);
    held = { drag: dragOf(event, anchor, brush), pointer: event.pointerId, x: event.clientX, y: event.clientY, anchor };
    if (held.drag === "draw") brush?.down(anchor, event);
  });

  canvas.addEventListener("pointermove", (event) => {
    if (held && held.pointer !== event.pointerId) return;
    if (held && event.buttons === 0 && event.pointerType === "mouse") release();
    const point = screen.pointOf(event);
    if (held) drag(held, event, point);
    view.pointAt(point);
  });

  const release = () => {
    const drawn = held?.drag === "draw";
    held = null;
    if (drawn) brush?.up();
  };
  const releaseOwn = (/** @type {PointerEvent} */ event) => {
    if (held?.pointer === event.pointerId) release();
  };
  canvas.addEventListener("lostpointercapture", releaseOwn);
  window.addEventListener("pointerup", releaseOwn);
  window.addEventListener("pointercancel", releaseOwn);
  window.addEventListener("blur", release);
  canvas.addEventListener("pointerleave", () => {
    if (!held) view.pointAt(null);
  });
  canvas.addEventListener("dblclick", () => brush?.doubleClick());

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
    if (from.drag === "draw") pointsOf(screen, event).forEach((passed) => brush?.move(passed, event));
    if (from.drag === "window") view.adjustWindow(right, down);
    if (from.drag === "zoom") view.zoomBy(Math.exp(-down / 200), from.anchor);
    if (from.drag === "pan") view.panBy(right / screen.placement.scaleX, down / screen.placement.scaleY);
  }

  return () => {
    release();
    window.removeEventListener("pointerup", releaseOwn);
    window.removeEventListener("pointercancel", releaseOwn);
    window.removeEventListener("blur", release);
  };
}

/**
 * Follow the pointer beyond the picture; one that is gone already cannot be followed.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} pointer
 */
function capture(canvas, pointer) {
  try {
    canvas.setPointerCapture(pointer);
  } catch {
    // What is held ends with the next event of any pointer.
  }
}

/**
 * Where the pointer was since the last event: a busy browser tells several moves at once.
 *
 * @param {import("../picture/screen.js").Screen} screen
 * @param {PointerEvent} event
 */
function pointsOf(screen, event) {
  const passed = event.getCoalescedEvents?.() ?? [];
  return (passed.length ? passed : [event]).map((part) => screen.pointOf(part));
}

/**
 * @param {PointerEvent} event
 * @param {Point} point
 * @param {LeftButton | null} brush
 * @returns {Drag}
 */
function dragOf(event, point, brush) {
  if (event.button === 1 || event.shiftKey) return "pan";
  if (event.button === 2) return "zoom";
  return brush?.active(point) ? "draw" : "window";
}
