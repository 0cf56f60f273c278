from ctviz.models import Calibration, ModelCard, ReliabilityBin
from ctviz.ui.models.reliability import reliability_chart


def test_the_plot_shows_what_was_said_and_found():
    card = ModelCard(
        id="tiny",
        title="Tiny",
        task="",
        classes=("without contrast", "with contrast"),
        architecture="resnet18",
        calibration=Calibration(1.5, -0.25),
        reliability=(ReliabilityBin(0.0, 0.1, 4, 0.04, 0.25), ReliabilityBin(0.9, 1, 6, 0.95, 1)),
    )
    chart = reliability_chart(card, card.reliability, "that it had not seen")
    guide, line = chart.lines
    assert guide.faint
    assert (line.x, line.y) == ((0.04, 0.95), (0.25, 1))
    assert "10 slices" in chart.note
    assert card.classes[-1] in chart.title
