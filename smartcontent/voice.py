"""How a creator likes posts to be worded: rules with what they rest on, and posts as examples.

The kinds are a closed list, so that a program can follow them, check them, and learn them from
what a creator changes.  What cannot be said in a kind is said in words (`manner`), and needs a
language model.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from smartcontent.content import Noun

Counted = Literal["hashtags", "sentences", "characters", "sentence_words"]
Left = Literal[
    "no_emoji", "no_exclamation_marks", "no_opening_question", "no_call_to_action", "no_link"
]
VoiceKind = Literal[Counted, Left, "avoid", "replace", "manner"]
Origin = Literal["edits", "past_posts", "creator"]
NEED_A_MODEL: frozenset[VoiceKind] = frozenset({"sentence_words", "manner"})
LONGEST = 200  # characters of a word, a phrase, or a rule in free words


class VoiceSetting(Noun):
    """What a rule asks for: a number (`most`), words (`about`), other words for them (`instead`).

    >>> VoiceSetting(kind="replace", about="utilise", instead="use").statement
    'Say “use” instead of “utilise”.'
    """

    kind: VoiceKind
    about: str = Field(default="", max_length=LONGEST)
    instead: str = Field(default="", max_length=LONGEST)
    most: int | None = Field(default=None, ge=0, le=10_000)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        given = {name for name in ("about", "instead") if getattr(self, name).strip()}
        given |= {"most"} if self.most is not None else set()
        if given != TAKES.get(self.kind, set()):
            wanted = " and ".join(sorted(TAKES.get(self.kind, ()))) or "nothing more"
            raise ValueError(f"a rule of the kind {self.kind} takes {wanted}")
        if self.kind != "hashtags" and self.most == 0:
            raise ValueError("nothing can be written in none")
        return self

    @property
    def statement(self) -> str:
        """The rule in plain words."""
        return STATEMENTS[self.kind](self)

    @property
    def key(self) -> str:
        """What makes two rules one: the kind and what it is about, however large the number."""
        return f"{self.kind}|{' '.join(self.about.split()).casefold()}"

    @property
    def needs_model(self) -> bool:
        """Whether a program alone cannot follow it."""
        return self.kind in NEED_A_MODEL


TAKES: Mapping[VoiceKind, set[str]] = MappingProxyType(
    {
        **dict.fromkeys(("hashtags", "sentences", "characters", "sentence_words"), {"most"}),
        **dict.fromkeys(("avoid", "manner"), {"about"}),
        "replace": {"about", "instead"},
    }
)


def _counted(noun: str) -> Callable[[VoiceSetting], str]:
    def stated(rule: VoiceSetting) -> str:
        return f"At most {rule.most} {noun if rule.most != 1 else noun.removesuffix('s')}."

    return stated


def _hashtags(rule: VoiceSetting) -> str:
    return _counted("hashtags")(rule) if rule.most else "No hashtags."


STATEMENTS: Mapping[VoiceKind, Callable[[VoiceSetting], str]] = MappingProxyType(
    {
        "hashtags": _hashtags,
        "sentences": _counted("sentences"),
        "characters": lambda rule: f"At most {rule.most} characters, link and hashtags aside.",
        "sentence_words": lambda rule: f"Sentences of about {rule.most} words.",
        "no_emoji": lambda rule: "No emoji.",
        "no_exclamation_marks": lambda rule: "No exclamation marks.",
        "no_opening_question": lambda rule: "Do not begin with a question.",
        "no_call_to_action": lambda rule: "No words before the link, such as “Read more:”.",
        "no_link": lambda rule: "No link.",
        "avoid": lambda rule: f"Do not say “{rule.about}”.",
        "replace": lambda rule: f"Say “{rule.instead}” instead of “{rule.about}”.",
        "manner": lambda rule: rule.about,
    }
)


class Evidence(Noun):
    """A text that a rule was learned from: as drafted (empty for a past post) and as it went."""

    before: str = ""
    after: str
    post_id: UUID | None = None


class VoiceRule(VoiceSetting):
    """A rule of a workspace: who said it, whether it is on, and what speaks for and against it.

    `origin` is the creator as soon as a creator has changed it; then nothing learned moves it.
    """

    id: UUID
    origin: Origin
    enabled: bool = True
    support: int = 0
    against: int = 0
    evidence: tuple[Evidence, ...] = ()
    created_at: AwareDatetime


class VoiceExample(Noun):
    """A post of the creator's own, brought to be learned from."""

    id: UUID
    text: str
    language: str
    created_at: AwareDatetime


class Lesson(Noun):
    """A rule that texts speak for, not yet anybody's."""

    setting: VoiceSetting
    origin: Origin
    support: int
    against: int
    evidence: tuple[Evidence, ...]


class Voice(Noun):
    """What both writers are told: rules that are on, and the creator's own posts."""

    rules: tuple[VoiceSetting, ...] = ()
    examples: tuple[str, ...] = ()

    def of(self, *kinds: VoiceKind) -> Iterator[VoiceSetting]:
        return (rule for rule in self.rules if rule.kind in kinds)

    def has(self, kind: VoiceKind) -> bool:
        return any(self.of(kind))

    def most(self, kind: Counted, otherwise: int) -> int:
        """The smallest number that any rule of the kind gives; `otherwise` when larger or none."""
        return min([otherwise, *(rule.most for rule in self.of(kind) if rule.most is not None)])


NO_VOICE = Voice()
