import sys
from importlib.metadata import EntryPoint

import pytest

import ctviz.core.registry as registry_module
from ctviz.core import Registry, UnknownName


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two plug-in files, found by nothing but their place."""
    folder = tmp_path / "plugs"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from ctviz.core import Registry\n"
        "PLUGS = Registry('plug', package='plugs', group='ctviz.test_plugs')\n"
    )
    for name in ("b", "a"):
        (folder / f"{name}.py").write_text(
            f"from plugs import PLUGS\n@PLUGS.register('plug-{name}')\nclass Plug:\n    pass\n"
        )
    monkeypatch.syspath_prepend(tmp_path)
    yield __import__("plugs")
    for name in [n for n in sys.modules if n.split(".")[0] == "plugs"]:
        del sys.modules[name]


def test_a_file_in_the_package_is_an_entry_and_knows_its_name(package):
    assert list(package.PLUGS) == ["plug-a", "plug-b"]
    assert package.PLUGS["plug-a"].name == "plug-a"


def test_an_unknown_name_suggests_the_nearest(package):
    with pytest.raises(UnknownName, match="Did you mean 'plug-a'"):
        package.PLUGS["plug-aa"]


def test_other_distributions_add_theirs_by_entry_point(package, monkeypatch):
    entry = EntryPoint("plug-c", "collections:OrderedDict", "ctviz.test_plugs")
    monkeypatch.setattr(registry_module, "entry_points", lambda group: [entry])
    assert "plug-c" in package.PLUGS
    assert len(package.PLUGS) == 3


def test_two_members_cannot_share_a_name():
    registry = Registry("plug", package="plugs", group="none")
    registry.register("x")(object())
    with pytest.raises(ValueError, match="twice"):
        registry.register("x")(object())


def test_a_composed_name_is_found_and_not_listed():
    registry = Registry("fruit", package="tests.core", group="no.such.group")
    registry._discovered = True
    registry.register("apple")("apple itself")
    registry.composed(lambda name: "two apples" if name == "apple+apple" else None)
    assert registry["apple"] == "apple itself"
    assert registry["apple+apple"] == "two apples"
    assert "apple+apple" in registry
    assert "apple+pear" not in registry
    assert list(registry) == ["apple"]
    with pytest.raises(UnknownName):
        registry["apple+pear"]
