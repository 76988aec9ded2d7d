"""What can be seen in a text without a model: a few dozen counts, and its words hashed.

Pure functions of the text, the same on every machine.  English word lists; on other languages most
of them count nothing, which is why the shipped prior says what it was measured on.
"""

import re
import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Words = list[str]

_WORD = re.compile(r"[a-z0-9$%#@]+(?:['’][a-z]+)*")
_QUOTED = re.compile(r"[\"“”]|(?:^|\s)['‘]\w")
_SENTENCE = re.compile(r"[.!?…]+(?:\s|$)")
_CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
_MONEY = re.compile(r"[$£€]\s?\d|\b(?:dollars?|million|billion|money|rich|poor)\b")

WORD_LISTS: dict[str, str] = {
    "i": "i me my mine i'm i've i'd i'll myself",
    "you": "you your yours you're you've you'd you'll yourself",
    "we": "we us our ours we're we've we'd we'll ourselves let's",
    "he": "he him his he's he'd he'll himself",
    "she": "she her hers she's she'd she'll herself",
    "they": "they them their theirs they're they've they'd themselves",
    "this": "this these here here's",
    "that": "that those that's there there's it it's its",
    "question": "what why how who when where which what's who's how's",
    "not": "not no never don't doesn't didn't isn't aren't wasn't can't won't couldn't "
    "wouldn't  shouldn't nothing nobody none without ain't",
    "absolute": "ever every everyone everything always all only entire whole completely totally "
    "literally absolutely exactly",
    "most": "best worst most greatest biggest craziest coolest funniest smartest first last "
    "least  perfect ultimate",
    "curious": "secret truth reason reasons happens happened guess wonder turns actually "
    "really  surprising surprise reveal reveals hidden strange weird mystery "
    "discover discovered  learn idea thought expected expect until",
    "after": "then before after until once later finally next end ending wait when while",
    "now": "now today right minute minutes second seconds moment ago years year day days tonight",
    "see": "watch see look looks looking listen hear video photo photos picture pictures "
    "images  map chart show shows clip film song comic graph",
    "should": "should need needs must have has to gotta want wants better",
    "glad": "love beautiful amazing awesome happy hope joy wonderful great inspiring "
    "brilliant cute  hilarious funny laugh smile adorable incredible good win wins "
    "hero proud gorgeous cool  fun",
    "sad": "cry tears sad heartbreaking hurt pain lost die died dies death dead dying kill "
    "killed  sick cancer suffering alone broken tragic goodbye lonely",
    "angry": "hate outrage angry disgusting shocking shame wrong terrible horrible awful "
    "insane  ridiculous stupid worst evil attack attacked abuse rape violence bully "
    "bullied slam  racist sexist fight",
    "afraid": "scary terrifying fear afraid danger dangerous warning threat creepy nightmare "
    "crisis  poison toxic horrifying",
    "swear": "hell damn shit ass fuck f*ck crap sh*t badass wtf omg",
    "body": "body sex sexy naked boobs breast vagina penis skin hair face fat pregnant "
    "birth period  eyes hands head heart",
    "child": "kid kids child children baby boy girl son daughter mom dad mother father "
    "parents teen  year-old student teacher school family",
    "woman": "woman women girl girls female lady ladies wife mother feminist feminism",
    "man": "man men guy guys dude boy boys male husband father",
    "public": "obama president congress senator republican republicans democrat politician "
    "politicians government law vote police cop cops war gun guns court tax company "
    "companies corporations bank wall fox news media",
    "identity": "gay lesbian black white muslim christian jewish trans transgender immigrant "
    "race  racism bible church god homeless veteran gender",
    "nature": "animal animals dog dogs cat cats ocean earth climate science scientist "
    "scientists food  planet water space",
    "joke": "if but so just like because thing things stuff pretty kinda sorta maybe probably",
    "link": "the a an of to in on for with and or by at from as is are was were be",
}
_LISTS = {name: frozenset(words.split()) for name, words in WORD_LISTS.items()}


def words(text: str) -> Words:
    """Lower-case words and numbers; an apostrophe stays within its word.

    >>> words("She's 9. Don't tell HER?")
    ["she's", '9', "don't", 'tell', 'her']
    """
    return _WORD.findall(text.lower().replace("’", "'"))


def _share_of_capitals(text: str) -> float:
    initials = [word[0].isupper() for word in text.split() if word[0].isalpha()]
    return sum(initials) / len(initials) if initials else 0.0


