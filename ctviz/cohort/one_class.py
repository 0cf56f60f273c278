"""Which models can be studied over a cohort."""

from ctviz.core import InvalidInput
from ctviz.models import ModelCard


def require_one_class(card: ModelCard) -> None:
    """Refuse a model of several findings: a study counts one class a slice as right or wrong.

    Raises
    ------
    InvalidInput
        If it is one.
    """
    if card.multi_label:
        raise InvalidInput(
            f"The model '{card.id}' judges {len(card.classes)} findings by themselves, and a study "
            "needs one class that is right for each slice. Read its maps and scores on Compare, or "
            "study a model that tells classes apart."
        )
