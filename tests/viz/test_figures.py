import numpy as np
import plotly.graph_objects as go
import pytest

from ctviz.core import Curve, CurvePanel, Score
from ctviz.metrics import METRICS
from ctviz.viz import PLOT_CONFIG, CurvePicture, Palette, fill_dots, metric_curves
from ctviz.viz.charts import printed
from ctviz.viz.charts.metric_curves import metric_chart
from ctviz.viz.images.palette import COLOURS, CONTROL

TITLES = ["SmoothGrad", "Integrated gradients", "Random"]
X = np.linspace(0, 1, 5)
curves = {title: Curve.of(X, X ** (n + 1)) for n, title in enumerate(TITLES)}
palette = Palette.of(TITLES, controls=["Random"])


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
        [CurvePicture(METRICS[name].panel, curves) for name, curves in pictures.items()], **how
    )


def figures():
    return {
        **{name: plotted({name: own}, palette=palette) for name, own in OVERVIEW.items()},
        "overview": plotted(OVERVIEW, palette=palette),
        "fills": fill_dots({title: {"zero": Score(0.5)} for title in TITLES}, palette=palette),
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


def test_an_estimator_has_one_colour_in_every_figure():
    for figure in [*figures().values()][:4]:
        for trace in lines(figure):
            assert trace.line.color == palette.colour(trace.name)


def test_controls_are_grey_and_dashed():
    control = next(trace for trace in lines(figures()["dice"]) if trace.name == "Random")
    assert control.line.color == CONTROL
    assert control.line.dash == "dash"


def test_most_important_first_is_solid_and_least_important_first_dotted():
    dashes = [trace.line.dash for trace in lines(figures()["fidelity"])]
    assert dashes == ["solid", "dot", "solid", "dot", "dash", "dot"]


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
    figure = metric_curves([CurvePicture(CurvePanel.plain("My metric"), picture("mine"))])
    assert "My metric" in figure.layout.annotations[0].text


def test_fills_are_marks_on_a_line_from_the_least_to_the_greatest():
    scores = {"A": {"zero": Score(0.4), "mean": Score(-0.1)}, "B": {"zero": Score(0.2)}}
    figure = fill_dots(scores)
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
    figure = fill_dots({title: {fill: Score(0.1) for fill in fills} for title in TITLES})
    named = [trace for trace in figure.data if trace.showlegend]
    assert tuple(trace.name for trace in named) == fills
    assert len({trace.marker.symbol for trace in named}) == len(fills)
    shapes = {trace.legendgroup: trace.marker.symbol for trace in named}
    assert {(m.legendgroup, m.marker.symbol) for m in marks(figure)} == set(shapes.items())


def test_pointing_at_a_fills_mark_tells_estimator_fill_and_fidelity():
    (mark,) = marks(fill_dots({"A & B": {"zero": Score(0.4)}}))
    assert mark.hovertemplate == "A &amp; B, zero: 0.4<extra></extra>"


def test_a_fill_without_a_score_has_no_mark():
    scores = {"A": {"zero": Score.undefined("The map is constant."), "mean": Score(0.3)}}
    assert [(mark.name, *mark.x) for mark in marks(fill_dots(scores))] == [("mean", 0.3)]


def test_an_estimator_without_any_score_by_fill_keeps_its_row():
    figure = fill_dots({"A": {"zero": Score.undefined("Flat.")}, "B": {"zero": Score(0.3)}})
    assert figure.layout.yaxis.ticktext == ("A", "B")


def test_names_are_shown_as_they_are_and_never_obeyed():
    named = {"<b>Bold</b>": {"mine": curves["Random"]}}
    figure = metric_curves([CurvePicture(CurvePanel.plain("<i>My</i>"), named)])
    assert figure.data[0].name == "&lt;b&gt;Bold&lt;/b&gt;"
    assert figure.layout.annotations[0].text == "&lt;i&gt;My&lt;/i&gt;"


def test_the_only_estimator_is_named_too():
    assert plotted({"dice": {"Random": DICE["Random"]}}).layout.showlegend


def test_curves_are_printed_as_they_are_shown():
    figure = printed(
        metric_chart([CurvePicture(METRICS["fidelity"].panel, FIDELITY)], palette=palette)
    )
    (axes,) = figure.axes
    assert [line.get_linestyle() for line in axes.lines].count("-") == 2
    assert len(axes.lines) == 2 * len(TITLES)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == TITLES


def test_no_two_estimators_share_a_colour_while_there_are_enough():
    titles = [f"Estimator {n}" for n in range(len(COLOURS))]
    assert len(set(Palette.of(titles).colours.values())) == len(COLOURS)


def test_an_added_estimator_recolours_no_other():
    titles = [f"Estimator {n}" for n in range(20)]
    for count in range(1, 20):
        before, after = Palette.of(titles[:count]), Palette.of(titles[: count + 1])
        assert all(before.colour(title) == after.colour(title) for title in titles[:count])


def test_a_name_alone_always_has_the_same_colour():
    assert Palette.of(["A"]).colour("A") == Palette.of(["A", "B", "C"]).colour("A")


def test_a_name_unknown_to_the_palette_is_grey():
    assert Palette.of([]).colour("Nobody") == CONTROL


def test_the_tool_bar_is_hidden_in_small_plots():
    assert PLOT_CONFIG["displayModeBar"] is False
