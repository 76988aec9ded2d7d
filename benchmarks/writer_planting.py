"""True texts with one thing changed, as careless models and people change them.

What is planted was chosen from what small models get wrong, not from what the guard looks for:
another figure, a figure of another subject of the same article, a bound that was not there, a
larger unit; invented people, bodies, shares and dates beside true sentences; somebody else's name;
a word in somebody's mouth, or their words in another's; a denial dropped or added, a direction
turned round.  Each planter returns None where the text has nothing of its kind.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import regex

from benchmarks.writer_pieces import Draft, Piece, words
from smartcontent.content import Claim
from tools import lexicon
from tools.find_bounds import bound_of
from tools.find_numbers import parse
from tools.measure_text import UNSPACED
from tools.split_sentences import split
from tools.tokens import keys

KINDS = ("number", "name", "quote", "date", "negation")
FACTORS = (2, 3, 10)
OTHER_WORDS = ("terrible", "money", "rarely", "splendid", "never", "less")
YEARS = range(1998, 2026)


@dataclass(frozen=True)
class Planted:
    """A changed text; `how` names the planter."""

    draft: Draft
    text: str
    kind: str
    how: str


Planter = Callable[[Draft, Random], str | None]


# -- numbers -------------------------------------------------------------------------------


def another_figure(draft: Draft, random: Random) -> str | None:
    """Made up: a little more or less, a digit changed, twice, ten times as much."""
    claim, digits = _digits(draft, random)
    if claim is not None and _bounded(draft, claim):
        return None  # "more than 50" is still true where there are more than 60
    value = parse(digits[0], draft.piece.language) if digits else None
    if claim is None or digits is None or value is None or not value:
        return None
    whole = int(value)
    if value != whole or regex.search(r"[.,٫]", digits[0]) or not digits[0].isascii():
        new = _one_digit_changed(digits[0], random)
    else:
        made_up = [whole + random.choice((1, 2, 7)), whole * random.choice(FACTORS)]
        made_up += [whole - 1] if whole > 2 else []
        new = str(random.choice(made_up))
    start = claim.span.start + digits.start()
    return _replaced(draft.text, start, start + len(digits[0]), new)


def figure_of_another(draft: Draft, random: Random) -> str | None:
    """A figure of the same unit that the article gives for something else."""
    claim, _ = _digits(draft, random)
    if claim is None or _bounded(draft, claim):
        return None
    here = {other.value for other in draft.claims}
    elsewhere = [
        other.text
        for other in draft.piece.analysis.claims
        if other.kind == "number" and other.value not in here and other.unit == claim.unit
        and regex.search(r"\d", other.text)
    ]  # fmt: skip
    return _swap(draft, claim, elsewhere, random)


def bound_added(draft: Draft, random: Random) -> str | None:
    """ "50" becomes "more than 50", and "more than 50" becomes "less than 50"."""
    bounds = words()["bounds"].get(draft.piece.language)
    claim, _ = _digits(draft, random)
    if bounds is None or claim is None or claim.unit == "ordinal":
        return None
    before = draft.text[: claim.span.start]
    for side, other in (("over", "under"), ("under", "over")):
        for said in bounds[side]:
            found = regex.search(rf"(?i)(?<!\p{{L}}){said} $", before)
            if found:
                new = random.choice(bounds[other]) + " "
                return _replaced(draft.text, found.start(), found.end(), new)
    if bound_of(draft.text, claim, draft.piece.language):
        return None  # a second bound would not be a sentence
    new = random.choice([*bounds["over"], *bounds["under"]]) + " "
    return _replaced(draft.text, claim.span.start, claim.span.start, new)


def larger_unit(draft: Draft, random: Random) -> str | None:
    """Days become weeks, millions billions."""
    spots = [
        (match, new)
        for old, new in words()["units"].get(draft.piece.language, ())
        for match in regex.finditer(rf"(?<=\p{{Nd}}\s?){old}", draft.text)
    ]
    return _turned(draft.text, spots, random)


# -- names ---------------------------------------------------------------------------------


def a_stranger(draft: Draft, random: Random) -> str | None:
    """A person or body that the article does not know."""
    claim = _one(draft, "name", random, r"\p{L}{3}")
    if claim is None:
        return None
    pool = [name for name in _pool("people", draft) + _pool("bodies", draft)]
    return _swap(draft, claim, _unknown(pool, draft.piece), random)


def somebody_else(draft: Draft, random: Random) -> str | None:
    """Another person or body of the same article."""
    claim = _one(draft, "name", random, r"\p{L}{3}")
    if claim is None:
        return None
    here = set(keys(draft.text))
    spelled = _initials(draft.text)
    elsewhere = [
        other.text
        for other in draft.piece.analysis.claims
        if other.kind == "name"
        and regex.search(r"\p{L}{3}", other.text)
        and not {word[:3] for word in here} & {word[:3] for word in keys(other.text)}
        and not spelled & set(keys(other.text))
        and not _initials(other.text) & here
        and (" " in other.text) == (" " in claim.text)
    ]
    return _swap(draft, claim, elsewhere, random)


def native_name(draft: Draft, random: Random) -> str | None:
    """A name in a script without capitals gives way to another: 北達科他州 to 威斯康辛州."""
    spots = [
        (match, random.choice(_unknown(_pool("bodies", draft), draft.piece)))
        for match in regex.finditer(r"北達科他州|North Dakota", draft.text)
    ]
    return _turned(draft.text, spots, random) if draft.piece.language != "en" else None


# -- quotations ----------------------------------------------------------------------------


def word_in_a_mouth(draft: Draft, random: Random) -> str | None:
    """One word of a quotation is another."""
    claim = _one(draft, "quote", random, r"\w+\W+\w+\W+\w+\W+\w+")
    found = list(regex.finditer(r"[^\W\d_]{4,}", claim.text)) if claim else []
    if claim is None or not found:
        return None
    word = random.choice(found)
    start = claim.span.start + word.start()
    return _replaced(draft.text, start, start + len(word[0]), random.choice(OTHER_WORDS))


def another_mouth(draft: Draft, random: Random) -> str | None:
    """Somebody's words as somebody else's: `“…,” said Ana` becomes `“…,” said Tom`."""
    quote = _one(draft, "quote", random, r"\w+\W+\w+\W+\w+\W+\w+")
    if quote is None:
        return None
    outside = draft.text[: quote.span.start] + " " * len(quote.text) + draft.text[quote.span.end :]
    said = regex.search(
        r"(?:sa(?:id|ys)|explain(?:s|ed)|adds?|added|according to|—) "
        r"(\p{Lu}\p{L}+(?: \p{Lu}\p{L}+)+)"
        r"|(\p{Lu}\p{L}+(?: \p{Lu}\p{L}+)+)(?:, [^,.“”]{3,60},)? (?:sa(?:id|ys)|explain|add)",
        outside,
    )
    if said is None:
        return None
    start, end = said.span(1) if said[1] else said.span(2)
    people = [
        claim.text
        for claim in draft.piece.analysis.claims
        if claim.kind == "name" and regex.fullmatch(r"\p{Lu}\p{Ll}+ \p{Lu}\p{L}+", claim.text)
        and not set(keys(claim.text)) & set(keys(draft.text))
    ]  # fmt: skip
    pool = people or _unknown(words()["people"]["any"], draft.piece)
    return _replaced(draft.text, start, end, random.choice(pool))


# -- dates ---------------------------------------------------------------------------------


def another_date(draft: Draft, random: Random) -> str | None:
    """Another year, month or day."""
    claim = _one(draft, "date", random, r"\p{Nd}|\p{L}{3}")
    if claim is None:
        return None
    language = draft.piece.language
    table = lexicon.months(language)
    parts = [
        match
        for match in regex.finditer(r"\p{L}{3,}|\d{4}|(?<!\d)\d{1,2}(?!\d)", claim.text)
        if match[0].lower() in table or match[0].isdigit()
    ]
    if not parts:
        return None
    part = random.choice(parts)
    start = claim.span.start + part.start()
    new = _other_part(part[0], language, random)
    return _replaced(draft.text, start, start + len(part[0]), new)


# -- denials and directions ----------------------------------------------------------------


def turned_round(draft: Draft, random: Random) -> str | None:
    """A denial dropped or added; more for less, before for after, can for cannot."""
    quoted = [claim.span for claim in draft.claims if claim.kind == "quote"]
    spots = [
        (match, match.expand(new))
        for old, new in words()["flips"].get(draft.piece.language, ())
        for match in regex.finditer(old, draft.text)
        if not any(span.start <= match.start() < span.end for span in quoted)
    ]
    return _turned(draft.text, spots, random)


def _inventing(kind: str) -> Planter:
    def invented(draft: Draft, random: Random) -> str | None:
        """A sentence beside the true ones that nothing in the article says."""
        language = draft.piece.language
        pool = words()["added"].get(language, {}).get(kind)
        if not pool:
            return None
        months = [name for name in lexicon.months(language) if len(name) > 3] or ["March"]
        more = random.choice(pool).format(
            n=random.choice((17, 43, 68, 87)),
            person=random.choice(_unknown(_pool("people", draft), draft.piece)),
            body=random.choice(_unknown(_pool("bodies", draft), draft.piece)),
            month=_cased(random.choice(months), language),
            year=_strange_year(draft.piece, random),
        )
        return f"{draft.text}{'' if language in UNSPACED else ' '}{more}"

    return invented


PLANTERS: dict[str, dict[str, Planter]] = {
    "number": {
        "another figure": another_figure,
        "figure of another": figure_of_another,
        "bound added": bound_added,
        "larger unit": larger_unit,
        "invented": _inventing("number"),
    },
    "name": {
        "a stranger": a_stranger,
        "somebody else": somebody_else,
        "native name": native_name,
        "invented": _inventing("name"),
    },
    "quote": {
        "word in a mouth": word_in_a_mouth,
        "another mouth": another_mouth,
        "invented": _inventing("quote"),
    },
    "date": {"another date": another_date, "invented": _inventing("date")},
    "negation": {"turned round": turned_round},
}


def plant(drafts: Iterator[Draft], random: Random, many: int) -> list[Planted]:
    """`many` changed texts, as many of each kind; a kind's planters take turns.

    A planter whose like is rare in the drafts gives its turn up after a while.
    """
    found: list[Planted] = []
    for kind in KINDS:
        taken: set[str] = set()
        planters = list(PLANTERS[kind].items())
        for number in range(many // len(KINDS)):
            for turn in range(len(planters)):
                how, planter = planters[(number + turn) % len(planters)]
                planted = _next(drafts, random, kind, how, planter, taken)
                if planted is not None:
                    taken.add(planted.text)
                    found.append(planted)
                    break
    return found


PATIENCE = 400  # drafts looked at for something to change
_LOOKS = {"quote": r"[“\"«「]"}  # what a draft must show to be read at all


def _next(
    drafts: Iterator[Draft], random: Random, kind: str, how: str, planter: Planter, taken: set[str]
) -> Planted | None:
    for _ in range(PATIENCE):
        draft = next(drafts)
        shows = how == "invented" or regex.search(_LOOKS.get(kind, ""), draft.text)
        text = planter(draft, random) if shows else None
        if text is not None and text not in taken and not _says(draft.piece, text):
            return Planted(draft, text, kind, how)
    return None


def _says(piece: Piece, text: str) -> bool:
    """Whether the article itself says the changed text: then nothing was planted."""
    said = " ".join(keys(f"{piece.content.title} {piece.content.text}"))
    return all(" ".join(keys(one.text)) in said for one in split(text, piece.language))


def _digits(draft: Draft, random: Random) -> tuple[Claim | None, regex.Match[str] | None]:
    claim = _one(draft, "number", random, r"\p{Nd}")
    if claim is None:
        return None, None
    return claim, regex.search(r"\p{Nd}+(?:[.,٫]\p{Nd}+)*", claim.text)


def _bounded(draft: Draft, claim: Claim) -> bool:
    return bool(bound_of(draft.text, claim, draft.piece.language))


def _one_digit_changed(digits: str, random: Random) -> str:
    at = random.choice([n for n, c in enumerate(digits) if c.isdigit()])
    new = random.choice([c for c in "123456789" if c != digits[at]])
    return digits[:at] + new + digits[at + 1 :]


def _other_part(part: str, language: str, random: Random) -> str:
    if len(part) == 4 and part.isdigit():
        return str(int(part) + random.choice((-2, -1, 1, 3)))
    if part.isdigit():
        return str(random.choice([day for day in range(1, 29) if day != int(part)]))
    table = lexicon.months(language)
    others = [name for name, n in table.items() if n != table[part.lower()] and len(name) > 3]
    return _cased(random.choice(others), language) if part[0].isupper() else random.choice(others)


def _strange_year(piece: Piece, random: Random) -> int:
    return random.choice([year for year in YEARS if str(year) not in piece.content.text])


def _cased(month: str, language: str) -> str:
    return month.capitalize() if language in ("en", "de", "tl") else month


def _pool(purpose: str, draft: Draft) -> list[str]:
    table: dict[str, list[str]] = words()[purpose]
    return [*table.get(draft.piece.language, ()), *table["any"]]


def _unknown(pool: Sequence[str], piece: Piece) -> list[str]:
    said = f"{piece.content.title} {piece.content.text}".casefold()
    return [name for name in pool if name.casefold() not in said]


def _initials(text: str) -> set[str]:
    named = regex.findall(r"\p{Lu}\p{L}+(?:(?: of| the| and| for)* \p{Lu}\p{L}+)+", text)
    return {
        "".join(word[0] for word in name.split() if word[0].isupper()).lower() for name in named
    }


def _one(draft: Draft, kind: str, random: Random, pattern: str) -> Claim | None:
    claims = [c for c in draft.claims if c.kind == kind and regex.search(pattern, c.text)]
    return random.choice(claims) if claims else None


def _swap(draft: Draft, claim: Claim, pool: Sequence[str], random: Random) -> str | None:
    if not pool:
        return None
    return _replaced(draft.text, claim.span.start, claim.span.end, random.choice(pool))


def _turned(text: str, spots: Sequence[tuple[regex.Match[str], str]], random: Random) -> str | None:
    if not spots:
        return None
    spot, new = random.choice(spots)
    return _replaced(text, spot.start(), spot.end(), new)


def _replaced(text: str, start: int, end: int, new: str) -> str | None:
    changed = text[:start] + new + text[end:]
    return changed if changed != text else None
