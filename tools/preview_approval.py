"""What a yes to a post would do, said before it is given."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from smartcontent import Given, tool
from smartcontent.content import Caller, Finding
from smartcontent.errors import InvalidInput
from smartcontent.plugins import Checking
from store.database import Database
from tools.review_post import Yes, look, weigh


@tool(scope="posts:approve")
async def preview_approval(
    post_id: UUID,
    content_hash: str,
    text: str | None = None,
    note: str = "",
    variant_id: UUID | None = None,
    override: tuple[str, ...] = (),
    *,
    caller: Given[Caller],
    database: Given[Database],
    checking: Given[Checking],
) -> str:
    """Say what would go out, what the checks find in it and what would be overridden."""
    yes = Yes(post_id, content_hash, text, variant_id, note, override)
    review, findings = await look(partial(database.transaction, caller.workspace_id), checking, yes)
    shown = f"“{review.said.text}”"
    try:
        asked = weigh(findings, override=override, note=note)
    except InvalidInput as problem:
        lines = [shown, *_reasons("The checks block this:", findings, "error")]
        return "\n".join([*lines, f"As it is, a yes approves nothing. {problem.todo}"])
    blocked = f"This overrides what the checks blocked, with the note “{note}”:"
    return "\n".join(
        [
            shown,
            *_reasons(blocked, asked.overridden, "error"),
            *_reasons("The checks ask:", asked.warnings, "warning"),
        ]
    )


def _reasons(title: str, findings: Sequence[Finding], severity: str) -> list[str]:
    said = [f"- {one.rule}: {one.reason}" for one in findings if one.severity == severity]
    return [title, *said] if said else []
