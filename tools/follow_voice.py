"""Whether a post keeps to a creator's rules: what a program can tell, rule by rule."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import regex

from smartcontent.content import Finding, Span
from smartcontent.voice import Voice, VoiceKind, VoiceSetting
from tools.compose_leads import QUESTION
from tools.read_post import ReadPost

# as most people see it: a picture by itself, or a sign turned into one (U+FE0F), skin tones and
# joiners with it; © and ™ are letters here
EMOJI = regex.compile(
    r"(?:\p{Regional_Indicator}{2}"
    r"|[0-9#*]\uFE0F?\u20E3"
    r"|(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F)[\p{EMod}\uFE0F]*"
    r"(?:\u200D\p{Extended_Pictographic}[\p{EMod}\uFE0F]*)*)"
)
EXCLAIMS = regex.compile(r"[!¡！]+")
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}]"
_IN_A_WORD = r"[\p{L}\p{M}\p{N}_'’-]"
NOT_APPLIED = "voice-not-applied"
BROKEN = "voice"

Breaks = Callable[[VoiceSetting, ReadPost], bool]


@lru_cache(maxsize=512)
def phrase(words: str) -> regex.Pattern[str]:
    """The words as whole words, in any case and however they are spaced.

    >>> bool(phrase("use").search("Re-use it")), bool(phrase("use").search("USE it"))
    (False, True)
    """
    parts = r"\s+".join(map(regex.escape, words.split()))
    before = "" if regex.match(_UNSPACED, words) else rf"(?<!{_IN_A_WORD})"
    after = "" if regex.search(rf"{_UNSPACED}$", words) else rf"(?!{_IN_A_WORD})"
    return regex.compile(f"{before}{parts}{after}", regex.IGNORECASE)


def within(start: int, end: int, spans: Sequence[Span]) -> bool:
    """Whether any of the characters stands in one of the spans."""
    return any(start < span.end and span.start < end for span in spans)


def _says(rule: VoiceSetting, post: ReadPost) -> bool:
    return phrase(rule.about).search(post.words) is not None


def _could_say_otherwise(rule: VoiceSetting, post: ReadPost) -> bool:
    """In a name or a quotation it has to stay."""
    found = [match.span() for match in phrase(rule.about).finditer(post.words)]
    return any(not within(start, end, post.facts) for start, end in found)


def _exclaims(rule: VoiceSetting, post: ReadPost) -> bool:
    found = [match.span() for match in EXCLAIMS.finditer(post.words)]
    return any(not within(start, end, post.quotations) for start, end in found)


def _asks_first(rule: VoiceSetting, post: ReadPost) -> bool:
    return QUESTION.search(next(iter(post.sentences), "")) is not None


def _over(rule: VoiceSetting, count: int) -> bool:
    return rule.most is not None and count > rule.most


CHECKS: Mapping[VoiceKind, Breaks] = MappingProxyType(
    {
        "hashtags": lambda rule, post: _over(rule, post.hashtags),
        "sentences": lambda rule, post: _over(rule, len(post.sentences)),
        "characters": lambda rule, post: _over(rule, len(post.words)),
        "no_emoji": lambda rule, post: EMOJI.search(post.words) is not None,
        "no_exclamation_marks": _exclaims,
        "no_opening_question": _asks_first,
        "no_call_to_action": lambda rule, post: post.labelled,
        "no_link": lambda rule, post: post.links > 0,
        "avoid": _says,
        "replace": _could_say_otherwise,
    }
)


def breaks(rule: VoiceSetting, post: ReadPost) -> bool:
    """Whether the post goes against the rule; never for what a program cannot tell."""
    check = CHECKS.get(rule.kind)
    return check is not None and check(rule, post)


def broken(voice: Voice, post: ReadPost) -> list[Finding]:
    """A warning for each rule that the post goes against."""
    return [
        Finding(
            rule=BROKEN,
            severity="warning",
            reason=f"Your rule is not kept: {rule.statement}",
            fix="Edit the text, or change the rule.",
        )
        for rule in voice.rules
        if breaks(rule, post)
    ]


def not_applied(voice: Voice) -> list[Finding]:
    """What the embedded writer leaves to a language model, in one note; none when nothing."""
    left = [f"“{rule.statement}”" for rule in voice.rules if rule.needs_model]
    if voice.examples:
        left.append(f"posts of yours as examples ({len(voice.examples)})")
    if not left:
        return []
    reason = f"Written without a language model, so this was not applied: {', '.join(left)}."
    fix = "Edit the text, or connect a language model."
    return [Finding(rule=NOT_APPLIED, severity="info", reason=reason, fix=fix)]
