import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctviz.core import CtvizError, InvalidInput, Value
from ctviz.core.structure import Key, Misfit, StrictConverter, structured
from tests.documents import assert_comes_back, assert_each_fault_is_named

STRICT = StrictConverter()


def even(number):
    if number % 2:
        raise ValueError
    return number


@dataclass(frozen=True)
class Inner:
    name: str
    share: float


@dataclass(frozen=True)
class Outer:
    """Of everything that our classes are made of."""

    inner: Inner
    many: tuple[Inner, ...]
    pair: tuple[int, float | None]
    words: Sequence[Literal["a", "b"]]
    settings: Mapping[str, Value]
    by_index: Mapping[int, Inner]
    maybe: Inner | None
    twice: Annotated[int, even, Key("double")]
    truth: bool = False
    made: int = field(default=7, init=False)


texts = st.text(max_size=5)
numbers = st.floats(allow_nan=False, allow_infinity=False)
inners = st.builds(Inner, texts, numbers)
outers = st.builds(
    Outer,
    inners,
    st.lists(inners, max_size=3).map(tuple),
    st.tuples(st.integers(), st.none() | numbers),
    st.lists(st.sampled_from(["a", "b"]), max_size=3).map(tuple),
    st.dictionaries(texts, st.booleans() | st.integers() | numbers | texts, max_size=3),
    st.dictionaries(st.integers(0, 999_999), inners, max_size=3),
    st.none() | inners,
    st.integers().map(lambda number: 2 * number),
    st.booleans(),
)
SAMPLE = Outer(
    *(Inner("x", 0.5), (Inner("y", 1.0),), (1, None), ("a",), {"s": 1}, {3: Inner("z", 2.0)}),
    *(Inner("m", 3.0), 4, True),
)


@given(outers)
def test_a_value_comes_back_from_its_json(value):
    document = json.loads(json.dumps(STRICT.unstructure(value)))
    assert structured(STRICT, Outer, document) == value
    assert_comes_back(STRICT, Outer, value)


def test_a_fault_is_named_wherever_it_stands():
    document = json.loads(json.dumps(STRICT.unstructure(SAMPLE)))
    assert document.pop("made") == 7
    assert_each_fault_is_named(STRICT, Outer, document)


ACCEPTED = [
    (bool, True, True),
    (int, -3, -3),
    (int, 10**30, 10**30),
    (float, 0.5, 0.5),
    (float, 3, 3.0),
    (str, "", ""),
    (int | None, None, None),
    (tuple[int, ...], [1, 2], (1, 2)),
    (tuple[int, str], [1, "a"], (1, "a")),
    (Sequence[int], [], ()),
    (Literal["a", "b"], "b", "b"),
    (Value, 1, 1),
    (Value, True, True),
    (Mapping[str, float], {"a": 1}, {"a": 1.0}),
    (Mapping[int, str], {"12": "a"}, {12: "a"}),
    (Annotated[int, even], 4, 4),
]
REFUSED = [
    *((bool, other) for other in (0, 1, "true", None)),
    *((int, other) for other in (True, 1.0, "1", None, [1])),
    *((float, other) for other in (True, "1", None, float("nan"), float("inf"), 10**400, [])),
    *((str, other) for other in (1, None, b"a", ["a"], {})),
    *((int | None, other) for other in ("1", False, 1.0)),
    *((tuple[int, ...], other) for other in ("12", (1, 2), {}, {"1": 1}, None, 1, [1, "2"])),
    *((tuple[int, int], other) for other in ([1], [1, 2, 3], [1, 2.0], "12", [])),
    *((Literal["a", "1"], other) for other in (1, "c", ["a"], None, {})),
    *((Literal[1], other) for other in (True, 1.0)),
    *((Value, other) for other in (None, [], {}, float("nan"))),
    *((Mapping[str, int], other) for other in ([], "a", None, {"a": "1"}, {1: 1})),
    *((Mapping[int, int], {key: 1}) for key in ("-1", "1.0", "²", "", " 1", "1234567", 1)),
    *((Annotated[int, even], other) for other in (3, "4", True)),
    *((Inner, other) for other in (None, [], "a", {}, {"name": "a"}, {"name": "a", "share": "1"})),
]


