/**
 * Times inside the page, from an event to the first frame after which a condition holds.
 *
 * A frame's callbacks run in the order in which they were asked for, so that ours sees what the
 * board has drawn in the same frame.
 */

globalThis.stopwatch = {
  /** Milliseconds of what was timed last, or null while it goes on. */
  ms: null,

  /** Whether every pane shows a map, of ``count`` panes. */
  filled(count) {
    const panes = globalThis.ctvizBoard?.panes ?? [];
    return panes.length === count && panes.every(({ shown }) => shown === "map");
  },

  /** The texts of one metric's scores in all panes below a board. */
  scores(board, metric) {
    return [...board.querySelectorAll(`[data-testid^="score-"][data-testid$="-${metric}"] dd`)].map((text) => text.textContent);
  },

  /** Wait, frame by frame, until the condition holds; returns the time of that moment. */
  async until(condition) {
    do await new Promise(requestAnimationFrame);
    while (!condition());
    return performance.now();
  },

  /** Start at the next event of a kind, stop when the condition holds. */
  arm(kind, condition) {
    this.ms = null;
    const start = async () => {
      const started = performance.now();
      this.ms = (await this.until(condition)) - started;
    };
    addEventListener(kind, start, { capture: true, once: true });
  },

  /** Do something now, and return the milliseconds until the condition holds and until the next frame. */
  async time(act, condition) {
    const started = performance.now();
    act();
    const drawn = await this.until(condition);
    const next = await new Promise(requestAnimationFrame);
    return [drawn - started, next - started];
  },
};

/** When the page's board first appeared, and when its panes first showed maps, since the navigation. */
globalThis.arrival = { mounted: 0, filled: 0 };
(async () => {
  arrival.mounted = await stopwatch.until(() => globalThis.ctvizBoard);
  arrival.filled = await stopwatch.until(() => ctvizBoard.panes.length > 0 && stopwatch.filled(ctvizBoard.panes.length));
})();
