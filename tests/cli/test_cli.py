import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import ctviz as face
from ctviz.backend import Backend
from ctviz.cli.program import COMMANDS, name_of, parser
from ctviz.core import Region, Settings
from ctviz.estimators import ESTIMATORS
from ctviz.io import save_mask
from ctviz.metrics import METRICS
from ctviz.models import new_classifier, read_card, save_model
from ctviz.viz import HeatmapLook, heatmap, overlay, to_pixel_aspect, window_image
from tests.backend.small_model import MODEL


def rows_of(run) -> list[dict[str, str]]:
    assert run.code == 0, run.err
    return list(csv.DictReader(io.StringIO(run.out)))


def sentence(run) -> str:
    assert run.code == 2
    assert run.out == ""
    assert run.err.count("\n") == 1
    assert "Traceback" not in run.err
    return run.err


def test_help_is_quick_because_nothing_heavy_is_imported():
    code = (
        "import sys; from ctviz.cli.program import parser; parser().format_help();"
        "print(sorted({'torch', 'pydicom', 'monai', 'scipy', 'streamlit'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_importing_ctviz_imports_nothing_heavy():
    code = "import sys, ctviz; print(sorted({'torch', 'numpy', 'pydicom'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert {"explain", "load_case", "load_model"} <= set(dir(face))


def test_the_module_is_the_program():
    done = subprocess.run(
        [sys.executable, "-m", "ctviz", "--help"], capture_output=True, text=True, check=True
    )
    assert "ctviz explain" in done.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=name_of)
def test_every_command_teaches_with_an_example(command, capsys):
    name = name_of(command)
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([name, "--help"])
    assert ended.value.code == 0
    assert f"  ctviz {name}" in capsys.readouterr().out


def test_the_face_explains_a_slice(series, shelf):
    case = face.load_case(series)
    maps = face.explain(face.load_model(shelf / MODEL), case.slice(1), estimators=("gradient",))
    assert list(maps) == ["gradient"]
    assert maps["gradient"].values.shape == (48, 48)


def test_the_face_has_no_other_names():
    with pytest.raises(AttributeError, match="unknown"):
        _ = face.unknown


def test_indexing_lists_the_case_and_doing_it_again_changes_nothing(ctviz, series):
    (row,) = rows_of(ctviz("index", series, "--format", "csv"))
    assert (row["title"], row["slices"], row["truth"]) == ("Disc", "3", "with contrast")
    assert rows_of(ctviz("index", series, "--format", "csv")) == [row]
    assert rows_of(ctviz("cases", "--format", "csv")) == [row]


def test_a_table_of_labels_gives_the_truth(ctviz, series, tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text("file,contrast\n0001.dcm,0\nmissing.dcm,1\n")
    run = ctviz("index", series, "--labels", labels, "--format", "csv")
    (row,) = rows_of(run)
    assert (row["slices"], row["truth"]) == ("1", "without contrast")
    assert "does not exist" in run.err
    assert rows_of(ctviz("index", series / "0001.dcm", "--format", "csv"))[0]["truth"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("name,contrast\na,1\n", "column 'file'"),
        ("file,contrast\n0001.dcm,yes\n", "Line 2"),
        ("", "column 'file'"),
    ],
)
def test_a_table_of_labels_that_makes_no_sense_is_one_sentence(
    ctviz, series, tmp_path, table, said
):
    (tmp_path / "labels.csv").write_text(table)
    assert said in sentence(ctviz("index", series, "--labels", tmp_path / "labels.csv"))


def test_without_cases_the_list_says_where_to_begin(ctviz):
    run = ctviz("cases")
    assert (run.code, run.out) == (0, "")
    assert "ctviz demo" in run.err


def test_what_cannot_be_read_is_said_with_its_reason(ctviz, tmp_path):
    (tmp_path / "scan.dcm").write_text("these are my notes")
    run = ctviz("index", tmp_path / "scan.dcm")
    assert run.code == 2
    assert run.err.startswith("scan.dcm: ")


def test_a_prediction_has_every_class(ctviz, series):
    (row,) = rows_of(ctviz("predict", series, "--format", "csv"))
    shares = [float(row["without contrast"]), float(row["with contrast"])]
    assert sum(shares) == pytest.approx(1)
    assert row["slice_index"] == "1"
    assert row["prediction"] == ("without contrast", "with contrast")[int(np.argmax(shares))]


