"""The tones that a text may be asked to have, and is measured by.

A tone is a property of a text, never of a person: nothing here takes or gives anything but texts,
words and shares.
"""

from collections.abc import Mapping
from types import MappingProxyType

# What `learning.tone` tells apart, and in which words a writer is asked for it.
TONES: Mapping[str, str] = MappingProxyType(
    {
        "joyful": "glad, amused, excited, hopeful or proud",
        "warm": "caring, admiring, grateful",
        "curious": "asking, wondering",
        "surprised": "struck by something new",
        "worried": "uneasy, afraid of what may come",
        "sad": "disappointed, sorry, grieving",
        "angry": "annoyed, disapproving",
        "neutral": "matter-of-fact",
    }
)
PLAIN = "neutral"
LEANS = (
    0.4  # share from which a tone beside the plain one is heard; two in three are right (dev split)
)


def known(wanted: str) -> str | None:
    """The tone of that name; None for a word that nothing here can measure.

    >>> known(" Warm "), known("snappy")
    ('warm', None)
    """
    name = wanted.strip().casefold()
    return name if name in TONES else None


def heard(measured: Mapping[str, float]) -> str | None:
    """The tone that a reader hears: the strongest that is not plain, if it is strong enough.

    None where nothing was measured.

    >>> heard({"neutral": 0.5, "warm": 0.45, "sad": 0.05}), heard({"neutral": 0.7, "sad": 0.3})
    ('warm', 'neutral')
    """
    if not measured:
        return None
    feelings = {name: share for name, share in measured.items() if name != PLAIN}
    strongest = max(feelings, key=lambda name: feelings[name], default=PLAIN)
    return strongest if feelings.get(strongest, 0.0) >= LEANS else PLAIN


def reading(measured: Mapping[str, float], wanted: str | None) -> str:
    """How a text reads, in words; empty where nothing was measured or asked for.

    >>> reading({"warm": 0.8, "neutral": 0.2}, "joyful"), reading({}, None)
    ('reads as warm, joyful was asked for', '')
    """
    said = heard(measured)
    asked = f"{wanted} was asked for" if wanted and known(wanted) != said else ""
    return ", ".join(filter(None, (f"reads as {said}" if said else "", asked)))
