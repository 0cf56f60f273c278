import os
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctviz.core import UnusableModel
from ctviz.models import (
    Calibration,
    DataSource,
    MeasuredFigure,
    ReliabilityBin,
    model_cards,
    read_card,
    save_model,
)
from ctviz.models.card import _TOML, _document, _read, _Written, write_card
from ctviz.models.toml import to_toml
from tests.documents import assert_each_fault_is_named, changed, places
from tests.strange import DOCUMENTS, NUMBERS

MODELS = Path(__file__).resolve().parents[2] / "models"
printable = st.text(st.characters(blacklist_categories=("Cs",)))
plain = st.one_of(
    st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False), printable
)
names = st.text(min_size=1, max_size=8, alphabet="abcXYZ019-_. é")


@given(
    st.dictionaries(names, plain | st.lists(printable) | st.lists(st.integers(-9, 9)), max_size=4),
    st.dictionaries(names, plain | st.dictionaries(names, plain, max_size=2), max_size=3),
    st.lists(st.dictionaries(names, plain, min_size=1, max_size=3), max_size=3),
)
def test_what_was_written_is_read_by_the_standard_library(values, table, tables):
    document = {f"v {name}": value for name, value in values.items()}
    document |= {"table": table, "tables": tables}
    expected = {name: value for name, value in document.items() if value != {}}
    assert tomllib.loads(to_toml(document)) == expected


def test_a_card_comes_back_as_it_was_written(classifier, tmp_path):
    full = replace(
        classifier.card,
        data=(DataSource("CT", "training", 63, 34, "CC BY 3.0", "an archive"),),
        measured=(
            MeasuredFigure("AUC", 0.75, (0.5, 1.0), "scans", "by counting"),
            MeasuredFigure("AUC", 1.0, None, "phantoms", "by counting"),
        ),
        calibration=Calibration(1.5, -0.25),
        reliability=(ReliabilityBin(0.0, 0.1, 4, 0.04, 0.25),),
        training={"steps": 3, "rate": 0.001},
    )
    saved = save_model(tmp_path, replace(classifier, card=full))
    assert read_card(tmp_path) == saved
    assert replace(saved, sha256={}) == full


def test_a_card_with_a_calibration_is_refused_by_who_would_not_see_it(classifier, tmp_path):
    # A program of format 1 would give other probabilities and say nothing.
    for calibration, written_as in ((Calibration(), 1), (Calibration(2.0), 2)):
        write_card(tmp_path, replace(classifier.card, calibration=calibration))
        document = tomllib.loads((tmp_path / "card.toml").read_text())
        assert document["format"] == written_as
        assert ("calibration" in document) == (written_as == 2)


def test_several_classes_have_no_shift(card):
    with pytest.raises(UnusableModel, match="without a shift"):
        replace(card, neurons=2, calibration=Calibration(1.0, 0.5))


@pytest.fixture
def written(card):
    """A card with all that it can have, and the document of its file."""
    full = replace(
        card,
        data=(DataSource("CT", "training", 63, 34, "CC BY 3.0", "an archive"),),
        measured=(MeasuredFigure("AUC", 0.75, (0.5, 1.0), "scans", "by counting"),),
        calibration=Calibration(1.5, -0.25),
        reliability=(ReliabilityBin(0.0, 0.1, 4, 0.04, 0.25),),
        training={"steps": 3, "rate": 0.001, "shuffled": True, "optimiser": "Adam"},
        sha256={"weights.safetensors": "0" * 64},
    )
    return full, tomllib.loads(to_toml(_document(full)))


def test_a_fault_is_named_wherever_it_stands(written):
    card, document = written
    assert _read("x", document) == card
    paths = [path for path in places(document) if path != ("format",)]
    assert_each_fault_is_named(_TOML, _Written, document, paths)
    for path in paths:
        with pytest.raises(UnusableModel) as caught:
            _read("x", changed(document, path, date(1979, 5, 27)))
        entry = [key for key in path if isinstance(key, str)][-1]
        said = f"The entry '{entry}' in the card of model 'x' is missing or not "
        assert str(caught.value).startswith(said)


OPTIONAL = {"interval", "measured", "data", "arguments", "training", "calibration", "reliability"}
OPTIONAL |= {"temperature", "shift", "familiarity"}


