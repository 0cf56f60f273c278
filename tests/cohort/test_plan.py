import hashlib
import json
import re
import tomllib
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctviz.cohort import CohortStudy, read_plan
from ctviz.cohort.plan import _TOML
from ctviz.core import SIGNS, CtvizError, UnknownName
from ctviz.estimators import ESTIMATORS
from ctviz.metrics import METRICS
from tests.documents import assert_each_fault_is_named
from tests.strange import DOCUMENTS, NUMBERS

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)

plans = st.builds(
    CohortStudy,
    name=st.from_regex(re.compile(r"[a-z0-9]{1,9}(-[a-z0-9]{1,4})?"), fullmatch=True),
    cohort=TEXTS.filter(bool),
    model=TEXTS,
    estimators=st.dictionaries(
        st.sampled_from(["gradient", "lrp", "smoothgrad", "random"]), st.just({}), max_size=4
    ),
    metrics=st.dictionaries(
        st.sampled_from(["auroc", "fidelity", "fidelity@fill=mean", "dice@wide"]),
        st.just({}),
        min_size=1,
    ),
    signs=st.lists(st.sampled_from(SIGNS), min_size=1, max_size=2, unique=True).map(tuple),
    slices_per_case=st.integers(0, 99),
    reader=TEXTS,
    label=TEXTS,
    target=st.sampled_from(["predicted", "truth"]),
    seed=st.integers(0, 2**31 - 1),
)


@given(plans)
def test_a_plan_comes_back_from_its_toml(plan):
    again = CohortStudy.from_toml(plan.to_toml())
    assert again == plan
    assert again.digest == plan.digest
    assert list(again.estimators) == list(plan.estimators)
    assert list(again.metrics) == list(plan.metrics)


@given(plans)
def test_the_controls_are_always_among_the_estimators(plan):
    assert {name for name in ESTIMATORS if ESTIMATORS[name].control} <= set(plan.estimators)


def test_the_usual_plan_has_the_papers_estimators_and_both_signs():
    plan = CohortStudy()
    assert plan.signs == SIGNS
    assert plan.metrics["fidelity"]["step"] == 0.025
    paper = "gradient deconvolution integrated-gradients integrated-gradients-bw smoothgrad"
    assert {*paper.split(), "expected-gradients", "smoothgrad-squared"} <= set(plan.estimators)


def test_a_plan_holds_every_hyperparameter_and_means_the_same_as_one_that_does_not_say_it():
    said = CohortStudy(estimators={"smoothgrad": {"samples": 15}}, metrics={"auroc": {}})
    unsaid = CohortStudy(estimators={"smoothgrad": {}}, metrics={"auroc": {}})
    assert said.estimators["smoothgrad"].keys() == {"samples", "noise", "seed"}
    assert said.digest == unsaid.digest


def test_the_name_is_no_part_of_what_a_plan_means():
    assert CohortStudy(name="a").digest == CohortStudy(name="b").digest
    assert CohortStudy(seed=1).digest != CohortStudy(seed=2).digest


def settings(registry, chosen):
    """Every hyperparameter by key, read off the classes."""
    return {
        key: {
            f.name: said.get(f.name, f.default)
            for f in fields(registry[key.partition("@")[0]])
            if "param" in f.metadata
        }
        for key, said in chosen.items()
    }


@given(plans)
def test_the_digest_is_that_of_what_a_plan_says_as_it_always_was(plan):
    names = ("cohort", "model", "reader", "label", "target", "slices_per_case", "draws", "seed")
    document = {name: getattr(plan, name) for name in names} | {
        "signs": [*plan.signs],
        "estimators": settings(ESTIMATORS, plan.estimators),
        "metrics": settings(METRICS, plan.metrics),
    }
    text = json.dumps(document, sort_keys=True)
    assert plan.digest == hashlib.sha256(f"{len(text)}:{text}".encode()).hexdigest()


OLD_PLAN = """name = "old"
cohort = "demo"
model = "contrast-small"
signs = [
  "absolute",
]
slices_per_case = 2
reader = ""
label = ""
target = "truth"
draws = 2000
seed = 4

[estimators]
smoothgrad = { samples = 3, noise = 0.15, seed = 0 }
"""


