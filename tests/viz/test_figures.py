import numpy as np
import plotly.graph_objects as go
import pytest

from ctviz.core import Curve, Score
from ctviz.viz import (
    PLOT_CONFIG,
    Palette,
    curve_overview,
    dice_curves,
    fidelity_curves,
    roc_curves,
    score_dots,
)
from ctviz.viz.palette import COLOURS, CONTROL

TITLES = ["SmoothGrad", "Integrated gradients", "Random"]
X = np.linspace(0, 1, 5)
curves = {title: Curve.of(X, X ** (n + 1)) for n, title in enumerate(TITLES)}
palette = Palette.of(TITLES, controls=["Random"])


def lines(figure):
    return [trace for trace in figure.data if trace.name in TITLES]


def figures():
    return {
        "dice": dice_curves(curves, palette=palette),
        "roc": roc_curves(curves, palette=palette),
        "fidelity": fidelity_curves(curves, curves, palette=palette),
        "overview": curve_overview(curves, curves, (curves, curves), palette=palette),
        "dots": score_dots({title: Score(0.5) for title in TITLES}, "Dice", palette=palette),
    }


every_figure = pytest.mark.parametrize("figure", figures().values(), ids=figures().keys())


@every_figure
def test_a_figure_is_compact_transparent_and_says_what_it_shows(figure):
    assert isinstance(figure, go.Figure)
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    assert figure.layout.height <= 300
    assert figure.layout.annotations[0].text[0].isupper()
    assert figure.to_json()


@pytest.mark.parametrize("name", ["dice", "roc", "fidelity"])
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
    assert dashes == ["solid", "solid", "dash", "dot", "dot", "dot"]


def test_the_overview_names_each_estimator_once_and_hides_it_everywhere():
    traces = lines(figures()["overview"])
    assert len(traces) == 4 * len(TITLES)
    assert [t.name for t in traces if t.showlegend] == TITLES
    assert all(trace.legendgroup == trace.name for trace in traces)


def test_the_overview_asks_for_a_region_where_one_is_needed():
    texts = [a.text for a in curve_overview({}, {}, (curves, curves)).layout.annotations]
    assert texts.count("Draw a region to see this.") == 2


def test_the_legend_can_be_left_to_the_page():
    assert not dice_curves(curves, legend=False).layout.showlegend


def test_the_regions_own_share_is_marked():
    figure = dice_curves(curves, own_share=0.3)
    assert any(tuple(trace.x) == (0.3, 0.3) for trace in figure.data)


def test_dots_are_sorted_by_merit_and_undefined_scores_stay_with_their_reason():
    scores = {"B": Score(0.2), "C": Score.undefined("The region is empty."), "A": Score(0.9)}
    high = score_dots(scores, "Dice")
    low = score_dots(scores, "Distance", better="lower", bounds=(0, np.inf))
    assert [trace.y[0] for trace in high.data] == ["A", "B", "C"]
    assert [trace.y[0] for trace in low.data] == ["B", "A", "C"]
    assert "The region is empty." in high.data[2].hovertemplate


def test_dots_leave_room_for_negative_scores():
    scores = {"A": Score(0.5), "B": Score(-0.4)}
    low, high = score_dots(scores, "Fidelity", bounds=(-1, 1)).layout.xaxis.range
    assert low < -0.4
    assert high > 1


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
