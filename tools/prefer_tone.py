"""Among what is true and fits, what reads in the tone asked for; not a word is changed for it."""

from collections.abc import Iterator
from itertools import islice

from smartcontent.content import Finding
from smartcontent.tones import TONES, heard, known
from tools.compose_allotment import Allotment, allot
from tools.compose_leads import Lead
from tools.compose_material import Material
from tools.compose_post import Post
from tools.measure_tone import NOT_APPLIED, Measure, tone_of
from tools.writing_order import Order

MOST = 24  # posts that are compared
NEAR = 0.1  # share of a tone under which no post comes near it


def prefer_tone(
    posts: Iterator[Post], order: Order, measure: Measure | None
) -> tuple[Post | None, tuple[Finding, ...]]:
    """The post that reads most in the order's tone; and what has to be said.

    Where nothing comes near the tone it is the first.  None when there are no posts.
    """
    wanted = known(order.tone or "")
    first = next(posts, None)
    if first is None or not order.tone:
        return first, ()
    if wanted is None:
        return first, (_note(f"“{order.tone}” is none of the tones that can be measured."),)
    language = order.analysis.language
    measured = [
        (post, tone_of(post.said, language, measure)) for post in (first, *islice(posts, MOST - 1))
    ]
    if not measured[0][1]:
        return first, (_note(f"The tone of a text in this language ({language}) is not measured."),)
    best, tones = max(measured, key=lambda one: (heard(one[1]) == wanted, one[1].get(wanted, 0.0)))
    if heard(tones) == wanted:
        return best, ()
    nothing = _note(f"Nothing that the source has for this form reads as {wanted}.")
    return (best if tones.get(wanted, 0.0) >= NEAR else first), (nothing,)


def toned(source: Material, wanted: str, measure: Measure) -> Allotment:
    """Who begins with what, where a lead counts the more the more it reads in that tone."""
    shares: dict[str, float] = {}

    def favour(lead: Lead) -> float:
        if lead.text not in shares:
            shares[lead.text] = measure([lead.text], source.language).get(wanted, 0.0)
        return shares[lead.text]

    return allot(source, favour)


def _note(why: str) -> Finding:
    return Finding(
        rule=NOT_APPLIED,
        severity="info",
        reason=f"{why} The embedded writer chooses sentences of the source; it does not rewrite "
        "them.",
        fix=f"Edit the text, ask for one of {', '.join(TONES)}, or connect a language model.",
    )
