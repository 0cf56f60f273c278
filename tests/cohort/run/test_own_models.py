"""A study asks a network that a group has brought, as it asks any other."""

import hashlib
from dataclasses import replace

import pytest

from ctviz.backend import Backend
from ctviz.cohort import run_study
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.run.registration import registrations_of
from ctviz.core import InvalidInput
from ctviz.models.intake import CardAnswers, add_file
from tests.models.onnx.foreign_networks import exported, foreign_network


@pytest.fixture
def with_ours(settings, tmp_path):
    file = tmp_path / "net.onnx"
    file.write_bytes(exported(foreign_network("mobilenet")))
    answers = CardAnswers(
        id="ours", classes=("without contrast", "with contrast"), window=(50.0, 400.0)
    )
    add_file(file, answers, tmp_path / "models")
    backend = Backend(replace(settings, models=tmp_path / "models"))
    yield backend
    backend.close()


def test_a_study_is_run_on_a_network_of_its_own_file(with_ours, plan, tmp_path):
    folder = tmp_path / "study"
    run_study(with_ours, replace(plan, model="ours"), folder, workers=0)
    (fixed,) = registrations_of(StudyFolder(folder))
    content = (tmp_path / "models" / "ours" / "network.onnx").read_bytes()
    assert fixed.weights == hashlib.sha256(content).hexdigest()
    assert StudyFolder(folder).findings.is_file()


def test_a_model_of_several_findings_is_refused_before_anything_is_computed(
    with_ours, plan, tmp_path
):
    file = tmp_path / "several.onnx"
    file.write_bytes(exported(foreign_network("inception"), 3))
    answers = CardAnswers(
        id="several", classes=("a", "b", "c"), window=(50.0, 400.0), head="sigmoid"
    )
    add_file(file, answers, tmp_path / "models")
    with pytest.raises(InvalidInput, match="judges 3 findings by themselves"):
        run_study(with_ours, replace(plan, model="several"), tmp_path / "study", workers=0)
    assert not StudyFolder(tmp_path / "study").findings.is_file()
