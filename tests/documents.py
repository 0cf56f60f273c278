"""What is true of every class that is read from plain values: laws for the tests of each room."""

import copy
import json

import pytest

from ctviz.core.structure import Misfit, structured


class Nothing:
    """Of no kind that JSON or TOML has."""


def places(document, path=()):
    """Return the path of everything in a document, but of the document itself."""
    entries = enumerate(document) if isinstance(document, list) else ()
    for key, entry in document.items() if isinstance(document, dict) else entries:
        yield (*path, key)
        yield from places(entry, (*path, key))


def changed(document, path, entry):
    """Return a document with another entry at a place."""
    whole = copy.deepcopy(document)
    around = whole
    for key in path[:-1]:
        around = around[key]
    around[path[-1]] = entry
    return whole


def assert_comes_back(converter, kind, value, *, between=json):
    """Assert that a value, written and read, says what it said."""
    document = between.loads(between.dumps(converter.unstructure(value)))
    again = structured(converter, kind, document)
    assert type(again) is type(value)
    assert converter.unstructure(again) == document
    return document


def assert_each_fault_is_named(converter, kind, document, paths=None):
    """Assert that what is of no kind is refused wherever it stands, and its place is told."""
    for path in places(document) if paths is None else paths:
        with pytest.raises(Misfit) as caught:
            structured(converter, kind, changed(document, path, Nothing()))
        assert caught.value.path == path
