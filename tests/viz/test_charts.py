from dataclasses import replace
from io import BytesIO

import matplotlib as mpl
import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from PIL import Image

from ctviz.core.theme import THEME
from ctviz.viz import png
from ctviz.viz.charts import (
    Axis,
    CriticalDifference,
    CurveChart,
    Dots,
    HeatTable,
    LabelledPoint,
    Line,
    Mark,
    Multiples,
    Picture,
    Placed,
    Row,
    Scatter,
    Slope,
    Slopes,
    chart_file,
    interactive,
    printed,
    save_chart,
)
from ctviz.viz.charts.model.difference import Diagram
from ctviz.viz.charts.model.labels import LED_REACHES, beside, spread
from ctviz.viz.charts.model.rows import many_colours, many_markers, mark_names, spans, standing

NAMES = ("SmoothGrad", "LRP-ε", "Integrated gradients, black and white", "<b>Random & co</b>")
PLACES = (("gradients", 0), ("backward rules", 1), ("gradients", 2), ("control", 0))
LOOKS = {name: THEME.look(*place) for name, place in zip(NAMES, PLACES, strict=True)}
X = (0.0, 0.5, 1.0)
FIDELITY = Axis("Fidelity", better="higher")


def curves():
    lines = tuple(
        Line(n, X, (0.9, 0.4, i / 10), (0.8, 0.3, 0.0), (1.0, 0.5, 0.4), LOOKS[n])
        for i, n in enumerate(NAMES)
    )
    guide = Line("guessing", (0.0, 1.0), (0.5, 0.5), faint=True)
    share = Axis("Share removed", percent=True, span=(0.0, 1.0))
    return CurveChart("CurveChart", "How to read it.", share, FIDELITY, (*lines, guide))


def dots():
    rows = tuple(
        Row(
            name,
            (
                Mark("absolute", 0.2 * i, 0.1 * i, 0.3 * i, LOOKS[name]),
                Mark("signed", None, look=replace(LOOKS[name], hollow=True), why="Empty <region>."),
            ),
            "control" if LOOKS[name].control else "",
            LOOKS[name].control,
        )
        for i, name in enumerate(NAMES)
    )
    return Dots("Dots", "How to read it.", FIDELITY, rows, guide=0.1)


def joined():
    """Each row's marks on one line, told apart by shapes that mean the same in all rows."""
    shapes = (("zero", "square", False), ("one", "square", True), ("mean", "x-thin", True))
    rows = tuple(
        Row(
            name,
            tuple(
                Mark(
                    kind, 0.1 * i + 0.2 * n, look=replace(LOOKS[name], marker=shape, hollow=hollow)
                )
                for n, (kind, shape, hollow) in enumerate(shapes)
            ),
        )
        for i, name in enumerate(NAMES)
    )
    return Dots("Joined", "How to read it.", FIDELITY, rows, joined=True)


def slopes():
    ranks = ((1.0, 2.5, 4.0), (2.0, 2.5, None), (3.0, 1.0, 2.0), (4.0, 4.0, 1.0))
    each = zip(NAMES, ranks, strict=True)
    return Slopes(
        "Slopes",
        "How to read it.",
        ("Fidelity", "AUROC", "Dice"),
        tuple(Slope(n, r, LOOKS[n]) for n, r in each),
    )


def scatter():
    points = tuple(
        LabelledPoint(n, 0.1 * i, 0.5, (0.0, 0.2 * i), (0.4, 0.6), LOOKS[n])
        for i, n in enumerate(NAMES)
    )
    return Scatter("Scatter", "How to read it.", FIDELITY, Axis("Time", "lower", "s"), points)


def difference():
    placed = tuple(Placed(n, 1.0 + i, LOOKS[n]) for i, n in enumerate(NAMES))
    return CriticalDifference("Difference", "How to read it.", placed, 1.4, ((1.0, 2.0),))


def heat(scale="share"):
    values = tuple(tuple(None if i < j else (i - j) / 4 for j in range(4)) for i in range(4))
    return HeatTable("Heat", "How to read it.", "Rank", "", NAMES, NAMES, values, scale)


def picture(rows=6, columns=8):
    pixels = np.arange(rows * columns * 3, dtype=np.uint8).reshape(rows, columns, 3)
    return Picture("Picture", "How to read it.", png(pixels))


CHARTS = {
    "curves": curves(),
    "dots": dots(),
    "joined": joined(),
    "missing": replace(curves(), lines=(), missing="Draw a region to see this."),
    "slopes": slopes(),
    "scatter": scatter(),
    "difference": difference(),
    "heat": heat(),
    "p-values": heat("p"),
    "correlations": heat("correlation"),
    "multiples": Multiples("Many", "How to read it.", (curves(), scatter(), dots()), 2),
    "picture": picture(),
    "pictures": Multiples("Pictures", "How to read them.", (picture(), picture(4, 4)), 3),
}
every_chart = pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS.keys())


