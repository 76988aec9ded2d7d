"""Say in words what a picture shows."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from smartcontent import Given, tool
from smartcontent.content import Media
from store.contents import Contents
from store.database import Session

LONGEST = 1_000  # as over HTTP


@tool(scope="contents:write", effect=True)
async def describe_picture(
    picture_id: UUID,
    alt_text: Annotated[str, Field(min_length=1, max_length=LONGEST)],
    *,
    session: Given[Session],
) -> Media:
    """Set the alternative text of a picture: what it shows, for those who cannot see it.

    Examples: 'describe the picture: alt text is "a loaf on a board"',
    "set the alt text of a picture", "say what the image shows"
    """
    contents = Contents(session)
    content = await contents.of_picture(picture_id)
    described = await contents.describe(content.id, picture_id, alt_text.strip())
    return next(media for media in described.media if media.id == picture_id)
