"""Whatever a metric is given, it scores within its bounds, says why not, or refuses."""

import warnings

import numpy as np
import pytest

from ctviz.core import Cancelled, CtvizError, ImportanceMap, InvalidInput, Prior
from ctviz.metrics import (
    METRICS,
    AgreementMetric,
    BehaviourMetric,
    CorrectedMetric,
    FidelityMetric,
    MapMetric,
    RecordMetric,
)

SHAPE = (9, 8)
RANDOM = np.random.default_rng(0)
X = RANDOM.random((1, 1, *SHAPE)).astype(np.float32)
VALUES = RANDOM.normal(size=SHAPE).astype(np.float32)
MASK = np.zeros(SHAPE, bool)
MASK[2:5, 3:6] = True

every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
asking_the_model = [cls for cls in METRICS.values() if issubclass(cls, FidelityMetric)]
every_fidelity = pytest.mark.parametrize("metric", asking_the_model, ids=lambda cls: cls.name)
agreeing = [cls for cls in METRICS.values() if issubclass(cls, AgreementMetric)]
every_agreement = pytest.mark.parametrize("metric", agreeing, ids=lambda cls: cls.name)
comparing = [*agreeing, *(cls for cls in METRICS.values() if issubclass(cls, CorrectedMetric))]
every_comparison = pytest.mark.parametrize("metric", comparing, ids=lambda cls: cls.name)
behaving = [cls for cls in METRICS.values() if issubclass(cls, BehaviourMetric)]
every_behaviour = pytest.mark.parametrize("metric", behaving, ids=lambda cls: cls.name)


def brightness(images):
    """A model that is surer the brighter the image."""
    return images.mean(axis=(1, 2, 3), dtype=np.float64)


class Again:
    """An estimator whose map is always the same, or what is handed over."""

    seed, twins, targets, multi_label = 3, 2, (1, 3), False

    def __init__(self, answer=VALUES):
        self.answer = answer

    def scores(self, x):
        return np.array([0.0, x.mean(), 2.0])

    def features(self, x):
        return x.mean(axis=(0, 1))

    def __call__(self, *_, **__):
        return self.answer() if callable(self.answer) else self.answer


def others_beside(mask):
    """A mean mask of seven others, as large as the drawing if that is one."""
    shape = mask.shape if isinstance(mask, np.ndarray) and mask.ndim == 2 and mask.size else SHAPE
    return Prior(np.linspace(0, 1, int(np.prod(shape))).reshape(shape), 7)


def beside(metric, mask):
    """What a metric is given beside map and drawing."""
    return [others_beside(mask)] if issubclass(metric, CorrectedMetric) else []


def score(metric, values=VALUES, x=X, mask=MASK):
    """Score a map by whatever the metric asks for."""
    if issubclass(metric, AgreementMetric):
        return metric()(values, mask, (0.7, 0.8))
    if issubclass(metric, CorrectedMetric):
        return metric()(values, mask, *beside(metric, mask))
    if issubclass(metric, FidelityMetric):
        return metric()(values, x, brightness)
    if issubclass(metric, BehaviourMetric):
        return metric()(values, x, Again(values))
    if issubclass(metric, MapMetric):
        return metric()(values)
    return metric()(ImportanceMap(values, "any", 1.5))


def is_right_or_says_why(metric, found):
    if found.defined:
        low, high = metric.bounds
        return low <= found.value <= high
    return found.why.endswith(".")


