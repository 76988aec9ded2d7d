"""Reading the values of slots from a sentence, with word tables, patterns and embeddings."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llm.slots import Kind, Slot
from llm.times import find_time
from llm.words import WORD, alternatives, singular, tokens, words

Near = Callable[[Sequence[str], Sequence[str]], NDArray[np.float64]]
UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
QUOTED = re.compile(r"[\"“„«»]([^\"“”„«»]+)[\"”“«»]|(?<!\w)'([^']+)'(?!\w)")
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w])")
ABOUT = r"\b(?:{})\s+(.+)"
Place = tuple[tuple[int, int], int]  # where it stands, and which choice it is
MOST_WORDS = 40  # of a long message
CLOSE = 0.6  # cosine between a word and a choice in another language (días/days 0.94, Tag 0.68)


@dataclass
class Reading:
    """A sentence while it is read: what was found, and the words that are left."""

    text: str
    near: Near
    ignoring: Collection[str]
    now: datetime
    tool: str
    found: dict[str, Any] = field(default_factory=dict)

    def take(self, slot: Slot, value: object, start: int, end: int) -> None:
        """Keep a value and blank its words, so that nothing reads them twice."""
        if slot.many:
            self.found.setdefault(slot.name, []).append(value)
        else:
            self.found[slot.name] = value
        self.text = self.text[:start] + " " * (end - start) + self.text[end:]

    def open(self, asked: Sequence[Slot], *kinds: Kind) -> list[Slot]:
        """The slots of these kinds that can still take a value."""
        return [s for s in asked if s.kind in kinds and (s.many or s.name not in self.found)]


def fill(
    text: str,
    asked: Sequence[Slot],
    *,
    near: Near,
    ignoring: Collection[str],
    now: datetime,
    tool: str = "",
) -> dict[str, Any]:
    """Values for the slots, as JSON would hold them; slots that the text does not fill stay out.

    `near(words, labels)` gives cosines (words × labels).  `ignoring` are casefolded words that
    belong to the request itself, not to its values; `tool` is the name of what is asked for.
    """
    reading = Reading(text, near, ignoring, now, tool)
    for read in (_uuids, _quotes, _times, _choices, _flags, _numbers, _texts):
        read(reading, asked)
    return reading.found


def _uuids(reading: Reading, asked: Sequence[Slot]) -> None:
    said = set(tokens(reading.text))
    for match in UUID.finditer(reading.text):
        wanted = sorted(reading.open(asked, "uuid"), key=lambda slot: slot.label not in said)
        if wanted:
            reading.take(wanted[0], match.group().lower(), *match.span())


def _quotes(reading: Reading, asked: Sequence[Slot]) -> None:
    for match in QUOTED.finditer(reading.text):
        before = tokens(reading.text[: match.start()])[-3:]
        wanted = sorted(
            reading.open(asked, "text"),
            key=lambda slot: (slot.label not in before, not slot.required),
        )
        if wanted:
            reading.take(wanted[0], (match[1] or match[2]).strip(), *match.span())


def _times(reading: Reading, asked: Sequence[Slot]) -> None:
    for slot in reading.open(asked, "time", "day"):
        found = find_time(reading.text, now=reading.now)
        if found:
            at, span = found
            value = at.date().isoformat() if slot.kind == "day" else at.isoformat()
            reading.take(slot, value, *span)


def _choices(reading: Reading, asked: Sequence[Slot]) -> None:
    for slot in reading.open(asked, "choice"):
        found = _spoken(reading, slot) or _meant(reading, slot)
        for match, place in found if slot.many else found[:1]:
            reading.take(slot, slot.choices[place], *match)


def _spoken(reading: Reading, slot: Slot) -> list[Place]:
    """Choices said in so many words, in their order."""
    found = []
    for place, choice in enumerate(slot.choices):
        said = r"[\W_]+".join(map(re.escape, re.split(r"[\W_]+", singular(choice.casefold()))))
        for match in re.finditer(rf"\b{said}(?:e?s|ies)?\b", reading.text, re.IGNORECASE):
            found.append((match.span(), place))
    return sorted(found)


def _meant(reading: Reading, slot: Slot) -> list[Place]:
    """Choices meant by one to three words in any language, the nearest first.

    Words that mean the tool itself ("posts" in `show_posts`) are not a choice.
    """
    matches = list(WORD.finditer(reading.text))[:MOST_WORDS]
    telling = [match for match in matches if match[0].casefold() not in words()["filler"]]
    runs = [telling[at : at + size] for size in (1, 2, 3) for at in range(len(telling) - size + 1)]
    if not runs:
        return []
    spoken = [choice.replace("_", " ") for choice in slot.choices]
    texts = [" ".join(match[0] for match in run) for run in runs]
    cosines = reading.near(texts, [*spoken, *reading.tool.split("_")])
    best, nearest = cosines.argmax(axis=1), cosines.max(axis=1)
    order = sorted(range(len(runs)), key=lambda at: -nearest[at])
    return [
        ((runs[at][0].start(), runs[at][-1].end()), int(best[at]))
        for at in order
        if best[at] < len(spoken) and nearest[at] >= CLOSE
    ]


def _flags(reading: Reading, asked: Sequence[Slot]) -> None:
    said = tokens(reading.text)
    for slot in reading.open(asked, "flag"):
        parts = slot.label.split()
        if all(part in said for part in parts):
            before = said[max(0, said.index(parts[0]) - 2) : said.index(parts[0])]
            reading.found[slot.name] = not set(before) & set(words()["negations"])


def _numbers(reading: Reading, asked: Sequence[Slot]) -> None:
    counts = words()["numbers"]
    spelled = re.compile(rf"\b(?:{alternatives(counts)})\b", re.IGNORECASE)
    for match in (*NUMBER.finditer(reading.text), *spelled.finditer(reading.text)):
        said = match.group().casefold()
        value = float(counts[said]) if said in counts else float(said)
        after = " ".join(WORD.findall(reading.text[match.end() :])[:1])
        slot = _number_slot(value, after, reading, asked)
        if slot:
            whole = slot.kind == "whole"
            reading.take(slot, int(value) if whole else value, *match.span())


def _number_slot(value: float, after: str, reading: Reading, asked: Sequence[Slot]) -> Slot | None:
    """Of the slots that can hold the number, the one named like the word behind it."""
    able = [
        slot
        for slot in reading.open(asked, "whole", "number")
        if slot.low <= value <= slot.high and (slot.kind == "number" or value.is_integer())
    ]
    if len(able) < 2 or not after:
        return able[0] if able else None
    row = reading.near([after], [slot.label for slot in able])[0]
    return able[int(row.argmax())]


def _texts(reading: Reading, asked: Sequence[Slot]) -> None:
    wanted = reading.open(asked, "text")
    for slot in wanted:
        label = re.escape(slot.label)
        if not _take(reading, slot, rf"\b{label}(?:\s+is|\s*[:=])\s*([^,;\n]+)"):
            _take(reading, slot, rf"\bin an?\s+(\w+)\s+{label}\b")
    for slot in [slot for slot in wanted if slot.required and slot.name not in reading.found]:
        if not _take(reading, slot, ABOUT.format(alternatives(words()["about"]))):
            _take_name(reading, slot)


def _take(reading: Reading, slot: Slot, pattern: str, flags: int = re.IGNORECASE) -> bool:
    matches = list(re.finditer(pattern, reading.text, flags))
    for match in reversed(matches):
        value = trimmed(match[1])
        if value:
            reading.take(slot, value, *match.span(1))
            return True
    return False


def _take_name(reading: Reading, slot: Slot) -> None:
    """A name after "to" or "for", else a capitalised word, else what the request leaves over."""
    towards = alternatives(words()["towards"])
    name = r"([^\W\d_a-zß-öø-ÿ][\w'’-]*(?:\s+[^\W\d_a-zß-öø-ÿ][\w'’-]*)*)"
    longer = alternatives([word for word in words()["towards"] if len(word) > 1])
    if (
        _take(reading, slot, rf"\b(?i:{towards})\s+{name}", flags=0)
        or _take(reading, slot, rf"(?<=\w\s){name}", flags=0)
        or _take(reading, slot, rf"\b(?:{longer})\s+(?!.*\b(?:{longer})\b)(.+)")
    ):
        return
    left = [word for word in WORD.findall(reading.text) if word.casefold() not in reading.ignoring]
    left = [word for word in left if word.casefold() not in words()["filler"]]
    if left:
        reading.found[slot.name] = " ".join(left)


def subject_of(text: str) -> tuple[str, str]:
    """A request and its subject, split at "about".

    >>> subject_of("start a campaign for my article about bread")
    ('start a campaign for my article', 'bread')
    >>> subject_of("start it")
    ('start it', '')
    """
    match = re.search(ABOUT.format(alternatives(words()["about"])), text, re.IGNORECASE)
    subject = trimmed(match[1]) if match else ""
    return (text[: match.start()].strip() or text, subject) if match and subject else (text, "")


def trimmed(text: str) -> str:
    """Without courtesy, quotation marks and closing punctuation.

    >>> trimmed("Ana, please!")
    'Ana'
    """
    polite = alternatives(words()["polite"])
    text = re.sub(rf"[\s,]*\b(?:{polite})\b[\s.!?]*$", "", text.strip(), flags=re.IGNORECASE)
    return re.sub(r"\s+", " ", text).strip(" \t\n.,;:!?¡¿\"'“”«»„")
