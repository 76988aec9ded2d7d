"""What a creator's edits and own posts say of how they like to word things, without a model."""

from asyncio import to_thread
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from statistics import median
from typing import get_args
from uuid import UUID

import regex

from connectors.spec import known_specs
from smartcontent.voice import Evidence, Left, Lesson, Origin, VoiceExample, VoiceRule, VoiceSetting
from store.database import Session
from store.voice import VoiceExamples, VoiceRules, Worded, worded
from tools.follow_voice import breaks, within
from tools.measure_text import UNSPACED, words
from tools.read_post import PLAIN, ReadPost, read_post
from tools.reword_text import same_facts
from tools.tokens import Token, tokens
from tools.writing_order import MOST_TAGS

LOOKED_AT = 50  # posts and examples, the latest: tastes change
ENOUGH = 3  # edits: once is an accident and twice a coincidence
FEW = 0.25  # of those that speak for a rule may as many speak against it
HABIT = 5  # posts: the fewest that, all alike, tell a habit from a coin's throws (1/32 < 5 %)
PHRASE = 3  # words: longer changes are about what is said
OURS = 0.5  # share of words in common (Ratcliff/Obershelp) from which a post is rather ours
SHOWN = 3  # texts as evidence
LONGEST = 800  # characters the writer runs to by itself: a limit above is none
_RUNS_ON = regex.compile(r"[\n.!?;:,，。！？；：、()\[\]\"“”«»]|\p{N}")


@dataclass(frozen=True)
class Edit:
    """A draft, and what a person made of it; the same twice where nothing was changed."""

    draft: ReadPost
    approved: ReadPost
    post_id: UUID | None = None

    @property
    def rewritten(self) -> bool:
        """Whether more than half of it is the person's."""
        was, now = (tokens(post.words) for post in (self.draft, self.approved))
        keys = [token.key for token in was], [token.key for token in now]
        return SequenceMatcher(None, *keys, autojunk=False).ratio() < OURS

    @cached_property
    def swaps(self) -> Mapping[str, str]:
        """Short phrases and what stands in their place: "" where they were left out."""
        return dict(_swaps(self.draft, self.approved))


def _swaps(draft: ReadPost, approved: ReadPost) -> Iterator[tuple[str, str]]:
    """Word by word; nothing that touches a number, a name, a date, a quotation or a denial."""
    was, now = tokens(draft.words), tokens(approved.words)
    left, right = [token.key for token in was], [token.key for token in now]
    for what, i1, i2, j1, j2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if what not in ("replace", "delete") or max(i2 - i1, j2 - j1) > PHRASE:
            continue
        old, new = _phrase(draft, was[i1:i2]), _phrase(approved, now[j1:j2])
        if old and new is not None and same_facts(old, new, draft.language):
            yield old.casefold(), new[:1].lower() + new[1:] if old[0].isupper() else new


def _phrase(post: ReadPost, run: Sequence[Token]) -> str | None:
    """What stands there, "" for nothing; None where it is more, or other, than a phrase."""
    if not run:
        return ""
    said = post.words[run[0].start : run[-1].end]
    fixed = within(run[0].start, run[-1].end, post.facts)
    return None if fixed or _RUNS_ON.search(said) else said


def vote(rule: VoiceSetting, edit: Edit) -> int:
    """1: the edit made the draft keep to the rule; -1: what was approved goes against it."""
    if breaks(rule, edit.approved):
        return -1
    if not breaks(rule, edit.draft):
        return 0
    if rule.kind == "replace":
        return int(edit.swaps.get(rule.about) == rule.instead)
    if rule.kind == "avoid":
        return int(rule.about in edit.swaps)
    return int(rule.kind != "no_call_to_action" or edit.approved.links > 0)


def from_edits(edits: Sequence[Edit]) -> list[Lesson]:
    """Rules that enough edits agree on and few speak against, one for each thing."""
    found: dict[str, Lesson] = {}
    for rule in _candidates(edits):
        lesson = _weighed(rule, edits)
        taken = rule.key in found or f"replace|{rule.about}" in found
        if not taken and lesson.support >= ENOUGH and lesson.against <= FEW * lesson.support:
            found[rule.key] = lesson
    return list(found.values())


