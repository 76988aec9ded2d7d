"""Fetch a page of the public web: bounded in time, size, redirects and kinds, with no cookies."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from smartcontent.addresses import web_address
from smartcontent.errors import InvalidContent, PageUnavailable, TooLarge
from smartcontent.public_http import PublicOnly

SECONDS = 20.0  # for everything: names, redirects, the page
READ_SECONDS = 5.0  # until the next bytes
BYTES = 8_000_000  # unpacked
REDIRECTS = 5
KINDS = frozenset({
    "text/html", "application/xhtml+xml", "text/plain", "text/markdown", "text/vtt",
    "application/pdf", "application/x-subrip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
})  # fmt: skip
_HEADERS = {
    "user-agent": "SmartContent",
    "accept": "text/html, application/xhtml+xml, text/plain;q=0.9, application/pdf;q=0.8",
    "accept-encoding": "gzip",
}
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_CHECK = "Open it in a browser to see whether it answers; else paste the text."


@dataclass(frozen=True)
class Page:
    """What an address answered at last; `address` is where the redirects ended."""

    address: str
    data: bytes
    media_type: str
    charset: str | None


async def fetch_page(
    address: str,
    transport: httpx.AsyncBaseTransport | None = None,
    *,
    seconds: float = SECONDS,
) -> Page:
    """Get a page.  `transport` is public addresses only, unless another one is handed in.

    Raises AddressRefused (also for a redirect), PageUnavailable, TooLarge, and InvalidContent for
    what is no page.
    """
    web_address(address)
    transport = transport or PublicOnly()
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(
                transport=transport, timeout=READ_SECONDS, headers=_HEADERS, trust_env=False
            ) as client,
        ):
            return await _follow(client, address)
    except (TimeoutError, httpx.TimeoutException) as slow:
        raise _unavailable(address, f"did not answer within {seconds:g} seconds") from slow
    except (httpx.TransportError, zlib.error) as broken:
        raise _unavailable(address, f"cannot be reached: {broken}") from broken


async def _follow(client: httpx.AsyncClient, address: str) -> Page:
    for _ in range(REDIRECTS + 1):
        request = client.build_request("GET", web_address(address))
        request.headers.pop("cookie", None)
        answer = await client.send(request, stream=True, follow_redirects=False)
        try:
            if not answer.has_redirect_location:
                return await _read(answer, address)
        finally:
            await answer.aclose()
        address = urljoin(address, answer.headers["location"])
    raise _unavailable(address, f"redirects more than {REDIRECTS} times")


async def _read(answer: httpx.Response, address: str) -> Page:
    if answer.status_code != httpx.codes.OK:
        raise _unavailable(address, f"answered {answer.status_code}", status=answer.status_code)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in KINDS:
        raise InvalidContent(
            f"{address} is {kind or 'of an unknown kind'}, not a page that can be read.",
            todo="Give the address of an article, a PDF or a text.",
            kind=kind,
        )
    data = bytearray()
    async for part in _unpacked(answer):
        data += part
        if len(data) > BYTES:
            raise TooLarge(
                f"{address} has more than {BYTES:,} bytes.",
                todo="Save the article alone and upload it.",
                limit=BYTES,
            )
    return Page(address, bytes(data), kind, answer.charset_encoding)


async def _unpacked(answer: httpx.Response) -> AsyncIterator[bytes]:
    """The body, never more than a little over `BYTES` of it at once, however well it was packed."""
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip", "deflate"):
        raise _unavailable(str(answer.url), f"is packed as {coding[:40]}, which was not asked for")
    unpack = None if coding == "identity" else zlib.decompressobj(_GZIP_OR_ZLIB)
    async for part in answer.aiter_raw():
        yield unpack.decompress(part, BYTES + 1) if unpack else part


def _unavailable(address: str, why: str, **facts: object) -> PageUnavailable:
    return PageUnavailable(f"{address} {why}.", todo=_CHECK, address=address, **facts)