def test_all_slices_can_be_predicted_as_json(ctviz, series):
    run = ctviz("predict", series, "--all", "--format", "json")
    assert [row["slice_index"] for row in json.loads(run.out)] == [0, 1, 2]


def test_explain_writes_numbers_and_pictures(ctviz, series, shelf, tmp_path):
    out = tmp_path / "maps"
    rows = rows_of(
        ctviz(
            *("explain", series, "--estimators", "gradient,smoothgrad", "--out", out),
            *("--set", "smoothgrad.samples=2", "--slice", "0", "--target", "with contrast"),
            *("--format", "csv"),
        )
    )
    assert [row["estimator"] for row in rows] == ["gradient", "smoothgrad"]
    image = face.load_case(series).slice(0)
    chosen = ("gradient", ESTIMATORS["smoothgrad"](samples=2))
    expected = face.explain(face.load_model(shelf / MODEL), image, 1, chosen)
    for row in rows:
        values = np.load(row["numbers"])
        np.testing.assert_allclose(values, expected[row["estimator"]].values, rtol=1e-3, atol=1e-6)
        with Image.open(row["picture"]) as picture:
            seen = np.asarray(picture)
        # What the viewer shows a reader who has changed nothing.
        grey = window_image(image.hounsfield, 400, 40)
        shown = overlay(grey, heatmap(values, HeatmapLook.of("absolute")))
        np.testing.assert_array_equal(seen, to_pixel_aspect(shown, image.spacing_mm, 768))


def test_explain_writes_error_bars_beside_the_maps(ctviz, series, tmp_path):
    out, chosen = tmp_path / "maps", ("--estimators", "gradient,smoothgrad", "--slice", "0")
    asked = ("explain", series, *chosen, "--set", "smoothgrad.samples=2", "--format", "csv")
    plain = rows_of(ctviz(*asked, "--out", tmp_path / "plain"))
    rows = rows_of(ctviz(*asked, "--out", out, "--error-bars"))
    assert {path.name for path in (tmp_path / "plain").glob("*.npy")} == {
        Path(row["numbers"]).name for row in plain
    }
    for row in rows:
        name = row["numbers"].removesuffix(".npy")
        stronger = np.load(f"{name}-stronger.npy")
        assert stronger.dtype == bool
        assert stronger.shape == np.load(row["numbers"]).shape
        assert ("Nothing is stronger" in row["chance"]) == (not stronger.any())
    low, mean, high = (np.load(f"{name}-seeds-{end}.npy") for end in ("low", "mean", "high"))
    assert (low <= mean).all()
    assert (mean <= high).all()
    assert (low < high).any()
    # A gradient has no seed, and this model no twins.
    assert not [*out.glob("*gradient-seeds*"), *out.glob("*twins*")]


def test_explain_tells_how_far_a_paths_map_is_from_the_change_of_the_score(
    ctviz, series, shelf, tmp_path
):
    asked = ("explain", series, "--estimators", "integrated-gradients,gradient", "--slice", "0")
    asked = (*asked, "--out", tmp_path / "maps", "--target", "with contrast")
    rows = rows_of(ctviz(*asked, "--format", "csv"))
    image = face.load_case(series).slice(0)
    expected = face.explain(
        face.load_model(shelf / MODEL), image, 1, estimators=("integrated-gradients",)
    )["integrated-gradients"]
    assert [row["estimator"] for row in rows] == ["integrated-gradients", "gradient"]
    told = float(rows[0]["completeness_gap"])
    assert told == pytest.approx(expected.completeness_gap, abs=1e-3)
    assert rows[1]["completeness_gap"] == ""
    assert "completeness gap" in ctviz(*asked).out


def test_a_second_opinion_agrees_with_the_shipped_kind_of_network(ctviz, series):
    rows = rows_of(ctviz("second-opinion", series, "--target", "1", "--format", "csv"))
    asked = [row for row in rows if not row["why"]]
    assert len(asked) == len(rows) == 7
    assert all(float(row["difference"]) < 1e-4 for row in asked)
    assert all(float(row["correlation"]) > 0.9999 for row in asked)


def test_a_refused_estimator_is_said_and_the_others_are_written(ctviz, series, tmp_path):
    asked = ("explain", series, "--out", tmp_path / "maps", "--format", "csv")
    asked = (*asked, "--set", "grad-cam.layer=no-such-layer", "--estimators")
    run = ctviz(*asked, "grad-cam,random")
    assert [row["estimator"] for row in rows_of(run)] == ["random"]
    assert run.err.count("\n") == 1
    alone = ctviz(*asked, "grad-cam")
    assert alone.code == 2
    assert "No map could be computed" in alone.err


