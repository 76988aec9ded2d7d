"""Which sentences carry a text: centrality of their meaning, place, and standing alone.

Degree centrality over embeddings (LexRank without a threshold, Erkan and Radev 2004): with unit
vectors it is the product with their sum, so time grows with the number of sentences only.
"""

from collections.abc import Sequence

import numpy as np
import regex
from numpy.typing import NDArray

from smartcontent.content import KeySentence
from smartcontent.plugins import Embedder
from tools.measure_text import UNSPACED
from tools.split_sentences import Sentence

Vector = NDArray[np.float64]

_MOST = 1_500  # sentences compared; a book's first chapters say what it is about
_END = regex.compile(r"[.!?…。！？।؟۔][\"'”’»」』)\]]*$")
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}'’\-]*")
# a sentence that begins by pointing back does not stand alone
_POINTS_BACK = {
    "en": r"(?:this|that|these|those|it|they|he|she|such|however|but|and|so|also|then|instead)\b",
    "es": r"(?:esto|eso|este|esta|estos|estas|ello|ellos|ellas|él|ella|pero|y|además|también)\b",
    "fr": r"(?:ceci|cela|ça|ce|cette|ces|il|elle|ils|elles|mais|et|aussi|cependant)\b",
    "pt": r"(?:isso|isto|este|esta|esse|essa|ele|ela|eles|elas|mas|e|também|além disso)\b",
    "de": r"(?:dies|diese|dieser|dieses|das|es|sie|er|aber|und|auch|jedoch|deshalb)\b",
}


def rank_sentences(
    sentences: Sequence[Sentence],
    embedder: Embedder,
    language: str,
    *,
    title: str = "",
    limit: int = 30,
) -> tuple[KeySentence, ...]:
    """The sentences that say most, best first, weights in [0, 1] with 1 for the best.

    Only whole sentences of a readable length compete, unless the text has no other.
    """
    known = list(dict.fromkeys(sentences))[:_MOST]
    usable = [sentence for sentence in known if _whole(sentence.text, language)] or known
    if not usable:
        return ()
    weights = _meaning(usable, embedder, title) * _form(usable, language)
    top = float(weights.max()) or 1.0
    order = np.argsort(-weights, kind="stable")[:limit]
    return tuple(
        KeySentence(
            text=usable[i].text, span=usable[i].span,
            weight=round(max(0.0, float(weights[i])) / top, 4),
        )
        for i in map(int, order)
    )  # fmt: skip


def stands_alone(text: str, language: str) -> bool:
    """Whether a sentence can be read without the one before it.

    >>> stands_alone("It works.", "en"), stands_alone("The site works.", "en")
    (False, True)
    """
    pattern = _POINTS_BACK.get(language)
    return pattern is None or not regex.match(rf"[\"“'‘«(]*{pattern}", text, regex.IGNORECASE)


def _whole(text: str, language: str) -> bool:
    if not _END.search(text):
        return False
    size = len(text) / 2 if language in UNSPACED else len(_WORD.findall(text))
    return 4 <= size <= 60


def _meaning(sentences: Sequence[Sentence], embedder: Embedder, title: str) -> Vector:
    """Near to what all say and, less, to what the title says; from 0.25 to 1."""
    texts = [sentence.text for sentence in sentences]
    vectors = np.asarray(embedder.embed([*texts, title or texts[0]]), dtype=float)
    body, head = vectors[:-1], vectors[-1]
    central = _scaled(body @ body.sum(axis=0))
    near = _scaled(body @ head) if title else central
    return 0.25 + 0.5 * central + 0.25 * near


def _scaled(values: Vector) -> Vector:
    spread = float(np.ptp(values))
    return (values - values.min()) / spread if spread > 1e-9 else np.ones(len(values))


def _form(sentences: Sequence[Sentence], language: str) -> Vector:
    """Earlier is better, up to a half; pointing back and great length cost."""
    last = max(1, len(sentences) - 1)
    return np.array([
        (1.0 - 0.5 * number / last)
        * (1.0 if stands_alone(sentence.text, language) else 0.6)
        * (1.0 if len(sentence.text) <= 280 else 0.7)
        for number, sentence in enumerate(sentences)
    ])  # fmt: skip
