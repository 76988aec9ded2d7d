"""Add a rule of the creator's own."""

from typing import Annotated

from pydantic import Field, ValidationError

from smartcontent import Given, tool
from smartcontent.errors import Conflict, InvalidInput
from smartcontent.voice import LONGEST, VoiceKind, VoiceRule, VoiceSetting
from store.database import Session
from store.voice import VoiceRules
from tools.detect_language import detect
from tools.reword_text import same_facts

Words = Annotated[str, Field(max_length=LONGEST)]


@tool(scope="campaigns:write", effect=True)
async def add_voice_rule(
    kind: VoiceKind,
    about: Words = "",
    instead: Words = "",
    most: Annotated[int | None, Field(ge=0, le=10_000)] = None,
    *,
    session: Given[Session],
) -> VoiceRule:
    """Add a rule for how posts are worded.

    `avoid` takes `about` (the words), `replace` takes `about` and `instead`, `manner` takes
    `about` (the rule in free words); hashtags (0 when left out), sentences, characters and
    sentence_words take `most`; the others take nothing.

    Examples: "add a voice rule", "add a style rule: no emoji"
    """
    setting = voice_setting(kind=kind, about=about, instead=instead, most=most)
    return await VoiceRules(session).add(setting)


def voice_setting(*, kind: VoiceKind, about: str, instead: str, most: int | None) -> VoiceSetting:
    """What a creator asked for.  Raises InvalidInput when no rule of the kind asks that, and
    Conflict for words that would say something else.

    >>> voice_setting(kind="replace", about="3 days", instead="4 days", most=None)
    Traceback (most recent call last):
    smartcontent.errors.Conflict: “4 days” does not say the same as “3 days”. Give words ...
    """
    if kind == "hashtags" and most is None:
        most = 0
    try:
        setting = VoiceSetting(kind=kind, about=about, instead=instead, most=most)
    except ValidationError as problem:
        raise InvalidInput(
            f"This is no rule: {problem.errors()[0]['msg']}.",
            todo="See docs/how-to/teach-it-your-voice.md for what each kind takes.",
            kind=kind,
        ) from problem
    require_same_sense(setting)
    return setting


def require_same_sense(setting: VoiceSetting) -> None:
    """Raises Conflict for other words that would say something else, or nothing else."""
    if setting.kind != "replace":
        return
    if setting.about.casefold() == setting.instead.casefold():
        raise Conflict("A word in its own place changes nothing.", todo="Give another word.")
    told, _ = detect(f"{setting.about} {setting.instead}")  # of few words: a guess
    if not all(same_facts(setting.about, setting.instead, one) for one in {"en", told}):
        raise Conflict(
            f"“{setting.instead}” does not say the same as “{setting.about}”.",
            todo="Give words of the same meaning: numbers, names and denials are the source's.",
        )
