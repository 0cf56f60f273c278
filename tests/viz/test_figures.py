import numpy as np
import plotly.graph_objects as go
import pytest

from ctviz.core import Curve, CurvePanel, Score
from ctviz.core.theme import THEME, channels
from ctviz.metrics import METRICS
from ctviz.viz import PLOT_CONFIG, CurvePicture, fill_dots, metric_curves
from ctviz.viz.charts import printed
from ctviz.viz.charts.metric_curves import metric_chart

TITLES = ["SmoothGrad", "Integrated gradients", "Random"]
X = np.linspace(0, 1, 5)
curves = {title: Curve.of(X, X ** (n + 1)) for n, title in enumerate(TITLES)}
PLACES = [("gradients", 0), ("backward rules", 1), ("control", 2)]
LOOKS = {title: THEME.look(*place) for title, place in zip(TITLES, PLACES, strict=True)}


def lines(figure):
    return [trace for trace in figure.data if trace.name in TITLES]


def marks(figure):
    """Return the marks that stand in a row, not those of the legend."""
    return [trace for trace in figure.data if trace.mode == "markers" and trace.x[0] is not None]


def picture(*names):
    return {title: dict.fromkeys(names, curve) for title, curve in curves.items()}


DICE, ROC, FIDELITY = picture("dice"), picture("auroc"), picture("mif", "lif")
OVERVIEW = {"dice": DICE, "auroc": ROC, "fidelity": FIDELITY}


def plotted(pictures, **how):
    """Plot curves by the metric's name, in the frame that the metric states."""
    return metric_curves(
        [CurvePicture(METRICS[name].panel, curves) for name, curves in pictures.items()],
        LOOKS,
        **how,
    )


def figures(inks=THEME.dark):
    fills = {title: {"zero": Score(0.5)} for title in TITLES}
    return {
        **{name: plotted({name: own}, inks=inks) for name, own in OVERVIEW.items()},
        "overview": plotted(OVERVIEW, inks=inks),
        "fills": fill_dots(fills, LOOKS, inks=inks),
    }


every_figure = pytest.mark.parametrize("figure", figures().values(), ids=figures().keys())


@every_figure
def test_a_figure_is_compact_transparent_and_says_what_it_shows(figure):
    assert isinstance(figure, go.Figure)
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    assert figure.layout.height <= 300
    assert figure.layout.annotations[0].text[0].isupper()
    assert figure.to_json()


@pytest.mark.parametrize("name", ["dice", "auroc", "fidelity"])
def test_curves_pass_through_their_points(name):
    for trace in lines(figures()[name])[:3]:
        np.testing.assert_array_equal(trace.x, curves[trace.name].x)
        np.testing.assert_array_equal(trace.y, curves[trace.name].y)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_an_estimator_has_one_colour_in_every_figure(scheme):
    for figure in [*figures(THEME.inks(scheme)).values()][:4]:
        for trace in lines(figure):
            assert trace.line.color == LOOKS[trace.name].on(scheme)


@pytest.mark.parametrize("inks", [THEME.dark, THEME.light], ids=["dark", "light"])
def test_a_figure_is_written_in_the_inks_of_its_page(inks):
    written = figures(inks)["overview"].to_json()
    other = THEME.light if inks is THEME.dark else THEME.dark
    assert inks.text in written
    assert inks.faint in written
    assert other.text not in written
    assert other.faint not in written


def test_controls_are_grey_and_dashed():
    control = next(trace for trace in lines(figures()["dice"]) if trace.name == "Random")
    red, green, blue = channels(control.line.color)
    assert max(red, green, blue) - min(red, green, blue) < 16
    assert control.line.dash == "dash"


def test_most_important_first_is_solid_and_least_important_first_dotted():
    dashes = [trace.line.dash for trace in lines(figures()["fidelity"])]
    own = [LOOKS[title].dash for title in TITLES]
    assert dashes == [own[0], "dot", own[1], "dot", own[2], "dot"]


def test_the_overview_names_each_estimator_once_and_hides_it_everywhere():
    traces = lines(figures()["overview"])
    assert len(traces) == 4 * len(TITLES)
    assert [t.name for t in traces if t.showlegend] == TITLES
    assert all(trace.legendgroup == trace.name for trace in traces)


def test_the_overview_asks_for_a_region_where_one_is_needed():
    without = plotted({"dice": {}, "auroc": {}, "fidelity": FIDELITY})
    texts = [annotation.text for annotation in without.layout.annotations]
    assert texts.count("Draw a region to see this.") == 2


