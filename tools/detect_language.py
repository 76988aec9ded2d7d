"""Which language a text is in (py3langid: naive Bayes over byte n-grams, 97 languages kept)."""

import re
import unicodedata
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

UNKNOWN = "und"  # BCP 47: undetermined

_LIMIT = 20_000  # characters; more only cost time
_NOISE = re.compile(r"https?://\S+|\S+@\S+|[@#]\w+")


def detect(text: str) -> tuple[str, float]:
    """ISO 639-1 code and how sure it is, in [0, 1]; `und` with 0 for a text without letters.

    The first call loads the model (about a second).  Under 20 letters the answer is a guess and
    its confidence says so.

    >>> detect("Seleccione su estado o territorio en el menú desplegable.")[0]
    'es'
    >>> detect("2014 — 15 %")
    ('und', 0.0)
    """
    sample = _NOISE.sub(" ", text[:_LIMIT])
    letters = sum(1 for character in sample if unicodedata.category(character)[0] == "L")
    if not letters:
        return UNKNOWN, 0.0
    code, confidence = _identifier().classify(sample)
    return str(code), min(1.0, float(confidence))


def likelihood(text: str, language: str) -> float:
    """How likely the text is in `language`, in [0, 1]; 0 for a language the model never saw."""
    return float(dict(_identifier().rank(_NOISE.sub(" ", text[:_LIMIT]))).get(language, 0.0))


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in identifier.labels if len(code) == 2])
    return identifier