def test_a_plan_of_before_opens_and_is_written_as_it_was():
    plan = CohortStudy.from_toml(OLD_PLAN + "\n[metrics]\ndice = { share = 0.5 }\n")
    assert (plan.seed, plan.signs, plan.metrics) == (4, ("absolute",), {"dice": {"share": 0.5}})
    assert plan.to_toml().startswith(OLD_PLAN.rstrip() + "\n")


def test_a_fault_is_named_wherever_it_stands():
    document = tomllib.loads(CohortStudy().to_toml())
    assert_each_fault_is_named(_TOML, CohortStudy, document)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed = 1.5", "The plan's entry 'seed' must be a whole number."),
        ("name = 3", "The plan's entry 'name' must be a text."),
        ("estimators = 3", "The plan's entry 'estimators' must be a table."),
        ('signs = "signed"', "The plan's entry 'signs' must be a list."),
        ('signs = ["up"]', "The plan's signs must be some of signed, absolute."),
        ('target = "up"', "The plan's target must be one of truth, predicted, not 'up'."),
        (
            "[metrics]\ndice = 3",
            "The plan's table 'metrics' must name settings for each entry, e.g. gradient = {}.",
        ),
        (
            "[metrics]\ndice = { share = [1] }",
            "The plan's entry 'metrics.dice.share' must be a plain value.",
        ),
        ("[metrics]\ndice = { share = true }", "Dice: 'share' must be of type float, not"),
    ],
)
def test_a_plan_says_what_an_entry_must_be(text, said):
    with pytest.raises(CtvizError) as error:
        CohortStudy.from_toml(text)
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "not valid TOML"),
        ('colour = "red"', "entry of a plan"),
        ('name = "A B"', "lower case"),
        ('signs = ["up"]', "signs"),
        ("signs = []", "signs"),
        ('target = "other"', "target"),
        ("slices_per_case = -1", "slices_per_case"),
        ("slices_per_case = true", "whole number"),
        ("seed = 1.5", "whole number"),
        ("estimators = 3", "table"),
        ("[estimators]\ngradient = 3", "settings for each"),
        ("[estimators]\ngradients = {}", "Did you mean 'gradient'"),
        ("[estimators]\nsmoothgrad = { sample = 3 }", "samples"),
        ("[estimators]\nsmoothgrad = { samples = 0 }", "between 1 and"),
        ('[metrics]\n"fidelty@x" = {}', "Did you mean 'fidelity'"),
        ("[metrics]", "no metric"),
    ],
)
def test_a_wrong_plan_is_refused_in_one_sentence(text, said):
    with pytest.raises(CtvizError) as error:
        CohortStudy.from_toml(text)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_plan_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CtvizError, match="cannot be read"):
        read_plan(tmp_path / "none.toml")
    with pytest.raises(UnknownName):
        CohortStudy(estimators={"none": {}})


@pytest.mark.parametrize("content", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_a_stranger_s_text_is_refused_in_one_sentence(tmp_path, content):
    if not content:
        return
    (tmp_path / "plan.toml").write_bytes(content)
    with pytest.raises(CtvizError) as caught:
        read_plan(tmp_path / "plan.toml")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS.keys())
@pytest.mark.parametrize("entry", ["draws", "seed", "slices_per_case", "signs", "name", "target"])
def test_a_strange_value_of_a_plan_is_refused(entry, number):
    if (entry, number) == ("name", '"1"'):
        return
    with pytest.raises(CtvizError):
        CohortStudy.from_toml(f"{entry} = {number}")


@pytest.mark.parametrize("value", ["[[1]]", "[{}]", "[1]", "[true]", '["both"]', "[]"])
def test_signs_of_another_kind_are_refused(value):
    with pytest.raises(CtvizError):
        CohortStudy.from_toml(f"signs = {value}")


def test_a_name_that_no_folder_can_have_is_refused():
    with pytest.raises(CtvizError, match="at most"):
        CohortStudy(name="a" * 300)