def outcome(metric, **given):
    """Return the score, None where it was refused in a sentence; anything else is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = score(metric, **given)
        except CtvizError:
            return None
    assert is_right_or_says_why(metric, found)
    return found


def constant(value, dtype=np.float32):
    return np.full(SHAPE, value, dtype)


HUGE = np.finfo(np.float32).max
ODD_MAPS = {
    "zero": constant(0),
    "one": constant(1),
    "minus one": constant(-1),
    "huge": constant(HUGE),
    "huge both ways": np.where(VALUES > 0, HUGE, -HUGE).astype(np.float32),
    "a single pixel": np.where(np.arange(72).reshape(SHAPE) == 30, 1, 0).astype(np.float32),
    "tiny": (VALUES * 1e-44).astype(np.float32),
    "double": VALUES.astype(np.float64),
    "half": VALUES.astype(np.float16),
    "whole numbers": np.rint(3 * VALUES).astype(np.int8),
    "unsigned": np.arange(72, dtype=np.uint8).reshape(SHAPE),
    "yes or no": VALUES > 0,
    "a list": VALUES.tolist(),
    "columns first": np.asfortranarray(VALUES),
    "other bytes": VALUES.astype(">f4"),
}
WRONG_MAPS = {
    "NaN": constant(np.nan),
    "one NaN": np.where(np.arange(72).reshape(SHAPE) == 9, np.nan, VALUES),
    "infinite": constant(np.inf),
    "minus infinite": constant(-np.inf),
    "beyond float32": constant(1e300, np.float64),
    "complex": VALUES.astype(np.complex64),
    "objects": VALUES.astype(object),
    "texts": VALUES.astype(str),
    "times": VALUES.astype("m8[s]"),
    "ragged": [[1.0, 2.0], [3.0]],
    "none": None,
    "a number": 1.0,
    "a row": VALUES[0],
    "a stack": VALUES[None],
    "nothing": np.zeros((0, 0), np.float32),
    "masked": np.ma.masked_greater(VALUES, 0),
}


@every_metric
@pytest.mark.parametrize("values", ODD_MAPS.values(), ids=ODD_MAPS.keys())
def test_an_odd_map_has_a_score_or_a_reason(metric, values):
    if issubclass(metric, RecordMetric):
        pytest.skip("It reads no values.")
    found = outcome(metric, values=values)
    assert found is not None


@every_metric
@pytest.mark.parametrize("values", WRONG_MAPS.values(), ids=WRONG_MAPS.keys())
def test_what_is_no_map_is_refused(metric, values):
    if issubclass(metric, RecordMetric):
        pytest.skip("It reads no values.")
    assert outcome(metric, values=values) is None


@every_metric
def test_the_same_map_in_another_type_has_the_same_score(metric):
    if issubclass(metric, RecordMetric):
        pytest.skip("It reads no values.")
    values = np.rint(8 * VALUES)
    scores = [outcome(metric, values=values.astype(t)) for t in (np.float32, float, int, np.int8)]
    assert len({(each.value, each.why) for each in scores}) == 1


@every_metric
@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (2, 2), (2, 1)])
@pytest.mark.parametrize("whole", [True, False])
def test_the_smallest_images_have_a_score_or_a_reason(metric, shape, whole):
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    mask = np.ones(shape, bool) if whole else values == values.max()
    x = 0.5 + np.zeros((1, 2, *shape), np.float32)
    assert outcome(metric, values=values, x=x, mask=mask) is not None


@every_metric
@pytest.mark.parametrize(
    "mask",
    [np.zeros(SHAPE, bool), np.ones(SHAPE, bool), MASK, ~MASK, MASK.tolist()],
    ids=["empty", "whole", "some", "most", "a list"],
)
def test_every_region_gives_a_score_or_a_reason(metric, mask):
    assert outcome(metric, mask=mask) is not None


WRONG_MASKS = {
    "another grid": MASK[1:],
    "turned": MASK.T,
    "a stack": MASK[None],
    "grey": MASK.astype(np.uint8),
    "soft": MASK.astype(np.float32),
    "NaN": np.where(MASK, np.nan, 0),
    "objects": MASK.astype(object),
    "ragged": [[True], [True, False]],
    "none": None,
    "nothing": np.zeros((0, 0), bool),
    "masked": np.ma.masked_array(MASK, mask=MASK),
}


@every_comparison
@pytest.mark.parametrize("mask", WRONG_MASKS.values(), ids=WRONG_MASKS.keys())
def test_what_is_no_mask_of_the_map_is_refused(metric, mask):
    assert outcome(metric, mask=mask) is None
    with pytest.raises(InvalidInput):
        metric().curve(VALUES, mask, *beside(metric, mask))


@every_agreement
@pytest.mark.parametrize(
    "spacing", [(0, 1), (1, -1), (1, np.nan), (np.inf, 1), (1,), (1, 1, 1), 1.0, "ab", (1j, 1)]
)
def test_what_is_no_pixel_size_is_refused(metric, spacing):
    with pytest.raises(InvalidInput):
        metric()(VALUES, MASK, spacing)


@every_agreement
def test_a_pixel_size_may_be_an_array(metric):
    assert metric()(VALUES, MASK, np.array([0.7, 0.8])) == metric()(VALUES, MASK, (0.7, 0.8))


WRONG_INPUTS = {
    "no batch": X[0],
    "two images": np.concatenate([X, X]),
    "another grid": X[:, :, 1:],
    "no channel": X[:, :0],
    "NaN": np.where(X > 0.9, np.nan, X),
    "infinite": np.where(X > 0.9, np.inf, X),
    "beyond float32": X.astype(np.float64) * 1e300,
    "complex": X.astype(complex),
    "texts": X.astype(str),
    "none": None,
}


@pytest.mark.parametrize("metric", [*asking_the_model, *behaving], ids=lambda cls: cls.name)
@pytest.mark.parametrize("x", WRONG_INPUTS.values(), ids=WRONG_INPUTS.keys())
def test_what_is_no_input_of_the_network_is_refused(metric, x):
    assert outcome(metric, x=x) is None


def fails(error):
    def ask(*_, **__):
        raise error

    return ask


def with_one(wrong):
    def classify(images):
        answers = brightness(images)
        answers[-1] = wrong
        return answers

    return classify


NO_ANSWERS = {
    "NaN": lambda images: np.full(len(images), np.nan),
    "one NaN": with_one(np.nan),
    "one infinite": with_one(np.inf),
    "beyond float32": with_one(1e300),
    "a column": lambda images: brightness(images)[:, None],
    "both classes": lambda images: np.stack([brightness(images)] * 2, axis=1),
    "one for all": lambda images: brightness(images)[:1].sum(),
    "one too many": lambda images: np.append(brightness(images), 0.5),
    "complex": lambda images: brightness(images).astype(complex),
    "texts": lambda images: brightness(images).astype(str),
    "objects": lambda images: [None] * len(images),
    "nothing": lambda images: None,
    "ragged": lambda images: [[0.5]] + [[0.5, 0.5]] * (len(images) - 1),
    "failure": fails(RuntimeError("shapes\ndo not match")),
    "failure without a word": fails(ZeroDivisionError()),
    "failure to find": fails(KeyError("x")),
}


@every_fidelity
@pytest.mark.parametrize("classify", NO_ANSWERS.values(), ids=NO_ANSWERS.keys())
def test_what_is_no_answer_of_a_model_is_refused(metric, classify):
    with pytest.raises(InvalidInput) as refused:
        metric()(VALUES, X, classify)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


@every_fidelity
@pytest.mark.parametrize(
    "classify",
    [
        lambda images: images.sum(axis=(1, 2, 3)),
        lambda images: brightness(images) - 0.7,
        lambda images: 1.001 * brightness(images / images.max()) + 0.5,
        lambda images: np.where(brightness(images) > 0.1, 100, 0),
    ],
    ids=["logits", "below 0", "little above 1", "percent"],
)
def test_no_area_is_taken_of_what_is_no_probability(metric, classify):
    if metric.of_probabilities:
        with pytest.raises(InvalidInput, match="no probabilities"):
            metric()(VALUES, X, classify)
    else:
        assert is_right_or_says_why(metric, metric()(VALUES, X, classify))


def test_every_metric_that_adds_answers_up_asks_for_probabilities():
    adding = {cls.name for cls in asking_the_model if cls.of_probabilities}
    judged_by_area = {"fidelity", "fidelity-gain", "logit-fidelity", "insertion", "deletion"}
    judged_by_area |= {"road", "irof", "region-perturbation", "sic", "aic"}
    by_confidence = {"average-drop", "increase-in-confidence", "effective-complexity"}
    assert adding == judged_by_area | by_confidence


@every_fidelity
def test_a_comparison_of_changes_does_not_depend_on_the_answers_unit(metric):
    if metric.of_probabilities:
        pytest.skip("It adds probabilities up.")
    one, other = (metric()(VALUES, X, lambda z, u=u: u * brightness(z)).value for u in (1, 64))
    assert other == pytest.approx(one)


@every_fidelity
@pytest.mark.parametrize(
    "classify",
    [
        lambda images: brightness(images).tolist(),
        lambda images: brightness(images).astype(np.float16),
        lambda images: brightness(images) > 0.3,
        lambda images: (brightness(images) > 0.3).astype(int),
        lambda images: np.full(len(images), 0.5),
        lambda images: np.ones(len(images)),
        lambda images: np.zeros(len(images)),
        lambda images: brightness(images) + 1e-8,
    ],
    ids=["a list", "half", "yes or no", "0 or 1", "constant", "certain", "never", "rounding"],
)
def test_every_answer_that_is_a_probability_gives_a_score_or_a_reason(metric, classify):
    assert is_right_or_says_why(metric, metric()(VALUES, X, classify))


@every_fidelity
def test_a_model_may_answer_in_the_same_memory_each_time(metric):
    kept = np.zeros(1000)

    def classify(images):
        kept[: len(images)] = brightness(images)
        return kept[: len(images)]

    assert metric()(VALUES, X, classify) == metric()(VALUES, X, brightness)


@every_fidelity
def test_a_model_that_paints_over_its_images_changes_no_score(metric):
    def classify(images):
        answers = brightness(images)
        images[:] = 0
        return answers

    x, values = X.copy(), VALUES.copy()
    assert metric()(values, x, classify) == metric()(VALUES, X, brightness)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(values, VALUES)


@pytest.mark.parametrize("metric", [*asking_the_model, *behaving], ids=lambda cls: cls.name)
def test_what_a_user_can_cure_is_passed_on(metric):
    given = fails(Cancelled())
    with pytest.raises(Cancelled):
        metric()(VALUES, X, Again(given) if issubclass(metric, BehaviourMetric) else given)


@every_behaviour
@pytest.mark.parametrize(
    "answer",
    [VALUES[1:], VALUES[None], VALUES.astype(complex), None, "map", fails(ValueError("no"))],
    ids=["another grid", "a stack", "complex", "nothing", "a text", "failure"],
)
def test_what_is_no_answer_of_an_estimator_is_refused(metric, answer):
    with pytest.raises(InvalidInput):
        metric()(VALUES, X, Again(answer))


@every_behaviour
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0, 1, HUGE])
def test_an_empty_answer_of_an_estimator_gives_a_score_or_a_reason(metric, value):
    assert is_right_or_says_why(metric, metric()(VALUES, X, Again(constant(value))))


@pytest.mark.parametrize("seconds", [np.nan, np.inf, -1.0])
def test_a_time_that_nobody_can_have_noted_is_no_score(seconds):
    found = METRICS["seconds"]()(ImportanceMap(VALUES, "any", seconds))
    assert "noted" in found.why
