"""The way in for a network that a group has trained: dropped, tried, described, added."""

import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import streamlit as st

from ctviz.backend import Job
from ctviz.backend.bundles import rehearsed_upload
from ctviz.core import CtvizError, Param, UnusableModel, Value, parameters
from ctviz.core.text import count_of
from ctviz.models import ARCHITECTURES, ModelCard
from ctviz.models.card import ONNX
from ctviz.models.intake import Bundle, Inspection, LeftOpen, Rehearsal, add_network
from ctviz.store import AuditEvent
from ctviz.ui.access import may, permit, record
from ctviz.ui.cases.uploads import Upload, drop_zone
from ctviz.ui.models.card_entries import CardEntries
from ctviz.ui.models.card_form import ask_card
from ctviz.ui.models.known_answers import show_known_answers
from ctviz.ui.service import backend, settings
from ctviz.ui.session import Newcomer, begin, session, value_of, widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.plain_text import plain, plainly
from ctviz.ui.widgets.waiting import ready

SIDES = ("Rows", "Columns")
SIZE = 224
"""What most networks were trained with."""


def add_own_model() -> None:
    """Let an owner bring a network, and lead it to the shelf."""
    if not may("import"):
        return
    newcomer = session().newcomer
    _tell()
    if newcomer is None:
        with st.expander("Add your own model", icon=":material/add:"):
            st.markdown(
                "An ONNX file of a network that classifies slices, or a checkpoint (.pth, .pt, "
                ".ckpt, .safetensors) of a ResNet, DenseNet, SENet, EfficientNet or ViT, or the "
                ".zip of a MONAI bundle with one",
                help="It is read as data and never run: a process of its own with little memory "
                "tries it first. docs/own-models.md says how to export one.",
            )
            drop_zone(widget("upload-model"), _uploaded)
        return
    with st.container(border=True, key=widget("newcomer")):
        if newcomer.adding is not None:
            _added(newcomer, newcomer.adding)
        elif ready("trial", newcomer.trial, "Trying the network in a process of its own …"):
            _tried(newcomer)


def _tell() -> None:
    """Say what came of the last network, with the way to read it."""
    words, good = session().newcomer_said
    if words and good:
        st.success(words, icon=":material/check:")
        st.page_link(
            "pages/compare.py",
            label="Read it on Compare",
            icon=":material/compare:",
            query_params={"model": session().model},
        )
    elif words:
        st.error(words, icon=":material/error:")


def _say(words: str, *, good: bool) -> None:
    session().newcomer_said = words, good


def _uploaded(upload: Upload) -> None:
    permit("import")
    _say(plainly(upload.left_out, " "), good=False)
    if upload.folder is None:
        return
    files = [path for path in upload.folder.glob("*/*/*") if path.is_file()]
    if len(files) != 1:
        shutil.rmtree(upload.folder, ignore_errors=True)
        _say("Bring one file at a time: a network is one file.", good=False)
        return
    _begin(upload.folder, files[0])


def _begin(folder: Path, file: Path) -> None:
    work = partial(rehearsed_upload, file, _room(folder))
    session().newcomer = Newcomer(folder, file, backend().make(f"try {file}", work))


def _room(folder: Path) -> Path:
    """Return where an archive is unpacked, beside what was dropped."""
    return folder / "unpacked"


def _tried(newcomer: Newcomer) -> None:
    """Ask for the card of a network that can be read; say why another cannot."""
    st.markdown(f"**{plain(newcomer.file.name)}**")
    try:
        rehearsal = newcomer.trial.result()
    except LeftOpen as why:
        _ask_open(newcomer, why)
    except CtvizError as error:
        st.error(plain(error), icon=":material/error:")
        _discard_button("Close")
    else:
        _describe(newcomer, rehearsal)


def _ask_open(newcomer: Newcomer, why: LeftOpen) -> None:
    """Ask for the size of the images, and for hyperparameters that weights do not tell."""
    st.markdown(plain(why))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name in SIDES:
            st.number_input(name, 8, 1024, key=begin(widget("newcomer", name), SIZE), width=140)
        for parameter in _open_parameters(why):
            low, high = int(parameter.low or 0), int(parameter.high or 0)
            st.number_input(
                parameter.name.capitalize(),
                low,
                high,
                key=begin(
                    widget("newcomer", parameter.name), int(why.hyperparameters[parameter.name])
                ),
                help=parameter.help,
                width=140,
            )
        st.button(
            "Try it",
            key=widget("newcomer", "try"),
            on_click=uninterrupted(_try_again),
            args=(newcomer, why),
            type="primary",
        )
        _discard_button()


def _open_parameters(why: LeftOpen) -> list[Param]:
    if not why.architecture:
        return []
    known = parameters(ARCHITECTURES[why.architecture])
    return [each for each in known if each.name in why.hyperparameters]


