"""The creator's words in place of the source's, where nothing changes but the wording.

Numbers, names, dates and quotations are never touched, and a text whose facts or denials would
not be the same afterwards stays as it is.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

import regex

from smartcontent.content import Span
from smartcontent.voice import VoiceKind, VoiceSetting
from tools import lexicon
from tools.antonyms import opposed
from tools.compose_post import Post
from tools.find_claims import find_claims
from tools.find_quotes import find_quotes
from tools.follow_voice import EMOJI, EXCLAIMS, phrase, within
from tools.read_post import facts_of
from tools.tokens import keys, tokens

_PARTS_OF_WORDS = frozenset({"zh", "ja", "ko"})
Rewording = Callable[[str, VoiceSetting, str], str]


def same_facts(was: str, now: str, language: str) -> bool:
    """Whether two wordings say the same of what can be checked.

    >>> same_facts("It rose by 3 percent.", "It went up by 3 percent.", "en")
    True
    >>> same_facts("It rose.", "It fell.", "en"), same_facts("It is new.", "It is not new.", "en")
    (False, False)
    """
    if opposed(tokens(was), tokens(now), language):
        return False
    return _denials(was, language) == _denials(now, language) and _claims(was, language) == _claims(
        now, language
    )


def _denials(text: str, language: str) -> int:
    known = lexicon.negators(language)
    if language in _PARTS_OF_WORDS:
        return sum(text.count(one) for one in known)
    return sum(key in known or key.endswith("n't") for key in keys(text))


def _claims(text: str, language: str) -> Counter[tuple[str, str, str]]:
    return Counter((claim.kind, claim.value, claim.unit) for claim in find_claims(text, language))


def _replaced(text: str, rule: VoiceSetting, language: str) -> str:
    kept = facts_of(text, language)

    def said(match: regex.Match[str]) -> str:
        return match[0] if within(*match.span(), kept) else cased(rule.instead, match[0])

    return phrase(rule.about).sub(said, text)


def cased(word: str, like: str) -> str:
    """
    >>> cased("use", "Utilise"), cased("use", "UTILISE"), cased("use", "utilise")
    ('Use', 'USE', 'use')
    """
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if like[:1].isupper() else word


def _calm(text: str, rule: VoiceSetting, language: str) -> str:
    """A stop for each exclamation mark; a quotation keeps its own."""
    kept = _quoted(text)

    def calm(match: regex.Match[str]) -> str:
        if within(*match.span(), kept):
            return match[0]
        if match[0].strip("¡") == "":
            return ""
        before, after = text[match.start() - 1 : match.start()], text[match.end() :][:1]
        stopped = before in ".?…。？" or (after and after in "?？")
        return "" if stopped else "。" if match[0][-1] == "！" else "."

    return EXCLAIMS.sub(calm, text)


def _without_emoji(text: str, rule: VoiceSetting, language: str) -> str:
    kept = _quoted(text)
    spaced = regex.compile(rf"[ \t]*{EMOJI.pattern}")
    without = spaced.sub(lambda match: match[0] if within(*match.span(), kept) else "", text)
    return without.strip() if without.strip() else text


def _quoted(text: str) -> Sequence[Span]:
    return [claim.span for claim in find_quotes(text)]


REWORDINGS: Mapping[VoiceKind, Rewording] = MappingProxyType(
    {"replace": _replaced, "no_exclamation_marks": _calm, "no_emoji": _without_emoji}
)


@lru_cache(maxsize=512)
def reword_text(text: str, rules: tuple[VoiceSetting, ...], language: str) -> str:
    """The text by each rule that only rewords, one after the other, as far as it stays true.

    >>> rule = VoiceSetting(kind="replace", about="utilise", instead="use")
    >>> reword_text("Utilise it: “We utilise all.”", (rule,), "en")
    'Use it: “We utilise all.”'
    """
    for rule in rules:
        rewording = REWORDINGS.get(rule.kind)
        now = rewording(text, rule, language) if rewording else text
        if now != text and same_facts(text, now, language):
            text = now
    return text


def reword_post(post: Post, rules: tuple[VoiceSetting, ...], language: str) -> Post:
    """The same, in its paragraphs and its items."""
    if not any(rule.kind in REWORDINGS for rule in rules):
        return post
    return replace(
        post,
        paragraphs=tuple(reword_text(part, rules, language) for part in post.paragraphs),
        items=tuple(reword_text(item, rules, language) for item in post.items),
    )