def _candidates(edits: Sequence[Edit]) -> Iterator[VoiceSetting]:
    """The strictest number first, the word that most put in its place first."""
    for kind in get_args(Left):
        yield VoiceSetting(kind=kind)
    for most in range(max((edit.draft.hashtags for edit in edits), default=0)):
        yield VoiceSetting(kind="hashtags", most=most)
    for most in range(1, max((len(edit.draft.sentences) for edit in edits), default=0)):
        yield VoiceSetting(kind="sentences", most=most)
    swaps = Counter(swap for edit in edits for swap in edit.swaps.items())
    for (old, new), times in swaps.most_common():
        if new and times >= ENOUGH:
            yield VoiceSetting(kind="replace", about=old, instead=new)
    for old, times in Counter(old for edit in edits for old in edit.swaps).most_common():
        if times >= ENOUGH:
            yield VoiceSetting(kind="avoid", about=old)


def _weighed(rule: VoiceSetting, edits: Sequence[Edit]) -> Lesson:
    votes = [(vote(rule, edit), edit) for edit in edits]
    evidence = [
        Evidence(before=edit.draft.words, after=edit.approved.words, post_id=edit.post_id)
        for said, edit in votes
        if said > 0
    ]
    against = sum(said < 0 for said, _ in votes)
    return _lesson(rule, "edits", len(evidence), against, evidence)


def from_posts(posts: Sequence[ReadPost]) -> list[Lesson]:
    """What all of a creator's own posts have in common."""
    if len(posts) < HABIT:
        return []
    evidence = [Evidence(after=post.words) for post in posts]
    return [
        _lesson(rule, "past_posts", len(posts), 0, evidence)
        for rule in _habits(posts)
        if not any(breaks(rule, post) for post in posts)
    ]


def _habits(posts: Sequence[ReadPost]) -> Iterator[VoiceSetting]:
    yield VoiceSetting(kind="no_emoji")
    yield VoiceSetting(kind="no_exclamation_marks")
    tags = max(post.hashtags for post in posts)
    if tags < MOST_TAGS:
        yield VoiceSetting(kind="hashtags", most=tags)
    longest = -(-max(len(post.words) for post in posts) // 10) * 10
    if 0 < longest < LONGEST:
        yield VoiceSetting(kind="characters", most=longest)
    spaced = [post for post in posts if post.language not in UNSPACED]
    lengths = [len(words(sentence)) for post in spaced for sentence in post.sentences]
    if lengths and (usual := round(median(lengths))):
        yield VoiceSetting(kind="sentence_words", most=usual)


def _lesson(
    rule: VoiceSetting, origin: Origin, support: int, against: int, evidence: Sequence[Evidence]
) -> Lesson:
    shown = tuple(evidence[:SHOWN])
    return Lesson(setting=rule, origin=origin, support=support, against=against, evidence=shown)


def contradicted(rule: VoiceRule, edits: Sequence[Edit]) -> bool:
    """What edits taught, edits can take back: more of them go against it than for it."""
    lesson = _weighed(rule, edits)
    return lesson.against >= ENOUGH and lesson.against > lesson.support


async def learn_voice(session: Session) -> None:
    """Learn from the latest approvals and examples, in this transaction; doing it again changes
    nothing.  Of the posts that were approved, only those that a person wrote anew count as the
    creator's own: the others have our words."""
    approved = await worded(session, limit=LOOKED_AT)
    examples = await VoiceExamples(session).list(limit=LOOKED_AT)
    kept = await VoiceRules(session).enabled()
    lessons, gone = await to_thread(_learned, approved, examples, kept)
    await VoiceRules(session).unlearn(gone)
    await VoiceRules(session).learn(lessons)


def _learned(
    approved: Sequence[Worded], examples: Sequence[VoiceExample], kept: Sequence[VoiceRule]
) -> tuple[list[Lesson], list[UUID]]:
    """What to keep, and the ids of rules to let go."""
    edits = [_edit(one) for one in approved]
    own = [edit.approved for edit in edits if edit.rewritten]
    own += [read_post(one.text, one.language) for one in examples]
    lessons = {lesson.setting.key: lesson for lesson in (*from_posts(own), *from_edits(edits))}
    gone = [rule.id for rule in kept if rule.origin == "edits" and contradicted(rule, edits)]
    return list(lessons.values()), gone


def _edit(one: Worded) -> Edit:
    spec = known_specs({}).get(one.platform, PLAIN)
    draft, approved = (read_post(text, one.language, spec) for text in (one.draft, one.text))
    return Edit(draft, approved, one.post_id)