def test_scores_are_tidy_rows_and_equal_the_metrics(ctviz, series, tmp_path):
    image = face.load_case(series).slice(1)
    mask = image.hounsfield > 150
    save_mask(mask, tmp_path / "disc.png", image)
    rows = rows_of(
        ctviz(
            *("score", series, "--mask", tmp_path / "disc.png", "--estimators", "gradient,random"),
            *("--metrics", "auroc,fidelity", "--set", "fidelity.step=0.25", "--format", "csv"),
        )
    )
    assert list(rows[0]) == [
        *("patient", "case", "slice_index", "model", "estimator", "sign", "metric", "value", "why")
    ]
    assert len(rows) == 2 * 2 * 2
    ctviz("explain", series, "--estimators", "gradient", "--out", tmp_path / "maps")
    (numbers,) = (tmp_path / "maps").glob("*.npy")
    expected = METRICS["auroc"]()(np.abs(np.load(numbers)), mask).value
    (found,) = [
        float(row["value"])
        for row in rows
        if (row["estimator"], row["sign"], row["metric"]) == ("gradient", "absolute", "auroc")
    ]
    assert found == pytest.approx(expected, abs=1e-6)


def test_every_kind_of_metric_is_scored_at_once(ctviz, series):
    asked = ("score", series, "--estimators", "gradient,edges", "--metrics", "all")
    quick = ("fidelity", "logit-fidelity", "insertion", "deletion")
    settings = [part for name in quick for part in ("--set", f"{name}.step=0.5")]
    rows = rows_of(ctviz(*asked, *settings, "--sign", "absolute", "--format", "csv"))
    assert [row["metric"] for row in rows] == [name for name in METRICS for _ in range(2)]
    assert all(row["value"] or row["why"] for row in rows)
    kept = {row["estimator"]: row["value"] for row in rows if row["metric"] == "randomisation"}
    assert float(kept["edges"]) == pytest.approx(1)
    assert float(kept["gradient"]) < 1


def test_a_preset_is_scored_under_its_own_name(ctviz, series):
    asked = ("score", series, "--estimators", "edges", "--sign", "signed", "--format", "csv")
    own, preset = rows_of(ctviz(*asked, "--metrics", "fidelity,paper-2022"))
    assert (own["metric"], preset["metric"]) == ("fidelity", "paper-2022")
    assert own["value"] == preset["value"]


def test_controls_have_no_sanity_and_every_estimator_says_why(ctviz):
    rows = rows_of(ctviz("sanity", MODEL, "--estimators", "edges,gradient", "--format", "csv"))
    assert [(row["estimator"], row["verdict"]) for row in rows] == [("edges", ""), ("gradient", "")]
    assert "control" in rows[0]["why"]
    assert "reference images" in rows[1]["why"]


def test_scores_agree_with_what_a_reader_drew(ctviz, series):
    (row,) = rows_of(ctviz("index", series, "--format", "csv"))
    backend = Backend(Settings.from_environment())
    mask = backend.case(row["case"]).slice(1).hounsfield > 150
    backend.store.append_region(Region(row["case"], 1, "AB", "disc", mask))
    backend.close()
    asked = ("score", row["case"], "--estimators", "random", "--metrics", "auroc")
    (score,) = rows_of(ctviz(*asked, "--reader", "AB", "--sign", "signed", "--format", "csv"))
    assert 0 <= float(score["value"]) <= 1
    asked = ("score", row["case"], "--estimators", "random", "--metrics", "auroc-corrected")
    (score,) = rows_of(ctviz(*asked, "--reader", "AB", "--sign", "signed", "--format", "csv"))
    assert score["why"].startswith("No other patient has a region of this reader")
    assert "drawn nothing" in sentence(ctviz(*asked, "--reader", "CD"))


def test_without_a_region_agreement_says_what_is_missing(ctviz, series):
    run = ctviz("score", series, "--estimators", "random", "--metrics", "dice", "--format", "json")
    assert {(row["value"], row["why"][:4]) for row in json.loads(run.out)} == {(None, "Draw")}
    table = ctviz("score", series, "--estimators", "random", "--metrics", "dice").out
    assert "–" in table


