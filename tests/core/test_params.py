from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctviz.core import InvalidParameter, Tunable, UnknownName, param, parameters


@dataclass(frozen=True)
class Smooth(Tunable):
    samples: int = param(15, low=1, high=256, help="Noisy copies.")
    noise: float = param(0.15, low=0.0, high=1.0, help="Standard deviation.")
    fill: str = param("zero", choices=("zero", "mean"), help="What replaces a pixel.")
    centred: bool = param(True, help="Whether it is centred.")


def test_one_line_states_name_type_default_range_and_help():
    samples = parameters(Smooth)[0]
    assert (samples.name, samples.kind, samples.default) == ("samples", int, 15)
    assert (samples.low, samples.high, samples.help) == (1, 256, "Noisy copies.")


@pytest.mark.parametrize(
    "settings",
    [
        {"samples": 0},
        {"samples": 257},
        {"samples": 2.5},
        {"samples": True},
        {"samples": "15"},
        {"noise": float("nan")},
        {"noise": float("inf")},
        {"fill": "black"},
        {"centred": 1},
    ],
    ids=str,
)
def test_refuses_what_is_out_of_range_or_of_another_type(settings):
    with pytest.raises(InvalidParameter, match=next(iter(settings))):
        Smooth(**settings)


def test_takes_a_whole_number_where_a_fraction_is_allowed():
    assert Smooth(noise=1).noise == 1


def test_suggests_the_parameter_that_was_meant():
    with pytest.raises(UnknownName, match="Did you mean 'samples'"):
        Smooth.from_settings({"sample": 3})


@given(
    samples=st.integers(1, 256),
    noise=st.floats(0, 1),
    fill=st.sampled_from(["zero", "mean"]),
    centred=st.booleans(),
)
def test_settings_and_text_lead_back_to_the_same_value(samples, noise, fill, centred):
    smooth = Smooth(samples, noise, fill, centred)
    assert Smooth.from_settings(smooth.settings()) == smooth
    texts = {name: str(value) for name, value in smooth.settings().items()}
    parsed = {p.name: p.parse("Smooth", texts[p.name]) for p in parameters(Smooth)}
    assert Smooth(**parsed) == smooth


@pytest.mark.parametrize(("index", "text"), [(0, "many"), (1, "x"), (3, "yes")])
def test_text_of_another_type_gets_one_sentence(index, text):
    with pytest.raises(InvalidParameter, match=text):
        parameters(Smooth)[index].parse("Smooth", text)
