"""The help page: how to work, what the names mean, what a score does not prove."""

from collections.abc import Mapping, Sequence

import streamlit as st

from ctviz.core.theme import THEME, Gesture, Shortcut
from ctviz.estimators import ESTIMATORS, Estimator
from ctviz.metrics import METRICS, Metric
from ctviz.ui.access.audit_export import offer_audit

WORKFLOW = """
1. **Cases**: open a case of the demo cohort, add your own CT as DICOM, zip, NIfTI or image, or
   fetch it **From a PACS** that whoever runs ctviz has named. Outlines that exist already (SEG,
   RTSTRUCT and others) become regions there, too.
2. **Compare**: scroll to a slice; the classifier says what it sees, with its probability.
3. Choose **estimators** under **Maps**: each shows, as a heatmap, which pixels it
   holds important for that answer. Under **Maps, Beside** a second model can join: its maps stand
   beside the first's, with a third picture of where they differ.
4. **Draw** where a human would look; every finished stroke is saved by itself. **Measure** with
   ruler, angle, ellipse and rectangle: an area says mean ± standard deviation of the pixels whose
   centres lie within, and on a map their mean importance.
5. Read the **scores** beside each map: agreement with your region, fidelity to the model. The
   **sanity** badge says whether the map depends on what the model has learnt.
   **Sum off by** says how far a map made along a path is from the change of the score it divides.
6. **Study**: rank the estimators over a whole cohort, with intervals over patients, and take the
   report home. **Results, DICOM** on Compare takes regions, maps and scores of one slice along.
"""

LIMITS = """
- **Not a medical device.** For research and teaching only; nothing here may decide about a patient.
- A high **agreement** says that a map lies where you would look, not that the model used that
  place.
- A high **fidelity** says that the model's answer hangs on the marked pixels when they are replaced
  by one fill; another fill can give another answer.
- A passed **sanity** check proves little: the map changes when the weights are shuffled. One that
  is not passed says that the map shows the image more than the model.
- A map of one slice is an anecdote. **Study** ranks estimators over many slices of many patients.
- The shipped classifiers know one question (iodine contrast or not) from phantoms and a few dozen
  real slices; their cards on **Models** say where they fail.
"""


def _entries(registry: Mapping[str, type[Estimator] | type[Metric]]) -> None:
    for name, entry in registry.items():
        control = " · control" if getattr(entry, "control", False) else ""
        better = getattr(entry, "better", "")
        direction = f" · {better} is better" if better else ""
        title = f"**{entry.title}** `{name}`{control}{direction}"
        st.markdown(f"{title}  \n{entry.summary}  \n:gray[{entry.cite}]")


def _table(heads: Sequence[str], told: Sequence[Gesture | Shortcut], columns: int) -> str:
    """Return what mouse or keyboard do, a pair of cells for each, in columns of pairs."""
    pairs = [(f"`{one.shown}`", one.help) for one in told]
    rows = -(-len(pairs) // columns)
    filled = [*pairs, *[("", "")] * (rows * columns - len(pairs))]
    lines = [
        [cell for column in range(columns) for cell in filled[column * rows + row]]
        for row in range(rows)
    ]
    ruler = ["---"] * (2 * columns)
    return "\n".join(f"| {' | '.join(line)} |" for line in [[*heads] * columns, ruler, *lines])


def mouse_table() -> str:
    """Return what the mouse does in the viewer, as Markdown."""
    return _table(["mouse", "does"], THEME.gestures, columns=1)


def key_table() -> str:
    """Return what each key does in the viewer, as Markdown."""
    return _table(["key", "does"], THEME.keys, columns=2)


def guide() -> None:
    """Show the help page."""
    st.subheader("How to work with ctviz")
    st.markdown(WORKFLOW)
    shortcuts, limits = st.columns([3, 2])
    with shortcuts:
        st.subheader("Mouse and keyboard")
        st.markdown(mouse_table())
        st.markdown(key_table())
    with limits:
        st.subheader("Limits")
        st.markdown(LIMITS)
    estimators, metrics = st.columns(2)
    with estimators:
        st.subheader("Estimators")
        _entries(ESTIMATORS)
    with metrics:
        st.subheader("Metrics")
        _entries(METRICS)
    offer_audit()