def test_the_legend_can_be_left_to_the_page():
    assert not plotted({"dice": DICE}, legend=False).layout.showlegend


def test_the_regions_own_share_is_marked():
    figure = plotted({"dice": DICE}, own_share=0.3)
    assert any(tuple(trace.x) == (0.3, 0.3) for trace in figure.data)


def test_guessing_is_the_diagonal_of_the_roc():
    (guessing,) = [trace for trace in figures()["auroc"].data if trace.name == "guessing"]
    assert tuple(guessing.x) == tuple(guessing.y) == (0, 1)


@pytest.mark.parametrize("name", [name for name, cls in METRICS.items() if cls.panel])
def test_every_metric_with_a_frame_names_it_and_both_axes(name):
    panel = METRICS[name].panel
    assert panel.title
    assert panel.note
    assert panel.x
    assert panel.y


def test_a_metric_of_others_has_a_plain_frame():
    figure = metric_curves([CurvePicture(CurvePanel.plain("My metric"), picture("mine"))], LOOKS)
    assert "My metric" in figure.layout.annotations[0].text


def test_fills_are_marks_on_a_line_from_the_least_to_the_greatest():
    scores = {"A": {"zero": Score(0.4), "mean": Score(-0.1)}, "B": {"zero": Score(0.2)}}
    figure = fill_dots(scores, LOOKS)
    assert [tuple(trace.x) for trace in figure.data if trace.mode == "lines"] == [
        (-0.1, 0.4),
        (0.2, 0.2),
    ]
    assert [(mark.name, *mark.x, *mark.y) for mark in marks(figure)] == [
        ("zero", 0.4, 0),
        ("mean", -0.1, 0),
        ("zero", 0.2, 1),
    ]
    assert figure.layout.yaxis.ticktext == ("A", "B")


def test_fills_are_named_once_by_their_marks_and_hidden_by_them():
    fills = ("zero", "one", "mean", "blur", "linear")
    figure = fill_dots({title: {fill: Score(0.1) for fill in fills} for title in TITLES}, LOOKS)
    named = [trace for trace in figure.data if trace.showlegend]
    assert tuple(trace.name for trace in named) == fills
    assert len({trace.marker.symbol for trace in named}) == len(fills)
    shapes = {trace.legendgroup: trace.marker.symbol for trace in named}
    assert {(m.legendgroup, m.marker.symbol) for m in marks(figure)} == set(shapes.items())


def test_pointing_at_a_fills_mark_tells_estimator_fill_and_fidelity():
    (mark,) = marks(fill_dots({"A & B": {"zero": Score(0.4)}}, {}))
    assert mark.hovertemplate == "A &amp; B, zero: 0.4<extra></extra>"


def test_a_fill_without_a_score_has_no_mark():
    scores = {"A": {"zero": Score.undefined("The map is constant."), "mean": Score(0.3)}}
    assert [(mark.name, *mark.x) for mark in marks(fill_dots(scores, LOOKS))] == [("mean", 0.3)]


def test_an_estimator_without_any_score_by_fill_keeps_its_row():
    figure = fill_dots({"A": {"zero": Score.undefined("Flat.")}, "B": {"zero": Score(0.3)}}, {})
    assert figure.layout.yaxis.ticktext == ("A", "B")


def test_names_are_shown_as_they_are_and_never_obeyed():
    named = {"<b>Bold</b>": {"mine": curves["Random"]}}
    figure = metric_curves([CurvePicture(CurvePanel.plain("<i>My</i>"), named)], {})
    assert figure.data[0].name == "&lt;b&gt;Bold&lt;/b&gt;"
    assert figure.layout.annotations[0].text == "&lt;i&gt;My&lt;/i&gt;"


def test_the_only_estimator_is_named_too():
    assert plotted({"dice": {"Random": DICE["Random"]}}).layout.showlegend


def test_curves_are_printed_as_they_are_shown():
    figure = printed(metric_chart([CurvePicture(METRICS["fidelity"].panel, FIDELITY)], LOOKS))
    (axes,) = figure.axes
    assert {line.get_color() for line in axes.lines} == {look.light for look in LOOKS.values()}
    assert len(axes.lines) == 2 * len(TITLES)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == TITLES


def test_the_tool_bar_is_hidden_in_small_plots():
    assert PLOT_CONFIG["displayModeBar"] is False
