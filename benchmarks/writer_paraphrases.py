"""True texts said otherwise, each by rules that are stated and keep the meaning.

Every rule is a function; its docstring is the rule.  It returns None where it has nothing to do.
The rules know nothing of how texts are checked.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import regex

from benchmarks.writer_pieces import Draft
from smartcontent.content import Claim
from tools import lexicon
from tools.find_numbers import parse
from tools.measure_text import UNSPACED
from tools.split_sentences import split

SYNONYMS = Path(__file__).parent / "writer_synonyms.json"
MOST_RULES = 3
MONTHS = ("January February March April May June July August September October November December"
          ).split()  # fmt: skip
WORDED = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine",
          10: "ten", 11: "eleven", 12: "twelve", 20: "twenty", 30: "thirty", 40: "forty",
          50: "fifty", 90: "ninety", 100: "a hundred", 1000: "a thousand"}  # fmt: skip
OPENERS = r"(?:However|Also|So|And|But|Additionally|Of course|In fact|For example|Then|Today|Now)"
VERBS = {
    "built": "built", "created": "created", "launched": "launched", "wrote": "written",
    "developed": "developed", "designed": "designed", "released": "released",
    "hosted": "hosted", "held": "held", "published": "published", "tested": "tested",
    "started": "started", "announced": "announced", "visited": "visited", "joined": "joined",
    "supported": "supported", "reviewed": "reviewed", "interviewed": "interviewed",
}  # fmt: skip
DRESS = {
    "en": ("Worth a read: {}", "{} 👇", "✨ {}", "Did you know? {}", "In short: {}", "📌 {}"),
    "es": ("Vale la pena: {}", "En breve: {}", "📌 {}"),
    "fr": ("À lire : {}", "En bref : {}", "📌 {}"),
    "pt": ("Vale a leitura: {}", "Em resumo: {}", "📌 {}"),
}
ANY_DRESS = ("📌 {}", "✨ {}", "{} 👇")
Rule = Callable[[Draft, Random], str | None]


class Paraphrase(NamedTuple):
    draft: Draft
    rules: tuple[str, ...]


def order(draft: Draft, random: Random) -> str | None:
    """Sentences change places, where none leans on the one before (`it`, `but`, `they`)."""
    found = [sentence.text for sentence in split(draft.text, draft.piece.language)]
    leans = r"(?i)(?:and|but|so|it|they|this|that|these|those|he|she|also|or|then|however|yet)\b"
    if len(found) < 2 or any(regex.match(leans, text) for text in found[1:]):
        return None
    gap = "" if draft.piece.language in UNSPACED else " "
    return gap.join(reversed(found))


def figures(draft: Draft, random: Random) -> str | None:
    """Another writing of one number: 1,000 1000 "a thousand"; 20% "20 percent"; $5 million."""
    quoted = [claim.span for claim in draft.claims if claim.kind == "quote"]
    claims = [
        claim
        for claim in draft.claims
        if claim.kind == "number" and claim.value.isdigit() and not claim.text[0].isupper()
        and not any(span.start <= claim.span.start < span.end for span in quoted)
    ]  # fmt: skip
    random.shuffle(claims)
    for claim in claims:
        new = _rewritten(claim, draft.piece.language, random)
        if new is not None and new != claim.text:
            return _put(draft, claim, new)
    return None


def _rewritten(claim: Claim, language: str, random: Random) -> str | None:
    said, value = claim.text, int(claim.value)
    percent = regex.fullmatch(r"(\d+(?:\.\d+)?)(%| percent)", said)
    if percent:
        return (
            f"{percent[1]} percent" if percent[2] == "%" and language == "en" else f"{percent[1]}%"
        )
    money = regex.fullmatch(r"\$(\d+(?:\.\d+)?) (million|billion)", said)
    if money and language == "en":
        return f"{money[1]} {money[2]} dollars"
    if language == "en" and regex.fullmatch(r"\d{1,3}(?:,\d{3})+", said):
        return random.choice([f"{value}", "a thousand"]) if value == 1000 else f"{value}"
    if language == "en" and regex.fullmatch(r"\d+", said) and value in WORDED:
        return WORDED[value]
    worded = lexicon.number_words(language).get(said.lower())
    return str(worded) if worded == value else None


def about(draft: Draft, random: Random) -> str | None:
    """An uneven number is rounded, and said to be: 19.8 percent, "about 20 percent"."""
    if draft.piece.language != "en":
        return None
    for claim in draft.claims:
        digits = regex.search(r"\d[\d,]*(?:\.\d+)?", claim.text)
        value = parse(digits[0]) if digits and claim.kind == "number" else None
        if digits is None or value is None or claim.unit == "ordinal" or value < 15:
            continue
        magnitude = 10 ** (len(str(int(value))) - 1)
        rounded = (
            round(float(value) / magnitude * 10) * magnitude // 10
            if value > 100
            else round(float(value) / 5) * 5
        )
        if 0 < abs(rounded - float(value)) <= 0.03 * float(value) and not _bounded(draft, claim):
            return _put(draft, claim, "about " + claim.text.replace(digits[0], f"{rounded:,}"))
    return None


def _bounded(draft: Draft, claim: Claim) -> bool:
    """Whether a bound stands before it, or it names something (`Region 11`, `the 114th`)."""
    before = draft.text[max(0, claim.span.start - 16) : claim.span.start]
    return bool(
        regex.search(r"(?i)(?:than|over|least|most|to|about|under|\p{Lu}\p{L}+|[#$]) ?$", before)
    )


def dates(draft: Draft, random: Random) -> str | None:
    """March 21, 2014 as 21 March 2014, 2014-03-21 or in March 2014."""
    found = regex.search(rf"\b({'|'.join(MONTHS)}) (\d{{1,2}}), (\d{{4}})\b", draft.text)
    if found is None or draft.piece.language != "en":
        return None
    month, day, year = found.groups()
    short = f"{month[:3]} {day}, {year}" if len(month) > 5 else f"{day} {month} {year}"
    forms = [f"{day} {month} {year}", f"{year}-{MONTHS.index(month) + 1:02d}-{int(day):02d}", short]
    return draft.text[: found.start()] + random.choice(forms) + draft.text[found.end() :]


def names(draft: Draft, random: Random) -> str | None:
    """A name by its last word, or by the initials that the source itself gives in brackets."""
    spelled = regex.search(
        r"((?:\p{Lu}\p{L}+ (?:(?:of|and|for|the) )*){2,6})\((\p{Lu}{2,6})\)", draft.text
    )
    if spelled:
        return draft.text[: spelled.start()] + spelled[2] + draft.text[spelled.end() :]
    if draft.piece.language != "en":
        return None
    person = regex.search(
        r"\b(\p{Lu}\p{Ll}+) (\p{Lu}\p{Ll}{3,}) (?=sa(?:id|ys)|explain|add)", draft.text
    )
    if person:
        return draft.text[: person.start()] + person[2] + draft.text[person.end() - 1 :]
    dotted = regex.search(r"\bU\.S\.(?= \p{Ll})", draft.text)
    return draft.text[: dotted.start()] + "US" + draft.text[dotted.end() :] if dotted else None


def ellipsis(draft: Draft, random: Random) -> str | None:
    """The middle of a long quotation gives way to …, never a denial or a turn."""
    for claim in draft.claims:
        said = claim.text.split(" ")
        if claim.kind != "quote" or len(said) < 9:
            continue
        start, end = 3, len(said) - 3
        left_out = " ".join(said[start:end])
        if not regex.search(r"(?i)\b(?:not|no|never|but|without|nor)\b|n[’']t", left_out):
            return _put(draft, claim, " ".join([*said[:start], "…", *said[end:]]))
    return None


def contractions(draft: Draft, random: Random) -> str | None:
    """`do not` as `don't` and back, `it's` as `it is`, `we've` as `we have`."""
    if draft.piece.language != "en" or any(claim.kind == "quote" for claim in draft.claims):
        return None
    pairs = [
        (r"\b(do|does|did|is|are|was|were|should|would|could|have) not\b", r"\1n't"),
        (r"\b(do|does|did|is|are|was|were|should|would|could|have)n[’']t\b", r"\1 not"),
        (r"\bcan[’']t\b", "cannot"), (r"\bcannot\b", "can't"), (r"\bwon[’']t\b", "will not"),
        (r"\b(we|they|you)[’']ve\b", r"\1 have"), (r"\b(we|they|you)[’']re\b", r"\1 are"),
        (r"\b(it|that)[’']s(?! been| \p{L}+ed)\b", r"\1 is"),
    ]  # fmt: skip
    changed = draft.text
    for old, new in pairs:
        changed = regex.sub(old, new, changed, flags=regex.I, count=1)
        if changed != draft.text:
            return changed
    return None


def synonyms(draft: Draft, random: Random) -> str | None:
    """Up to three words by others of the same meaning, outside quotations."""
    table = _synonyms().get(draft.piece.language, {})
    quoted = [claim.span for claim in draft.claims if claim.kind in ("quote", "name")]
    edge = "" if draft.piece.language in UNSPACED else r"(?<!\p{L})"
    ends = "" if draft.piece.language in ("zh", "ja", "ko") else r"(?!\p{L})"
    spots = [
        (match, new)
        for old, new in table.items()
        for match in regex.finditer(f"{edge}{old}{ends}", draft.text, flags=regex.I)
        if not _titled(match, draft.text)
        if not any(span.start < match.end() and match.start() < span.end for span in quoted)
    ]
    random.shuffle(spots)
    changed, until = draft.text, len(draft.text)
    for match, new in sorted(spots[:3], key=lambda spot: -spot[0].start()):
        if match.end() <= until:
            said = new[0].upper() + new[1:] if match[0][0].isupper() else new
            changed = changed[: match.start()] + said + changed[match.end() :]
            until = match.start()
    return changed if changed != draft.text else None


def fronted(draft: Draft, random: Random) -> str | None:
    """A clause at the end comes first (`…, before Y.` as `Before Y, …`), or the first one last."""
    if draft.piece.language != "en":
        return None
    sentences = [one.text for one in split(draft.text, "en")]
    for sentence in sentences:
        if regex.search(r"[“”\"]", sentence):
            continue
        last = regex.fullmatch(
            r"(\p{Lu}[^,;:]{20,}?) "
            r"(when|before|after|while|if|because|as part of|in order to) ([^,;:]{8,})\.",
            sentence,
        )
        first = regex.fullmatch(
            r"(When|Before|After|While|If|Because|In|At|As part of) ([^,;:]{4,60}), ([^;:]{20,})\.",
            sentence,
        )
        if last and not _starts_with_name(last[1]):
            new = f"{last[2].capitalize()} {last[3]}, {_small(last[1])}."
        elif first and not regex.search(r"(?i)\b(?:and|but)\b", first[3]):
            new = f"{_large(first[3])} {first[1].lower()} {first[2]}."
        else:
            continue
        return draft.text.replace(sentence, new)
    return None


def passive(draft: Draft, random: Random) -> str | None:
    """`18F built the tool in May.` as `The tool was built by 18F in May.`"""
    if draft.piece.language != "en":
        return None
    for sentence in (one.text for one in split(draft.text, "en")):
        found = regex.fullmatch(
            rf"((?:We|The team|\p{{Lu}}[\w.’'-]*(?: \p{{Lu}}[\w’']*){{0,3}})) ({'|'.join(VERBS)}) "
            r"((?:the|a|an|our|its|their|two|three|several|new) [^,.;:“”]{4,70}?)"
            r"((?: (?:in|to|with|for|on|at|by|from|during|that|which|last|as) [^;:“”]*)?[.!])",
            sentence,
        )
        if found and found[1] not in ("He", "She", "They", "It", "I", "You", "This", "That"):
            by = {"We": "us"}.get(
                found[1], _small(found[1]) if found[1] == "The team" else found[1]
            )
            was = "were" if found[3].split(" ")[-1].endswith("s") else "was"
            new = f"{_large(found[3])} {was} {VERBS[found[2]]} by {by}{found[4]}"
            return draft.text.replace(sentence, new)
    return None


def shortened(draft: Draft, random: Random) -> str | None:
    """Without what stands in brackets, and without an opening `However,`."""
    bare = regex.sub(r" ?[(（][^()（）]{3,200}[)）]", "", draft.text, count=1)
    bare = regex.sub(rf"^{OPENERS}, (\p{{L}})", lambda m: m[1].upper(), bare)
    return bare if bare != draft.text and len(bare) > 30 else None


def joined(draft: Draft, random: Random) -> str | None:
    """Two sentences as one, with a semicolon or a dash between them."""
    found = [sentence.text for sentence in split(draft.text, draft.piece.language)]
    if len(found) != 2 or not found[0].endswith(".") or draft.piece.language in UNSPACED:
        return None
    second = _small(found[1]) if draft.piece.language == "en" and _plain(found[1]) else found[1]
    return f"{found[0][:-1]}{random.choice(['; ', ' — '])}{second}"


def dressed(draft: Draft, random: Random) -> str | None:
    """As a post begins or ends: a pointing hand, `In short:`, `Did you know?`"""
    return random.choice(DRESS.get(draft.piece.language, ANY_DRESS)).format(draft.text)


def headlined(draft: Draft, random: Random) -> str | None:
    """The article's own title in front, with a colon."""
    title = draft.piece.content.title.strip(" :.")
    return f"{title}: {draft.text}" if 4 < len(title) < 90 else None


