"""Bring posts of the creator's own: they are kept as examples, and learned from at once."""

from asyncio import to_thread
from collections.abc import Sequence

from store.database import Session
from store.voice import VoiceExamples
from tools.detect_language import UNKNOWN, detect
from tools.learn_voice import learn_voice

PLAIN = "en"  # for texts whose language cannot be told


async def bring_examples(session: Session, texts: Sequence[str]) -> int:
    """How many of them were new; a text is kept once."""
    told = await to_thread(_told, [text.strip() for text in texts])
    kept = await VoiceExamples(session).add(told)
    await learn_voice(session)
    return kept


def _told(texts: Sequence[str]) -> list[tuple[str, str]]:
    languages = [detect(text)[0] for text in texts]
    known = [PLAIN if language == UNKNOWN else language for language in languages]
    return list(zip(texts, known, strict=True))
