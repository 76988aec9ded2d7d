"""What of a text can be checked: numbers, names, quotes, dates, each with its place."""

from collections.abc import Iterable, Sequence

from smartcontent.content import Block, Claim, Span
from tools.find_dates import find_dates
from tools.find_names import find_names
from tools.find_native_names import find_native_names
from tools.find_numbers import find_numbers
from tools.find_quotes import find_quotes, quoted_block


def find_claims(
    text: str, language: str = "en", blocks: Sequence[Block] | None = None
) -> tuple[Claim, ...]:
    """Claims in order of their place; code blocks are left out, block quotes are quotes.

    Without `blocks` the text is taken as one paragraph.  A date is not a number too; a quote may
    hold other claims.

    >>> [(c.kind, c.value) for c in find_claims("In 2014, Ana said “we cut 70 percent.”")]
    [('date', '2014'), ('name', 'ana'), ('quote', 'we cut 70 percent'), ('number', '70')]
    """
    if blocks is None:
        return tuple(_in_order(_of_text(text, language)))
    found: list[Claim] = []
    for block in blocks:
        if block.kind == "code":
            continue
        claims = _of_text(block.text, language)
        if block.kind == "quote" and not any(
            c.kind == "quote" and _fills(c, block) for c in claims
        ):
            claims += quoted_block(block.text, 0)
        found += (_moved(claim, block.span.start) for claim in claims)
    return tuple(_in_order(found))


def _of_text(text: str, language: str) -> list[Claim]:
    dates = find_dates(text, language)
    numbers = _outside(find_numbers(text, language), dates, len(text))
    cased = find_names(text, language)
    names = _outside([*cased, *_outside(find_native_names(text, language), cased, len(text))],
                     dates, len(text))  # fmt: skip
    return [*dates, *numbers, *names, *find_quotes(text)]


def _outside(claims: Iterable[Claim], taken: Iterable[Claim], length: int) -> list[Claim]:
    """Claims that share no character with the taken ones; one pass, however many there are."""
    covered = bytearray(length)
    for claim in taken:
        size = claim.span.end - claim.span.start
        covered[claim.span.start : claim.span.end] = b"\x01" * size
    return [claim for claim in claims if not any(covered[claim.span.start : claim.span.end])]


def _fills(claim: Claim, block: Block) -> bool:
    return len(claim.text) > 0.6 * len(block.text)


def _moved(claim: Claim, by: int) -> Claim:
    span = Span(start=claim.span.start + by, end=claim.span.end + by)
    return claim.model_copy(update={"span": span})


def _in_order(claims: Iterable[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda claim: (claim.span.start, claim.span.end))