def _first(text: str, tokens: Words, letters: str) -> float:
    return float(bool(tokens) and bool(re.match(letters, tokens[0])))


_COUNTS: dict[str, Callable[[str, Words], float]] = {
    "log words": lambda text, tokens: float(np.log1p(len(tokens))),
    "words": lambda text, tokens: len(tokens) / 10.0,
    "words squared": lambda text, tokens: (len(tokens) / 10.0) ** 2,
    "log characters": lambda text, tokens: float(np.log1p(len(text))),
    "word length": lambda text, tokens: len("".join(tokens)) / max(len(tokens), 1),
    "long words": lambda text, tokens: sum(len(t) > 7 for t in tokens) / max(len(tokens), 1),
    "sentences": lambda text, tokens: min(len(_SENTENCE.findall(text)), 4),
    "distinct": lambda text, tokens: len(set(tokens)) / max(len(tokens), 1),
    "question mark": lambda text, tokens: "?" in text,
    "exclamation mark": lambda text, tokens: "!" in text,
    "dots": lambda text, tokens: "..." in text or "…" in text,
    "full stop": lambda text, tokens: text.rstrip().endswith("."),
    "colon": lambda text, tokens: ":" in text,
    "dash": lambda text, tokens: bool(re.search(r"\s[-–—]+\s|—", text)),
    "brackets": lambda text, tokens: "(" in text or "[" in text,
    "commas": lambda text, tokens: min(text.count(","), 3),
    "quoted": lambda text, tokens: bool(_QUOTED.search(text)),
    "star": lambda text, tokens: "*" in text,
    "shouted": lambda text, tokens: min(len(_CAPITALS.findall(text)), 3),
    "capitals": lambda text, tokens: _share_of_capitals(text),
    "numbers": lambda text, tokens: min(sum(any(c.isdigit() for c in t) for t in tokens), 3),
    "number first": lambda text, tokens: _first(text, tokens, r"\d"),
    "question first": lambda text, tokens: _first(text, tokens, r"(?:what|why|how|who|when)\b"),
    "this first": lambda text, tokens: _first(text, tokens, r"(?:this|these|here|here's)$"),
    "pronoun first": lambda text, tokens: _first(text, tokens, r"(?:he|she|they|his|her|their)\b"),
    "name first": lambda text, tokens: _first(text, tokens, r"(?:a|an|the|some)$"),
    "money": lambda text, tokens: bool(_MONEY.search(text.lower())),
}
NAMES: tuple[str, ...] = (*_COUNTS, *_LISTS)


def hand(texts: Sequence[str]) -> Numbers:
    """One row a text, one column a name in `NAMES`.

    >>> row = dict(zip(NAMES, hand(["Why does she cry?"])[0], strict=True))
    >>> [row[name].item() for name in ("question mark", "question first", "she", "i")]
    [1.0, 1.0, 1.0, 0.0]
    """
    return np.array([_row(text) for text in texts], dtype=np.float64).reshape(-1, len(NAMES))


def _row(text: str) -> list[float]:
    tokens = words(text)
    counted = [float(count(text, tokens)) for count in _COUNTS.values()]
    listed = [min(sum(token in known for token in tokens), 3.0) for known in _LISTS.values()]
    return counted + listed


def grams(text: str) -> list[str]:
    """Words, pairs of neighbours, and letter groups of 3 to 5 within words.

    >>> grams("So it")
    ['so', 'it', '^ so', 'so it', 'it $', '<so', 'so>', '<so>', '<it', 'it>', '<it>']
    """
    tokens = words(text)
    framed = ["^", *tokens, "$"]
    pairs = [f"{one} {two}" for one, two in zip(framed, framed[1:], strict=False)]
    return tokens + pairs + [part for token in tokens for part in _letters(f"<{token}>")]


def _letters(word: str) -> list[str]:
    return [word[at : at + n] for n in (3, 4, 5) for at in range(len(word) - n + 1)]


def bucket(gram: str, buckets: int) -> int:
    """Where a gram is counted; the same in every process."""
    return zlib.crc32(gram.encode()) % buckets


def hashed(texts: Sequence[str], buckets: int) -> list[NDArray[np.int64]]:
    """For every text the buckets of its distinct grams, in order."""
    return [
        np.array(sorted({bucket(gram, buckets) for gram in grams(text)}), dtype=np.int64)
        for text in texts
    ]
