"""The workspace's voice as the writers take it."""

from smartcontent.voice import Voice, VoiceSetting
from store.database import Session
from store.voice import VoiceExamples, VoiceRules

MOST_EXAMPLES = 50  # the latest; a few of them are shown to a model


async def read_voice(session: Session) -> Voice:
    """Rules that are on, and the latest posts of the creator's own."""
    rules = await VoiceRules(session).enabled()
    examples = await VoiceExamples(session).list(limit=MOST_EXAMPLES)
    settings = (rule.model_dump(include=set(VoiceSetting.model_fields)) for rule in rules)
    return Voice(
        rules=tuple(map(VoiceSetting.model_validate, settings)),
        examples=tuple(example.text for example in examples),
    )