@pytest.mark.parametrize(("kind", "document", "value"), ACCEPTED, ids=lambda each: str(each)[:40])
def test_what_has_the_stated_type_is_read(kind, document, value):
    found = structured(STRICT, kind, document)
    assert found == value
    assert type(found) is type(value) or isinstance(value, dict)


@pytest.mark.parametrize(("kind", "document"), REFUSED, ids=lambda each: str(each)[:40])
def test_nothing_is_made_to_fit(kind, document):
    with pytest.raises(Misfit):
        structured(STRICT, kind, document)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
KINDS = [kind for kind, _ in REFUSED if kind is not Inner]


@given(st.sampled_from([*KINDS, Inner, Outer]), plain)
def test_whatever_is_read_says_when_written_what_was_read(kind, document):
    try:
        found = structured(STRICT, kind, document)
    except Misfit:
        return
    written = json.loads(json.dumps(STRICT.unstructure(found, kind)))
    # A class passes entries over that are none of its own.
    read = {key: document[key] for key in written} if kind in {Inner, Outer} else document
    if kind == Mapping[int, int]:
        read = {str(int(key)): entry for key, entry in document.items()}
    assert written == read


def test_only_the_first_fault_of_a_long_list_is_kept():
    with pytest.raises(Misfit) as caught:
        structured(STRICT, tuple[int, ...], ["x"] * 1_000_000)
    assert caught.value.path == (0,)


def test_a_strict_form_may_ask_for_more():
    document = {"name": "a", "share": 1.0}
    with pytest.raises(Misfit):
        structured(StrictConverter(closed=True), Inner, document | {"more": 1})
    assert structured(STRICT, Inner, document | {"more": 1}) == Inner("a", 1.0)
    whole = json.loads(json.dumps(STRICT.unstructure(SAMPLE)))
    del whole["truth"]
    assert structured(STRICT, Outer, whole).truth is False
    with pytest.raises(Misfit) as caught:
        structured(StrictConverter(complete=True), Outer, whole)
    assert (caught.value.path, caught.value.wanted) == (("truth",), "true or false")


def test_where_there_is_no_null_none_is_left_out():
    toml = StrictConverter(nulls=False)

    @dataclass(frozen=True)
    class Measured:
        interval: tuple[float, float] | None
        value: float

    assert toml.unstructure(Measured(None, 1.0)) == {"value": 1.0}
    assert structured(toml, Measured, {"value": 1.0}) == Measured(None, 1.0)


def test_fields_are_called_by_a_rule_or_by_their_key():
    loud = StrictConverter(key=str.upper)
    assert loud.keys(Inner) == {"name": "NAME", "share": "SHARE"}
    assert loud.keys(Outer)["twice"] == "double"
    assert loud.unstructure(Inner("a", 1.0)) == {"NAME": "a", "SHARE": 1.0}
    with pytest.raises(Misfit) as caught:
        structured(loud, Inner, {"NAME": "a", "SHARE": "b"})
    assert caught.value.path == ("SHARE",)


def test_a_class_may_refuse_by_itself():
    @dataclass(frozen=True)
    class Proud:
        size: int

        def __post_init__(self):
            if self.size < 0:
                raise InvalidInput("Too small.")

    with pytest.raises(InvalidInput, match=r"Too small\."):
        structured(STRICT, tuple[Proud, ...], [{"size": 1}, {"size": -1}])


@pytest.mark.parametrize("key", ["a\nb", "x" * 70_000, "\ud800", "\0", "é"])
def test_a_stranger_s_key_makes_no_second_line(key):
    with pytest.raises(CtvizError) as caught:
        structured(STRICT, Mapping[str, int], {key: "1"})
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert len(sentence) < 500
    assert caught.value.path == (key,)


def test_a_kind_that_nothing_reads_is_a_mistake_of_ours_and_no_damage():
    with pytest.raises(KeyError):
        structured(STRICT, set[str], ["a"])
