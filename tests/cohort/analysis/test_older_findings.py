import json

import pytest

from ctviz.cohort import load_findings
from ctviz.cohort.analysis.older_findings import claim_of
from ctviz.cohort.json_codec import to_plain
from ctviz.cohort.statistics import Claim
from ctviz.core import InvalidInput

SENTENCES = {
    "Absolute values beat signed ones for every estimator by cohort fidelity.": Claim(
        "sign throughout", ("cohort fidelity",)
    ),
    "Absolute values beat signed ones for smoothgrad by auroc.": Claim(
        "sign", ("auroc",), "smoothgrad"
    ),
    "smoothgrad-squared leads cohort fidelity.": Claim(
        "leader", ("cohort fidelity",), "smoothgrad-squared"
    ),
    "fidelity and dice rank the estimators differently.": Claim(
        "disagreement", ("fidelity", "dice")
    ),
}


@pytest.mark.parametrize(("sentence", "claim"), SENTENCES.items(), ids=lambda each: str(each)[:20])
def test_a_sentence_of_version_2_is_understood_and_said_as_it_was(sentence, claim):
    assert claim_of(sentence) == claim
    assert str(claim) == sentence


def as_version_2(document):
    """Return findings as 0.2.0 wrote them: a verdict's claim is a sentence and nothing else."""
    sentences = {json.dumps(to_plain(claim)): sentence for sentence, claim in SENTENCES.items()}
    document["verdicts"] = known_then(document["verdicts"])
    del document["fill_ranges"]
    for name in ("verdicts", "sign_verdicts"):
        for verdict in document[name]:
            about = verdict.pop("about")
            known = sentences.get(json.dumps(about))
            verdict["claim"] = known or str(Claim(**{**about, "metrics": tuple(about["metrics"])}))
    return {**document, "version": 2}


def known_then(verdicts):
    """Return the verdicts on what was asked by then."""
    return [verdict for verdict in verdicts if verdict["about"]["kind"] != "sign matters"]


@pytest.fixture
def old(finished, tmp_path):
    document = as_version_2(json.loads((finished / "findings.json").read_text(encoding="utf-8")))
    return tmp_path / "findings.json", document


def test_findings_of_version_2_still_open(finished, old):
    path, document = old
    assert document["verdicts"]
    assert document["sign_verdicts"]
    path.write_text(json.dumps(document), encoding="utf-8")
    today = to_plain(load_findings(finished))
    assert to_plain(load_findings(path.parent)) == {
        **today,
        "verdicts": known_then(today["verdicts"]),
        "fill_ranges": [],
    }


def test_findings_of_version_3_still_open_without_ranges_over_fills(finished, tmp_path):
    document = json.loads((finished / "findings.json").read_text(encoding="utf-8"))
    assert document.pop("fill_ranges")
    path = tmp_path / "findings.json"
    path.write_text(json.dumps({**document, "version": 3}), encoding="utf-8")
    today = to_plain(load_findings(finished))
    assert to_plain(load_findings(tmp_path)) == {**today, "fill_ranges": []}


@pytest.mark.parametrize("claim", ["Nothing of the kind.", "", 7, None, ["x"]])
def test_a_claim_that_nobody_made_is_refused(old, claim):
    path, document = old
    document["verdicts"][0]["claim"] = claim
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InvalidInput, match="damaged"):
        load_findings(path.parent)


@pytest.mark.parametrize("kind", ["sign", "leader", "disagreement", "none"])
def test_a_claim_is_about_as_many_metrics_as_its_kind_needs(kind):
    with pytest.raises(InvalidInput, match=kind):
        Claim(kind, ("a", "b", "c"), "x")