RULES: dict[str, Rule] = {
    "order": order, "figures": figures, "about": about, "dates": dates, "names": names,
    "ellipsis": ellipsis, "contractions": contractions, "synonyms": synonyms,
    "fronted": fronted, "passive": passive, "shortened": shortened, "joined": joined,
    "dressed": dressed, "headlined": headlined,
}  # fmt: skip
RARE = ("about", "dates", "ellipsis", "passive", "figures", "names", "fronted")


def paraphrases(drafts: Iterator[Draft], random: Random) -> Iterator[Paraphrase]:
    """For ever: one to three rules on each draft; rules that seldom apply are tried first."""
    for draft in drafts:
        wanted = random.randint(1, MOST_RULES)
        names_of = [name for name in RULES if name not in RARE]
        rare = list(RARE)
        random.shuffle(rare)
        random.shuffle(names_of)
        used: list[str] = []
        for name in (*rare, *names_of):
            said = RULES[name](draft, random) if len(used) < wanted else None
            if said is not None and said != draft.text:
                draft = Draft(draft.piece, said, "paraphrase")
                used.append(name)
        if used and set(used) - {"dressed", "headlined"}:
            yield Paraphrase(draft, tuple(used))


@cache
def _synonyms() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(SYNONYMS.read_text("utf-8"))
    return found


def _titled(match: regex.Match[str], text: str) -> bool:
    """Whether it has a capital inside a sentence: a title's words stay."""
    before = text[: match.start()].rstrip()
    return match[0][0].isupper() and bool(before) and before[-1] not in ".!?:…“”\n📌✨"


def _put(draft: Draft, claim: Claim, new: str) -> str:
    return draft.text[: claim.span.start] + new + draft.text[claim.span.end :]


def _small(text: str) -> str:
    return text if _starts_with_name(text) else text[0].lower() + text[1:]


def _large(text: str) -> str:
    return text[0].upper() + text[1:]


def _plain(text: str) -> bool:
    """Begins with a word that is no name and may be written small."""
    return text.split(" ")[0].lower() in lexicon.stop_words("en") and not text.startswith("I ")


def _starts_with_name(text: str) -> bool:
    return not _plain(text)