def test_in_a_contrast_maps_that_know_no_class_say_so(ctviz, series, shelf, tmp_path, monkeypatch):
    card = replace(read_card(shelf / MODEL), id="three", classes=("a", "b", "c"), neurons=3)
    save_model(tmp_path / "shelf" / "three", new_classifier(card, seed=6))
    monkeypatch.setenv("CTVIZ_MODELS", str(tmp_path / "shelf"))
    asked = ("--target", "b", "--rather-than", "c", "--estimators", "gradient,edges")
    rows = rows_of(ctviz("explain", series, *asked, "--out", tmp_path, "--format", "csv"))
    assert {row["estimator"]: row["class"] for row in rows} == {
        "gradient": "b rather than c",
        "edges": "the same for every class",
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("predict", "C-00000000"), "case or file"),
        (("predict", "{series}", "--model", "smal-test"), f"Did you mean '{MODEL}'"),
        (("predict", "{series}", "--slice", "9"), "slices 0 to 2"),
        (("explain", "{series}", "--estimators", "gradent"), "Did you mean 'gradient'"),
        (("explain", "{series}", "--target", "maybe"), "No class is called 'maybe'"),
        (("explain", "{series}", "--target", "1", "--rather-than", "0"), "has one output"),
        (("explain", "{series}", "--target", "1", "--rather-than", "no"), "No class is called"),
        (("explain", "{series}", "--set", "smoothgrad.samples=2"), "not among the chosen"),
        (("explain", "{series}", "--set", "samples"), "has no value"),
        (("explain", "{series}", "--set", "seed=1"), "whose parameter"),
        (
            ("explain", "{series}", "--estimators", "random", "--set", "random.sed=1"),
            "Did you mean 'seed'",
        ),
        (
            ("explain", "{series}", "--estimators", "random", "--set", "random.seed=x"),
            "must be of type int",
        ),
        (("score", "{series}", "--mask", "no-such.png"), "mask"),
        (("score", "{series}", "--metrics", "dize"), "Did you mean 'dice'"),
        (
            ("score", "{series}", "--metrics", "paper-2022", "--set", "paper-2022.step=0.5"),
            "settings of the preset",
        ),
        (("sanity", "smal-test"), f"Did you mean '{MODEL}'"),
        (("train", "--out", "x", "--name", "real"), "--real"),
        (("train", "--out", "x", "--list"), "--real"),
        (("train", "--out", "x", "--set", "phantom=3"), "Did you mean 'phantoms'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_mistake_is_one_sentence_and_exit_code_2(ctviz, series, arguments, said):
    assert said in sentence(ctviz(*(a.replace("{series}", str(series)) for a in arguments)))


@pytest.mark.parametrize("command", ["estimators", "metrics"])
def test_what_is_registered_is_listed_with_its_parameters(ctviz, command):
    registry = ESTIMATORS if command == "estimators" else METRICS
    assert [row["name"] for row in rows_of(ctviz(command, "--format", "csv"))] == list(registry)
    text = ctviz(command).out
    for member in registry.values():
        assert member.summary in text


def test_models_are_listed(ctviz):
    (row,) = rows_of(ctviz("models", "--format", "csv"))
    assert (row["model"], row["network"], row["input"]) == (MODEL, "resnet18", "32 × 32")


def test_a_reader_of_the_output_may_stop_reading():
    with subprocess.Popen(
        [sys.executable, "-m", "ctviz", "metrics"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_ctrl_c_ends_with_130_and_leaves_nothing_running(ctviz, monkeypatch):
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ctviz.cli.cases.run", interrupt)
    run = ctviz("cases")
    assert (run.code, run.err) == (130, "Stopped.\n")


def test_training_writes_a_model_that_can_be_used(ctviz, environment, monkeypatch, series):
    monkeypatch.setenv("CTVIZ_MODELS", str(environment / "models"))
    small = {
        "size": 32,
        "phantoms": 2,
        "phantom_steps": 1,
        "fresh_phantoms": 1,
        "batch": 2,
    }
    settings = [part for name, value in small.items() for part in ("--set", f"{name}={value}")]
    run = ctviz("train", "--out", environment / "models" / "quick", *settings)
    assert run.code == 0, run.err
    (row,) = rows_of(ctviz("models", "--format", "csv"))
    assert row["model"] == "quick"
    assert ctviz("predict", series).code == 0
