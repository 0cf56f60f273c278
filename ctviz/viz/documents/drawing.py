"""A printed chart on a page of a PDF: drawn with lines and letters, not as a picture."""

from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Transform
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from ctviz.viz.charts import Chart, printed
from ctviz.viz.charts.print.style import print_style
from ctviz.viz.documents.typefaces import SANS, cut, register

POINTS_AN_INCH = 72
BOLD = 600  # weights from here on


class ChartFlowable(Flowable):  # type: ignore[misc]
    """A chart that fits itself into the width and height it is given."""

    def __init__(self, chart: Chart, width: float, height: float) -> None:
        super().__init__()
        self.figure: Figure = printed(chart)
        self.figure.set_dpi(POINTS_AN_INCH)
        wide, tall = (float(side) * POINTS_AN_INCH for side in self.figure.get_size_inches())
        self.scale = min(width / wide, height / tall)
        self.width, self.height = wide * self.scale, tall * self.scale

    def wrap(self, *_: float) -> tuple[float, float]:
        """Return the size, whatever there is room for."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw the chart with its lower left corner at the origin."""
        self.canv.saveState()
        self.canv.scale(self.scale, self.scale)
        with print_style():
            self.figure.draw(CanvasRenderer(self.canv, self.figure))
        self.canv.restoreState()


class CanvasRenderer(RendererBase):
    """Draws what matplotlib asks for on reportlab's canvas, a point a pixel."""

    def __init__(self, canvas: Canvas, figure: Figure) -> None:
        super().__init__()
        register()
        self.canvas = canvas
        self.dpi = POINTS_AN_INCH
        self._size = tuple(float(side) * POINTS_AN_INCH for side in figure.get_size_inches())

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Return the figure's size in points."""
        return self._size[0], self._size[1]

    def flipy(self) -> bool:
        """Say that y grows upwards."""
        return False

    def draw_path(
        self,
        gc: GraphicsContextBase,
        path: Path,
        transform: Transform,
        rgbFace: Any = None,  # noqa: N803, ANN401 - matplotlib's name
    ) -> None:
        """Fill a path, stroke its outline, or both."""
        stroke = int(gc.get_linewidth() > 0 and to_rgba(gc.get_rgb())[3] > 0)
        fill = int(rgbFace is not None and (len(rgbFace) < 4 or rgbFace[3] > 0))
        if not stroke and not fill:
            return
        self.canvas.saveState()
        self._clip(gc)
        self._pen(gc, rgbFace if fill else None)
        self.canvas.drawPath(self._trace(path, transform), stroke=stroke, fill=fill)
        self.canvas.restoreState()

    def draw_text(  # noqa: PLR0913, PLR0917 - matplotlib's signature
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,  # noqa: ANN401, ARG002
        mtext: Any = None,  # noqa: ANN401, ARG002
    ) -> None:
        """Write a line of text from its baseline's left end."""
        weight = prop.get_weight()
        bold = weight in ("bold", "heavy", "black") or (
            not isinstance(weight, str) and weight >= BOLD
        )
        self.canvas.saveState()
        self.canvas.translate(x, y)
        self.canvas.rotate(angle)
        red, green, blue, _ = to_rgba(gc.get_rgb())
        self.canvas.setFillColorRGB(red, green, blue, gc.get_alpha())
        self.canvas.setFont(
            cut(SANS, bold=bold, italic=prop.get_style() != "normal"), prop.get_size_in_points()
        )
        self.canvas.drawString(0, 0, s)
        self.canvas.restoreState()

    def _pen(self, gc: GraphicsContextBase, face: Any) -> None:  # noqa: ANN401
        red, green, blue, opacity = to_rgba(gc.get_rgb())
        forced = gc.get_alpha() if gc.get_forced_alpha() else None
        self.canvas.setStrokeColorRGB(red, green, blue, opacity if forced is None else forced)
        if face is not None:
            red, green, blue, opacity = to_rgba(face)
            self.canvas.setFillColorRGB(red, green, blue, opacity if forced is None else forced)
        self.canvas.setLineWidth(gc.get_linewidth())
        self.canvas.setLineCap({"butt": 0, "round": 1, "projecting": 2}[gc.get_capstyle()])
        self.canvas.setLineJoin({"miter": 0, "round": 1, "bevel": 2}[gc.get_joinstyle()])
        offset, dashes = gc.get_dashes()
        if dashes is not None:
            self.canvas.setDash(np.asarray(dashes, np.float64).tolist(), float(offset))

    def _clip(self, gc: GraphicsContextBase) -> None:
        box = gc.get_clip_rectangle()
        if box is not None:
            frame = self.canvas.beginPath()
            frame.rect(*(float(side) for side in box.bounds))
            self.canvas.clipPath(frame, stroke=0, fill=0)
        path, transform = gc.get_clip_path()
        if path is not None:
            self.canvas.clipPath(self._trace(path, transform), stroke=0, fill=0)

    def _trace(self, path: Any, transform: Transform | None) -> Any:  # noqa: ANN401
        traced = self.canvas.beginPath()
        at = np.zeros(2)
        for points, code in path.iter_segments(transform or Affine2D(), curves=True):
            numbers = np.asarray(points, np.float64).tolist()
            if code == Path.MOVETO:
                traced.moveTo(*numbers)
            elif code == Path.LINETO:
                traced.lineTo(*numbers)
            elif code == Path.CURVE3:
                bend, end = np.array(numbers[:2]), np.array(numbers[2:])
                traced.curveTo(*(at + 2 / 3 * (bend - at)), *(end + 2 / 3 * (bend - end)), *end)
            elif code == Path.CURVE4:
                traced.curveTo(*numbers)
            elif code == Path.CLOSEPOLY:
                traced.close()
            at = np.array(numbers[-2:])
        return traced