def test_what_a_card_must_tell_and_what_it_may(written):
    _, document = written
    for path in places(document):
        if (
            isinstance(path[-1], int)
            or path[0] == "training"
            or path[:2] == ("network", "arguments")
        ):
            continue
        short = changed(document, path, None)
        around = short
        for key in path[:-1]:
            around = around[key]
        del around[path[-1]]
        if path[-1] in OPTIONAL:
            assert _read("x", short).id == "tiny"
        else:
            with pytest.raises(UnusableModel):
                _read("x", short)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (("input", "size"), "not a list of 2."),
        (("input", "window_hu", "centre"), "not a number."),
        (("network", "neurons"), "not a whole number."),
        (("network",), "not a table."),
        (("title",), "not a text."),
        (("training", "steps"), "not a plain value."),
    ],
)
def test_a_card_says_what_an_entry_must_be(written, path, said):
    with pytest.raises(UnusableModel) as caught:
        _read("x", changed(written[1], path, []))
    assert str(caught.value).endswith(said)


@pytest.mark.parametrize("folder", sorted(path.parent for path in MODELS.rglob("card.toml")))
def test_a_shipped_card_is_written_as_it_stands(folder, tmp_path):
    write_card(tmp_path, read_card(folder))
    assert (tmp_path / "card.toml").read_bytes() == (folder / "card.toml").read_bytes()


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ('id = "tiny"', 'id = "../tiny"'),
        ('id = "tiny"', ""),
        ("format = 1", "format = 6"),
        ("neurons = 1", "neurons = 3"),
        ("neurons = 1", "neurons = true"),
        ("channels = 1", "channels = 2"),
        ("size = [48, 64]", "size = [48, 64, 3]"),
        ("size = [48, 64]", "size = [48, 6400]"),
        ("width = 400.0", "width = 0"),
        ("width = 400.0", "width = nan"),
        ("width = 400.0", 'width = "400"'),
        ("width = 8", "width = [8]"),
        ('"weights.safetensors"', '"../../weights.safetensors"'),
        ("[network]", "[network"),
    ],
)
def test_a_damaged_card_is_refused_in_one_sentence(classifier, tmp_path, entry, wrong):
    save_model(tmp_path, classifier)
    path = tmp_path / "card.toml"
    text = path.read_text(encoding="utf-8")
    assert entry in text
    path.write_text(text.replace(entry, wrong, 1), encoding="utf-8")
    with pytest.raises(UnusableModel) as caught:
        read_card(tmp_path)
    assert "\n" not in str(caught.value).strip()


def test_a_folder_without_a_card_is_refused(tmp_path):
    with pytest.raises(UnusableModel, match=r"card\.toml"):
        read_card(tmp_path)


def test_a_card_that_is_no_text_is_refused(card, tmp_path):
    write_card(tmp_path, card)
    (tmp_path / "card.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnusableModel, match="TOML"):
        read_card(tmp_path)


@pytest.mark.parametrize("content", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_a_stranger_s_text_is_refused_in_one_sentence(card, tmp_path, content):
    (tmp_path / "card.toml").write_bytes(content)
    with pytest.raises(UnusableModel) as caught:
        read_card(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS.keys())
@pytest.mark.parametrize("entry", ["neurons = 1", "width = 400.0", "centre = 50.0", "steps = 3"])
def test_a_strange_number_of_a_card_never_gets_through(card, tmp_path, entry, number):
    sums = {"weights.safetensors": "0" * 64}
    write_card(tmp_path, replace(card, training={"steps": 3}, sha256=sums))
    path = tmp_path / "card.toml"
    name = entry.partition(" =")[0]
    text = path.read_text(encoding="utf-8")
    assert entry in text
    path.write_text(text.replace(entry, f"{name} = {number}", 1), encoding="utf-8")
    allowed = {"centre": {"-1"}, "steps": {"-1", "true", '"1"'}}.get(name, set())
    if number in allowed:
        assert read_card(tmp_path).id == "tiny"
    else:
        with pytest.raises(UnusableModel):
            read_card(tmp_path)


def test_bad_cards_do_not_hide_the_others(classifier, tmp_path):
    save_model(tmp_path / "tiny", classifier)
    for number, content in enumerate(DOCUMENTS.values()):
        folder = tmp_path / f"bad{number}"
        folder.mkdir()
        (folder / "card.toml").write_bytes(content)
    shelf = model_cards(tmp_path)
    assert list(shelf) == ["tiny"]
    assert len(shelf.refused) == len(DOCUMENTS)


def test_a_folder_whose_name_is_no_text_is_named_in_text(tmp_path):
    odd = tmp_path / os.fsdecode(b"caf\xe9")
    odd.mkdir()
    (odd / "card.toml").write_text("hello")
    (why,) = [*model_cards(tmp_path).refused.items()]
    assert "".join(why).encode("utf-8").startswith(b"caf?")
