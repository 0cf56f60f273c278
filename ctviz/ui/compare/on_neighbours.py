"""How much of a map lies on neighbouring slices, in a few words and a sentence."""

from ctviz.ui.viewer import Remark

MEANING = (
    "{share} of this map's strength lies on the neighbouring slices that the model sees; it would "
    "be {even} if all {channels} slices counted alike. Here all of it is added up, so look at the "
    "neighbours, too."
)


def share_beside(share: float | None, channels: int) -> Remark | None:
    """Return what a pane says of what lies beside the slice; None where there is nothing to say.

    >>> share_beside(0.384, 5).text
    '38 % beside'
    """
    if share is None:
        return None
    said, even = f"{share * 100:.0f} %", f"{100 - 100 / channels:.0f} %"
    why = MEANING.format(share=said, even=even, channels=channels)
    return Remark(f"{said} beside", why)