@every_chart
def test_every_kind_is_drawn_for_the_page(chart):
    figure = interactive(chart)
    assert isinstance(figure, go.Figure)
    assert figure.layout.paper_bgcolor == "rgba(0, 0, 0, 0)"
    assert chart.title in figure.layout.title.text
    assert chart.note in figure.layout.title.text
    assert figure.to_json()


@every_chart
def test_every_kind_is_drawn_for_print(chart):
    figure = printed(chart)
    assert isinstance(figure, Figure)
    figure.draw_without_rendering()


@every_chart
def test_equal_charts_give_equal_files(chart):
    assert chart_file(chart, "svg") == chart_file(replace(chart), "svg")


def test_equal_charts_give_equal_pdf_and_png():
    for kind in ("pdf", "png"):
        assert chart_file(CHARTS["dots"], kind) == chart_file(dots(), kind)


@every_chart
def test_an_svg_keeps_its_text_as_text_and_no_date(chart):
    svg = chart_file(chart, "svg").decode()
    assert f">{chart.title}</text>" in svg
    assert "<dc:date>" not in svg


def test_markup_in_names_is_shown_and_not_obeyed():
    for chart in CHARTS.values():
        figure = interactive(chart)
        texts = [note.text or "" for note in figure.layout.annotations]
        texts += [trace.hovertemplate or "" for trace in figure.data]
        texts += [trace.name or "" for trace in figure.data]
        for axis in figure.select_yaxes():
            texts += axis.ticktext or ()
        assert not any("<b>Random" in text for text in texts)


def test_axes_say_unit_and_direction():
    assert Axis("Distance", "lower", "mm").label == "Distance (mm), lower is better"
    figure = printed(CHARTS["scatter"])
    (axes,) = figure.axes
    assert axes.get_xlabel() == "Fidelity, higher is better"
    assert axes.get_ylabel() == "Time (s), lower is better"
    shown = interactive(CHARTS["scatter"])
    assert shown.layout.yaxis.title.text == "Time (s), lower is better"


def test_a_png_has_300_dots_an_inch():
    with Image.open(BytesIO(chart_file(CHARTS["slopes"], "png"))) as picture:
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert picture.width >= 7 * 300 - 1


def test_charts_are_saved_as_each_kind_of_file(tmp_path):
    save_chart(CHARTS["dots"], tmp_path / "figures", "ranking", ("svg", "pdf"))
    starts = {path.suffix: path.read_bytes()[:5] for path in (tmp_path / "figures").iterdir()}
    assert starts == {".svg": b"<?xml", ".pdf": b"%PDF-"}


def test_drawing_leaves_the_rules_of_matplotlib_alone():
    before = dict(mpl.rcParams)
    chart_file(CHARTS["curves"], "svg")
    assert dict(mpl.rcParams) == before


def test_marks_whose_look_is_the_rows_are_named_by_a_plain_dot_in_plain_ink():
    assert many_colours(CHARTS["dots"]) == many_markers(CHARTS["dots"]) == {"absolute", "signed"}


def test_marks_whose_shape_means_something_are_named_by_it():
    assert many_colours(joined()) == {"zero", "one", "mean"}
    assert many_markers(joined()) == frozenset()
    assert {n: look.marker for n, look in mark_names(joined()).items()} == {
        "zero": "square",
        "one": "square",
        "mean": "x-thin",
    }
    entries = [trace for trace in interactive(joined()).data if trace.showlegend]
    assert [trace.marker.symbol for trace in entries] == ["square", "square-open", "x-thin-open"]


def test_marks_dodge_one_another_unless_they_are_joined():
    assert [at for at, _, _ in standing(dots())][:4] == pytest.approx([-0.2, 0.2, 0.8, 1.2])
    assert [at for at, _, _ in standing(joined())] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    ends = [(at, low, high) for at, (low, high), _ in spans(joined())]
    assert ends == [(n, pytest.approx(0.1 * n), pytest.approx(0.1 * n + 0.4)) for n in range(4)]
    assert not list(spans(dots()))


def test_a_line_beside_another_is_dotted_and_not_named_again():
    first, second = (Line("A", X, X, beside=beside) for beside in (False, True))
    chart = replace(curves(), lines=(first, second))
    shown = interactive(chart).data
    assert [(t.showlegend, t.legendgroup, t.line.dash) for t in shown] == [
        (True, "A", "solid"),
        (False, "A", "dot"),
    ]
    (legend,) = printed(chart).legends
    assert [text.get_text() for text in legend.get_texts()] == ["A"]


def test_an_empty_frame_says_what_is_missing():
    chart = CHARTS["missing"]
    assert chart.missing in [note.text for note in interactive(chart).layout.annotations]
    (axes,) = printed(chart).axes
    assert chart.missing in [text.get_text() for text in axes.texts]


