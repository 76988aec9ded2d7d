"""What a campaign should carry of its source: the claims of its weightiest sentences."""

from collections.abc import Iterable
from functools import lru_cache

from smartcontent.content import Claim, KeySentence
from tools.tokens import keys

KEY_SENTENCES = 8  # the weightiest
Claims = frozenset[str]  # numbers, names and dates, each as comparable words


@lru_cache(maxsize=8)
def key_claims(claims: tuple[Claim, ...], key: tuple[KeySentence, ...]) -> Claims:
    """The numbers, names and dates of the sentences that matter most."""
    weightiest = [sentence.span for sentence in key[:KEY_SENTENCES]]
    found = (
        plain(claim.text)
        for claim in claims
        if claim.kind != "quote"
        and any(
            span.start <= claim.span.start and claim.span.end <= span.end for span in weightiest
        )
    )
    return frozenset(filter(None, found))


def lacking(wanted: Claims, texts: Iterable[str]) -> Claims:
    """Those that none of the texts carries.

    >>> sorted(lacking(frozenset({"40", "rosa keller"}), ["Forty came.", "Said Rosa Keller."]))
    ['40']
    """
    said = f" {' '.join(map(plain, texts))} "
    return frozenset(claim for claim in wanted if f" {claim} " not in said)


def carried(wanted: Claims, text: str) -> Claims:
    """Those that the text carries."""
    return wanted - lacking(wanted, [text])


@lru_cache(maxsize=1024)
def plain(text: str) -> str:
    """Words in a form that can be compared."""
    return " ".join(keys(text))
