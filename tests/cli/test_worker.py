import pytest

from ctviz.cli.program import main


@pytest.mark.parametrize("address", ["host", "http://host:8786", "tcp://host"])
def test_a_worker_of_no_cluster_is_refused_in_a_sentence(address, capsys):
    assert main(["worker", address]) == 2
    assert "like tcp://host:8786" in capsys.readouterr().err


def test_a_machine_joins_with_one_worker_or_more(capsys):
    assert main(["worker", "tcp://host:8786", "--workers", "0"]) == 2
    assert "one worker or more" in capsys.readouterr().err


def test_a_study_on_no_cluster_is_refused_in_a_sentence(environment, capsys, tmp_path):
    out = str(tmp_path / "out")
    assert main(["study", "--cohort", "all", "--cluster", "somewhere", "--out", out]) == 2
    assert "like tcp://host:8786" in capsys.readouterr().err