def _try_again(newcomer: Newcomer, why: LeftOpen) -> None:
    permit("import")
    rows, columns = (int(str(value_of(widget("newcomer", side)))) for side in SIDES)
    given: dict[str, Value] = {
        each.name: int(str(value_of(widget("newcomer", each.name))))
        for each in _open_parameters(why)
    }
    file, room = newcomer.file, _room(newcomer.folder)
    work = partial(rehearsed_upload, file, room, (rows, columns), why.architecture, given)
    newcomer.trial = backend().make(f"try {newcomer.file} {rows} {columns} {given}", work)


def _describe(newcomer: Newcomer, rehearsal: Rehearsal) -> None:
    found = rehearsal.found
    st.markdown(_facts(found))
    if found.alone:
        st.info("It takes one image at a time, which is slow; export it with a dynamic batch axis.")
    if rehearsal.bundle is not None:
        st.info(_of_bundle(rehearsal.bundle))
    questions, answers = st.columns([5, 7], gap="large")
    entries = newcomer.entries = newcomer.entries or CardEntries.fresh(
        newcomer.file.stem, found, rehearsal.bundle
    )
    with questions:
        ask_card(entries, found)
        missing = _missing(entries, found)
        if missing:
            st.caption(f":material/info: {plain(missing)}")
        with st.container(horizontal=True):
            st.button(
                "Add this model",
                key=widget("newcomer", "add"),
                on_click=uninterrupted(_add),
                args=(newcomer, rehearsal),
                type="primary",
                disabled=bool(missing),
            )
            _discard_button()
    with answers:
        show_known_answers(newcomer, rehearsal, entries)


def _missing(entries: CardEntries, found: Inspection) -> str:
    """Return what the form still lacks; empty if it is complete."""
    if not all(name.strip() for name in entries.classes):
        return "Name its classes, in the order of its outputs."
    if not entries.id:
        return "Give it a name with letters or digits."
    if entries.id in backend().models():
        return f"There is a model '{entries.id}' already; choose another name."
    try:
        entries.answers(found.channels).card(found)
    except UnusableModel as error:
        return str(error)
    return ""


def _of_bundle(bundle: Bundle) -> str:
    """Return what somebody should know of a bundle whose words fill in the form."""
    aside = f"Its {count_of(bundle.left_aside, 'other file')}, such as programs, {{}} not read. "
    were = "was" if bundle.left_aside == 1 else "were"
    return (
        "What the bundle says fills in the questions below; look it over. "
        + (aside.format(were) if bundle.left_aside else "")
        + "Nothing of it is ever run. MONAI's readers put x before y: if it was trained so, its "
        "images lay on their side, and its answers on known cases show whether it is right here."
    )


def _facts(found: Inspection) -> str:
    rows, columns = found.size
    parts = [
        f"images of {rows} × {columns}, {count_of(found.channels, 'channel')}",
        count_of(found.neurons, "output"),
        f"{found.weights:,} weights",
        f"answers equal ONNX Runtime's to {found.difference:.0e}"
        if found.architecture == ONNX
        else f"they fit {found.architecture}{_told(found.arguments)}",
    ]
    if found.ending:
        parts.append(f"its closing {found.ending.lower()} was left away")
    return ":gray[" + " · ".join(map(plain, parts)) + "]"


def _told(arguments: Mapping[str, Value]) -> str:
    """Return hyperparameters in words."""
    return "".join(f", {name} {value}" for name, value in arguments.items())


def _add(newcomer: Newcomer, rehearsal: Rehearsal) -> None:
    permit("import")
    if newcomer.entries is not None:
        answers = newcomer.entries.answers(rehearsal.found.channels)
        work = partial(add_network, rehearsal, answers, settings().models)
        newcomer.adding = backend().make(f"add {newcomer.file}", work)


def _added(newcomer: Newcomer, job: Job[ModelCard]) -> None:
    """Put the network on the shelf, and say that it is there."""
    if not ready("adding-model", job, "Putting it on the shelf …"):
        return
    newcomer.adding = None
    try:
        card = job.result()
    except CtvizError as error:
        _say(plain(error), good=False)
    else:
        record(AuditEvent.IMPORTED, f"the model {card.id}")
        _discard()
        session().model = card.id
        said = f"{plain(card.title)} is on the shelf, beside the other models."
        _say(said, good=True)
        st.toast(said, icon=":material/check:")
    st.rerun()


def _discard_button(label: str = "Discard") -> None:
    st.button(label, key=widget("newcomer", "discard"), on_click=uninterrupted(_discard))


def _discard() -> None:
    newcomer, session().newcomer = session().newcomer, None
    session().typed.clear()
    if newcomer is not None:
        newcomer.trial.cancel()
        shutil.rmtree(newcomer.folder, ignore_errors=True)
    _say("", good=True)