def test_the_better_half_stands_left_and_the_best_and_the_worst_on_top():
    names = [Placed(f"N{rank}", float(rank)) for rank in (3, 1, 5, 2, 4)]
    diagram = Diagram(CriticalDifference("", "", tuple(names), 1.0, ((1.0, 2.0), (4.0, 5.0))))
    sides = {
        side: [(p.rank, end, y) for p, y, end, at in diagram.names() if at == side]
        for side in ("left", "right")
    }
    below = 0.9 + 2 * 0.42
    assert sides["left"] == [(1, 1, -below), (2, 1, -below - 1), (3, 1, -below - 2)]
    assert sides["right"] == [(5, 5, -below), (4, 5, -below - 1)]
    assert [y for y, _ in diagram.bars()] == [-0.42, -0.84]
    assert diagram.floor == -below - 3
    assert list(diagram.numbers) == [1, 2, 3, 4, 5]


def test_a_picture_keeps_its_pixels_and_its_proportions():
    assert picture(6, 8).size == (8, 6)
    (axes,) = printed(picture(6, 8)).axes
    (drawn,) = axes.images
    np.testing.assert_array_equal(drawn.get_array().ravel(), np.arange(6 * 8 * 3))
    shown = interactive(CHARTS["pictures"]).layout
    assert [(image.sizex, image.sizey) for image in shown.images] == [(8, 6), (4, 4)]
    assert (shown.yaxis.scaleanchor, shown.yaxis2.scaleanchor) == ("x", "x2")
    assert shown.yaxis.range == (6, 0)


def test_a_figure_is_as_tall_as_it_is_asked_to_be():
    assert interactive(CHARTS["multiples"], height=300).layout.height == 300


def test_cells_are_short_and_never_claim_a_p_of_zero():
    assert heat("p").text(0.0) == "<.001"
    assert heat("p").text(0.25) == ".250"
    assert heat("p").text(1.0) == "1"
    assert heat().text(0.25) == "25"
    assert heat().text(None) == heat().text(0.001) == ""


@settings(deadline=None)
@given(st.lists(st.floats(-50, 50), max_size=20), st.floats(0.1, 3))
def test_spread_labels_keep_their_order_and_their_distance(wanted, gap):
    found = spread(wanted, gap)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    steps = np.diff([found[i] for i in order])
    assert (steps >= gap * (1 - 1e-6) - 1e-9).all()


@given(st.lists(st.floats(-50, 50), max_size=20), st.floats(0.1, 3))
def test_spread_labels_stay_centred(wanted, gap):
    assert np.sum(spread(wanted, gap)) == pytest.approx(np.sum(wanted), abs=1e-6)


def test_labels_that_stand_apart_already_do_not_move():
    assert spread([3.0, 1.0, 2.0], 0.5) == [3.0, 1.0, 2.0]


def test_labels_hide_neither_points_nor_one_another():
    points = np.array([(100.0, 100.0), (104.0, 101.0), (98.0, 96.0)])
    sizes = np.full((3, 2), (60.0, 12.0))
    centres = beside(points, sizes, (400.0, 300.0))
    for i in range(3):
        for j in range(3):
            apart = np.abs(centres[i] - centres[j])
            assert i == j or (apart >= (60.0, 12.0)).any()
            assert (np.abs(centres[i] - points[j]) >= (30.0, 6.0)).any()
    assert (centres - sizes / 2 >= 0).all()


def test_labels_keep_off_the_bars_of_points_where_there_is_room():
    points, sizes = np.array([(100.0, 100.0)]), np.array([(60.0, 12.0)])
    bars = np.array([[(60.0, 100.0), (140.0, 100.0)], [(100.0, 70.0), (100.0, 130.0)]])
    ((x, y),) = beside(points, sizes, (400.0, 300.0), bars=bars)
    assert abs(x - 100) >= 30
    assert abs(y - 100) >= 6


def test_a_line_leads_on_screen_to_a_label_that_is_away():
    crowd = tuple(LabelledPoint(f"A long name {n}", 0.5 + n / 1000, 0.5) for n in range(8))
    far = LabelledPoint("Alone", 0.0, 1.0)
    shown = interactive(replace(CHARTS["scatter"], points=(*crowd, far)))
    led = {each.text: each.showarrow for each in shown.layout.annotations if each.text}
    assert led["Alone"] is False
    assert any(led[point.name] for point in crowd)


def test_the_lowest_rank_is_on_the_chart_where_names_share_a_line():
    """Of an estimator that is listed once two entrants have ranks."""
    chart = Slopes("", "", ("A", "B"), (Slope("one", (1.5, 3.0)), Slope("two", (3.0, 1.5))))
    bottom, top = interactive(chart).layout.yaxis.range
    assert (bottom > 3, top < 1.5) == (True, True)
    (axes,) = printed(chart).axes
    assert axes.get_ylim()[0] > 3


def test_labels_that_are_led_to_leave_a_crowd_without_hiding_anything():
    rng = np.random.default_rng(0)
    points, sizes = rng.normal((200, 150), 45, (26, 2)), np.full((26, 2), (90.0, 8.0))
    centres = beside(points, sizes, (420.0, 340.0), LED_REACHES)
    pairs = np.abs(centres[:, None] - centres[None]) < sizes[0]
    assert pairs.all(axis=2).sum() == len(centres)
    hidden = np.abs(centres[:, None] - points[None]) < sizes[0] / 2
    assert not hidden.all(axis=2).any()
