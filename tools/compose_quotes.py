"""Quotations with the name the source puts beside them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import regex

from smartcontent.content import Span
from tools.compose_material import Material
from tools.compose_sentences import ENDING, SPEAKER, Sentence, balanced
from tools.strategy_markers import UNSPACED, count

INSIDE = regex.compile(r"“([^“”]+)”|«\s*([^«»]+?)\s*»|「([^「」]+)」|\"([^\"]+)\"")
NAME = r"(?:\p{Lu}[\p{L}’'.-]+)(?:\s+(?:\p{Lu}[\p{L}’'.-]*|de|la|van|von|del)){0,3}"
OWNED = r"(?:(?:[\p{Lu}\d][\p{L}\d&.-]*)[’']s\s+)?"  # "18F’s Ana Lopez": the person is Ana Lopez
SAYS = {
    "en": r"(?:said|says|explained|explains|noted|notes|added|adds|wrote|writes|recalled|told us"
    r"|remarked|stressed|argued|argues|observed|pointed out)",
    "es": r"(?:dijo|dice|explicó|explica|afirmó|afirma|señaló|señala|añadió|agregó|escribió)",
}
ASKED = regex.compile(r"\?$|\b(?:tell|show) (?:me|us)\b|\bcuéntame\b")
NOT_NAMES = frozenset({"He", "She", "They", "It", "We", "I", "One", "Él", "Ella", "The", "As"})


@dataclass(frozen=True)
class Quote:
    """Words between quotation marks, whole; `speaker` is empty where nobody is named beside."""

    text: str
    speaker: str
    spans: tuple[Span, ...]


def find_quotes(material: Material) -> Iterator[Quote]:
    """Quotations long enough to carry a post, first those with a name."""
    for sentence in material.sentences:
        yield from _in_sentence(sentence, material)
        yield from _in_transcript(sentence, material)
    yield from _in_blocks(material)


def _in_sentence(sentence: Sentence, material: Material) -> Iterator[Quote]:
    language = material.language
    for found in INSIDE.finditer(sentence.text):
        words = next(group for group in found.groups() if group is not None)
        if not _long_enough(words, language):
            continue
        speaker = _speaker(sentence.text, found.start(), found.end(), language)
        speaker = _in_full(speaker, material)
        if speaker and _whole(words):
            yield Quote(f"“{_ended(words)}”", speaker, (sentence.span,))
        elif sentence.alone and count(sentence.text, "said", language) and _names(sentence.text):
            yield Quote(sentence.text, "", (sentence.span,))


def _in_transcript(sentence: Sentence, material: Material) -> Iterator[Quote]:
    """An answer of an interview: the full name, a colon, the words; the name comes again."""
    label = SPEAKER.match(sentence.text)
    if not label:
        return
    name, said = label.group(1).strip(), sentence.text[label.end() :]
    speaks = " " in name and material.text.count(f"{name}:") >= 2
    clean = balanced(said) and not INSIDE.search(said) and not ASKED.search(said)
    if speaks and clean and _long_enough(said, material.language):
        yield Quote(f"“{said}”", name, (sentence.span,))


def _long_enough(text: str, language: str) -> bool:
    return len(text) >= (12 if language in UNSPACED else 40) and len(text) <= 320


def _whole(text: str) -> bool:
    """A quotation that begins like a sentence; a half one needs the words around it."""
    return bool(regex.match(r"[\p{Lu}\p{Lo}\d]", text)) and "…" not in text[:2]


def _ended(text: str) -> str:
    text = text.strip()
    return text if ENDING.search(text) else text.rstrip(",;:") + "."


def _speaker(text: str, start: int, end: int, language: str) -> str:
    says = SAYS.get(language)
    if not says:
        return ""
    after = regex.match(rf",?\s*(?:{says}\s+{OWNED}({NAME})|({NAME})\s+{says})", text[end:])
    before = regex.search(rf"{OWNED}({NAME})\s+(?:once\s+)?{says}[,:]?\s*$", text[:start])
    found = after or before
    name = next((group for group in found.groups() if group), "") if found else ""
    return "" if name.split(" ")[:1] and name.split(" ")[0] in NOT_NAMES else name.rstrip(".")


def _in_full(name: str, material: Material) -> str:
    """A family name alone becomes the full name that the source gives elsewhere."""
    if not name or " " in name:
        return name
    full = regex.compile(rf"(?<![’'\p{{L}}])(\p{{Lu}}\p{{Ll}}+\s+{regex.escape(name)})(?!\p{{L}})")
    found = full.search(f"{material.title}. {material.text}")
    return found.group(1) if found else name


def _names(text: str) -> bool:
    return bool(regex.search(r"\p{Lu}\p{Ll}+\s+\p{Lu}\p{Ll}+", text[1:]))


def _in_blocks(material: Material) -> Iterator[Quote]:
    """A block quotation whose last line names the speaker after a dash."""
    said = [sentence for sentence in material.sentences if sentence.said]
    for sentence, following in pairwise(said):
        named = regex.fullmatch(r"[—–-]\s*(.{3,60}?)\.?", following.text)
        if named and sentence.block in (following.block, following.block - 1):
            yield Quote(f"“{sentence.text}”", named.group(1), (sentence.span, following.span))
