"""Names in scripts without capitals, where a title or a word of saying stands beside them.

Without capitals a name cannot be told from a word, so only what is marked is taken: `Dr. X`,
`X said`, `X University`, and in Chinese the characters that foreign names are written with.
"""

from collections.abc import Iterator
from functools import cache

import regex

from smartcontent.content import Claim, Span
from tools import lexicon
from tools.tokens import keys

LANGUAGES = frozenset({"ar", "hi", "bn", "ko", "zh"})
_MOST = 3  # words of one name
# what stands before a name, and what after it
_BEFORE = {
    "ar": "الدكتورة الدكتور السيدة السيد للسيد للدكتور الأستاذة الأستاذ المهندس البروفيسور "
    "جامعة شركة ولاية مدينة وفقًا_ل قال قالت صرح صرحت",
    "hi": "डॉ. डॉ डॉक्टर श्री श्रीमती सुश्री प्रोफेसर प्रो.",
    "bn": "ড. ডঃ ডক্টর অধ্যাপক জনাব প্রফেসর",
}
_AFTER = {
    "hi": "ने_कहा ने_बताया विश्वविद्यालय कंपनी",
    "bn": "বলেন বলেছেন বলেছিলেন জানান বিশ্ববিদ্যালয়",
    "ko": "박사 교수 씨가 씨는 씨의 장관 대통령 의원 대표 대학교 기자",
}
_LETTERS = r"[\p{L}\p{M}]{2,}"
_ABROAD = (
    "斯克爾尔德特姆瑞馬玛亞亚布萊莱拉羅罗維维蘭兰凱凯勒瑪康辛威內内"
    "卡利加納纳哈佛頓顿森諾诺洛倫伦達达塔科奧奥伊茲兹"
)
_CHINESE = regex.compile(
    rf"[{_ABROAD}]{{3,}}(?:·[{_ABROAD}]{{2,}})*(?:州|大學|大学|公司|市)?"
    rf"|(?<name>[\p{{Han}}]{{2}}[·\p{{Han}}]?)(?=教授|博士|先生|女士|表示|說：|说：|指出)"
    rf"|[{_ABROAD}]{{2,}}(?:大學|大学|公司|學院|学院)"
)


def find_native_names(text: str, language: str) -> list[Claim]:
    """Marked names in order; `value` is the comparable form.

    >>> [claim.text for claim in find_native_names("هكذا قال الدكتور أحمد الخطيب.", "ar")]
    ['أحمد الخطيب']
    >>> [claim.text for claim in find_native_names("據哈佛大學的研究，李美玲教授這樣說。", "zh")]
    ['哈佛大學', '李美玲']
    """
    if language not in LANGUAGES:
        return []
    spans = _chinese(text) if language == "zh" else _marked(text, language)
    claims: list[Claim] = []
    for start, end in sorted(set(spans)):
        if not claims or start >= claims[-1].span.end:
            said = text[start:end]
            span = Span(start=start, end=end)
            claims.append(Claim(kind="name", text=said, value=" ".join(keys(said)), span=span))
    return claims


def _chinese(text: str) -> Iterator[tuple[int, int]]:
    for match in _CHINESE.finditer(text):
        yield match.span()


def _marked(text: str, language: str) -> Iterator[tuple[int, int]]:
    before, after = _patterns(language)
    for match in before.finditer(text):
        yield from _named(text, match.start("name"), match.end("name"), language, from_left=True)
    for match in after.finditer(text):
        yield from _named(text, match.start("name"), match.end("name"), language, from_left=False)


def _named(
    text: str, start: int, end: int, language: str, *, from_left: bool
) -> Iterator[tuple[int, int]]:
    """The words nearest to the mark, up to the first that carries no name."""
    found = list(regex.finditer(_LETTERS, text[start:end]))
    stop = lexicon.stop_words(language)
    kept = []
    for word in found if from_left else reversed(found):
        if word[0] in stop:
            break
        kept.append(word)
    if kept:
        yield start + min(w.start() for w in kept), start + max(w.end() for w in kept)


@cache
def _patterns(language: str) -> tuple[regex.Pattern[str], regex.Pattern[str]]:
    names = rf"(?P<name>{_LETTERS}(?: {_LETTERS}){{0,{_MOST - 2}}})"
    edge, ends = r"(?<![\p{L}\p{M}])", r"(?![\p{L}\p{M}])"
    marks = _either(_BEFORE.get(language, ""))
    before = regex.compile(rf"{edge}(?:(?:{marks}){ends}\s+)+{names}")
    ends = "" if language == "ko" else ends  # particles are written on: 교수에, 씨가
    after = regex.compile(rf"{edge}{names}\s+(?:{_either(_AFTER.get(language, ''))}){ends}")
    return before, after


def _either(words: str) -> str:
    listed = sorted(words.split(), key=len, reverse=True)
    return "|".join(regex.escape(word).replace("_", r"\s+") for word in listed) or "(?!)"
