"""How much of a map lies on neighbouring slices, in a few words and a sentence."""

from ctviz.ui.viewer import Remark

MEANING = (
    "{share} of this map's strength lies on the neighbouring slices that the model sees, the rest "
    "on the slice that is shown. Here all of it is added up, so look at the neighbours, too."
)


def share_beside(share: float | None) -> Remark | None:
    """Return what a pane says of what lies beside the slice; None where there is nothing to say.

    >>> share_beside(0.384).text
    '38 % beside'
    """
    if share is None:
        return None
    said = f"{share * 100:.0f} %"
    return Remark(f"{said} beside", MEANING.format(share=said))
