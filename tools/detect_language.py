"""Which language a text is in: two readers of letters, asked together.

py3langid (naive Bayes over byte n-grams, 97 languages kept) knows long texts and many languages;
`learning.languages` tells near ones apart (Bosnian from Croatian, Malay from Indonesian, Bokmål
from Nynorsk) and knows three that the other never saw.  What they say is multiplied, the second
with a small weight, for its runs of letters overlap and so it is surer than it should be.
"""

import re
import unicodedata
from functools import cache

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from learning.languages import Languages

UNKNOWN = "und"  # BCP 47: undetermined

_LIMIT = 20_000  # characters; more only cost time
_NOISE = re.compile(r"https?://\S+|\S+@\S+|[@#]\w+")
_WEIGHT = 0.05  # of the second reader's nats
_LEAST = 1e-6  # a reader may be wrong, however sure
_UNSEEN = 0.3  # of the likeliest's share: what a language gets that the first reader never saw
_CALLED = {"no": "nb"}  # the macrolanguage is written Bokmål, but where it says Nynorsk


def detect(text: str) -> tuple[str, float]:
    """ISO 639-1 code and how sure it is, in [0, 1]; `und` with 0 for a text without letters.

    The first call loads the models (about a second).  Under 20 letters the answer is a guess and
    its confidence says so.

    >>> detect("Seleccione su estado o territorio en el menú desplegable.")[0]
    'es'
    >>> detect("2014 — 15 %")
    ('und', 0.0)
    """
    sample = _NOISE.sub(" ", text[:_LIMIT])
    if not any(unicodedata.category(character)[0] == "L" for character in sample):
        return UNKNOWN, 0.0
    shares = _shares(sample)
    code = max(shares, key=lambda one: shares[one])
    return code, min(1.0, shares[code])


def likelihood(text: str, language: str) -> float:
    """How likely the text is in `language`, in [0, 1]; 0 for a language nobody here ever saw."""
    return _shares(_NOISE.sub(" ", text[:_LIMIT])).get(language, 0.0)


def _shares(sample: str) -> dict[str, float]:
    """What both say together, by language; a language that only one knows is the one's alone."""
    first = {_CALLED.get(str(code), str(code)): float(p) for code, p in _bytes().rank(sample)}
    second = _letters()
    known = np.array([first.get(code, _UNSEEN * max(first.values())) for code in second.codes])
    inside = float(sum(first.get(code, 0.0) for code in second.codes))
    together = np.log(np.maximum(known, _LEAST)) + _WEIGHT * second.scores(sample)
    powers = np.exp(together - together.max())
    powers *= inside / powers.sum()
    outside = {code: p for code, p in first.items() if code not in second.codes}
    return outside | dict(zip(second.codes, powers.tolist(), strict=True))


@cache
def _bytes() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in identifier.labels if len(code) == 2])
    return identifier


@cache
def _letters() -> Languages:
    return Languages.shipped()
