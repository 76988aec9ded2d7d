"""A reading as a content that is looked at once and not kept."""

from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from smartcontent.content import Content
from tools.read_content import Reading


def unstored_content(reading: Reading) -> Content:
    """The same reading gives the same id.

    >>> from tools.read_content import read
    >>> unstored_content(read("We opened in 2014.", "a.txt")).text
    'We opened in 2014.'
    """
    return Content(
        id=uuid5(NAMESPACE_URL, reading.source),
        title=reading.title,
        text=reading.text,
        source=reading.source,
        format=reading.format,
        link=reading.link,
        created_at=datetime.now(UTC),
    )
