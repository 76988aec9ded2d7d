"""Show how the creator's posts are worded: the rules, and what each rests on."""

from uuid import UUID

from smartcontent import Given, tool
from smartcontent.content import Noun
from smartcontent.voice import VoiceRule
from store.database import Session
from store.voice import VoiceRules

MOST = 200
ORIGINS = {
    "edits": "learned from your edits",
    "past_posts": "learned from your own posts",
    "creator": "yours",
}


class VoiceCard(Noun):
    """A rule in plain words, and why it is there."""

    rule: str
    why: str
    on: bool
    rule_id: UUID


@tool(scope="campaigns:read")
async def show_voice(*, session: Given[Session]) -> list[VoiceCard]:
    """Show the rules for how posts are worded: learned from edits, or given.

    Examples: "show my voice rules", "which style rules did you learn from my edits?",
    "how do I like my posts worded?", "list the rules of my style"
    """
    return [card(rule) for rule in await VoiceRules(session).list(limit=MOST)]


def card(rule: VoiceRule) -> VoiceCard:
    return VoiceCard(rule=rule.statement, why=why(rule), on=rule.enabled, rule_id=rule.id)


def why(rule: VoiceRule) -> str:
    """Where the rule comes from, and how many texts speak for and against it."""
    said = ORIGINS[rule.origin]
    if rule.support:
        said += f", {rule.support} agree"
    return f"{said}, {rule.against} do not" if rule.against else said
