"""Publishing to any address that speaks Standard Webhooks.

Source: https://github.com/standard-webhooks/standard-webhooks, spec 1.0.0: the headers
`webhook-id`, `webhook-timestamp` and `webhook-signature` ("v1," and the base64 HMAC-SHA256 of
"id.timestamp.body").  The id is the effect key, so a receiver can see a message it has had.
"""

import asyncio
import base64
import binascii
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from smartcontent.addresses import web_address
from smartcontent.content import PlatformSpec
from smartcontent.errors import (
    AddressRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    SetupProblem,
    Unreachable,
)
from smartcontent.public_http import PublicOnly
from smartcontent.publishing import Engagement, Outgoing, Receipt

SECONDS = 10.0  # until there is a status
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 5.0  # for the body behind it
ANSWER_BYTES = 64 * 1024
WAITING = httpx.Timeout(SECONDS, connect=CONNECT_SECONDS)
WAIT = timedelta(seconds=60)  # after 429 without a usable Retry-After
PRIVATE_TODO = (
    "Set SMARTCONTENT_WEBHOOK_URL to a public address; for a receiver on this machine or network, "
    "set SMARTCONTENT_WEBHOOK_PRIVATE=true too."
)
SECRET_BYTES = range(24, 65)  # Standard Webhooks: 24 to 64 bytes

SPEC = PlatformSpec(
    platform="webhook",
    text_limit=5000,
    image_limit=4,
    personalises=False,
    idempotent=False,
    can_find=False,
    source="https://github.com/standard-webhooks/standard-webhooks (small payloads, about 20 kB)",
    as_of="2026-01-01",
)


class Webhook:
    """Posts go to `url` as signed JSON.  Raises SetupProblem for an unusable url or secret.

    The address must be one of the public internet, by every address that its name stands for;
    `private=True` says that a receiver on this machine or network is meant.  Redirects are never
    followed.  Say `deduplicates=True` when the receiver takes a `webhook-id` once; else an unclear
    outcome waits for a person, for nothing tells a message that arrived from one that did not.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        client: httpx.AsyncClient | None = None,
        *,
        deduplicates: bool = False,
        private: bool = False,
        seconds: float = SECONDS,
    ) -> None:
        self.spec = SPEC.model_copy(update={"idempotent": deduplicates})
        self._url = _address(url, private=private)
        self._private = private
        self._key = _key(secret)
        self._client = client
        self._seconds = seconds

    async def publish(self, outgoing: Outgoing) -> Receipt:
        """Send it.  The receiver may answer {"id": …, "url": …}."""
        if len(outgoing.text) > SPEC.text_limit or len(outgoing.media) > SPEC.image_limit:
            raise Rejected(
                f"The webhook takes {SPEC.text_limit} characters and {SPEC.image_limit} pictures; "
                f"this post has {len(outgoing.text)} and {len(outgoing.media)}.",
                todo="Shorten the text or leave pictures out, then approve it again.",
            )
        answer = await self._send(outgoing.effect_key, "post.publish", _data(outgoing))
        return Receipt(
            remote_id=_short(answer.get("id")) or outgoing.effect_key,
            url=_web_address(answer.get("url")),
            published_at=datetime.now(UTC),
        )

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        """Webhooks cannot be asked (`spec.can_find` says so)."""
        return None

    async def delete(self, outgoing: Outgoing, receipt: Receipt) -> None:
        """Ask the receiver to take it away."""
        gone = {"post_id": str(outgoing.post_id), "remote_id": receipt.remote_id}
        await self._send(f"{outgoing.effect_key}-delete", "post.delete", gone)

    async def engagement(self, outgoing: Outgoing, receipt: Receipt) -> Engagement:
        """Webhooks report nothing back; the receiver can send events to our API."""
        return Engagement(read_at=datetime.now(UTC))

    async def _send(self, key: str, type: str, data: Mapping[str, object]) -> dict[str, Any]:
        now = datetime.now(UTC)
        body = json.dumps(
            {"type": type, "timestamp": now.isoformat(), "data": data}, ensure_ascii=False
        ).encode()
        headers = self._signed(key, int(now.timestamp()), body)
        try:
            return await self._exchange(body, headers)
        except AddressRefused as refused:
            raise Rejected(refused.detail, todo=PRIVATE_TODO) from refused
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ProxyError,
        ) as no:
            raise Unreachable(
                f"No connection to {self._url.host}: {_said(no)}.",
                todo="Check that the receiver runs; nothing was sent, it is safe to try again.",
            ) from no
        except (httpx.TransportError, TimeoutError) as cut:
            raise _unclear(f"{self._url.host} did not answer: {_said(cut)}") from cut

    async def _exchange(self, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        """A status is an answer, whatever happens to the body behind it."""
        async with self._connection() as client:
            request = client.build_request("POST", self._url, content=body, headers=headers)
            request.extensions["timeout"] = WAITING.as_dict()
            async with asyncio.timeout(self._seconds):
                answer = await client.send(request, stream=True, follow_redirects=False)
            try:
                _judge(answer)
                return await _read(answer)
            finally:
                await answer.aclose()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[httpx.AsyncClient]:
        """A fresh one per post: a kept one may be closed by the other side as we send."""
        if self._client:
            yield self._client
        else:
            transport = None if self._private else PublicOnly()
            async with httpx.AsyncClient(timeout=WAITING, transport=transport) as client:
                yield client

    def _signed(self, key: str, at: int, body: bytes) -> dict[str, str]:
        signature = hmac.digest(self._key, f"{key}.{at}.".encode() + body, "sha256")
        return {
            "content-type": "application/json",
            "user-agent": "SmartContent",
            "webhook-id": key,
            "webhook-timestamp": str(at),
            "webhook-signature": "v1," + base64.b64encode(signature).decode(),
        }


def _data(outgoing: Outgoing) -> dict[str, object]:
    """What the receiver gets: the post, pictures as base64."""
    said = outgoing.model_dump(mode="json", exclude={"media", "effect_key"})
    said["media"] = [
        {"media_type": kind, "alt_text": alt, "base64": base64.b64encode(data).decode()}
        for kind, data, alt in outgoing.media
    ]
    return said


def _judge(answer: httpx.Response) -> None:
    """2xx passes; every other status is a problem of its own kind."""
    status, host = answer.status_code, answer.url.host
    if answer.is_success:
        return
    if status == httpx.codes.TOO_MANY_REQUESTS:
        until = _retry_at(answer.headers.get("retry-after", ""), datetime.now(UTC))
        raise RateLimited(f"{host} asks to wait.", until=until, todo="It is sent again then.")
    if answer.is_server_error:
        raise _unclear(f"{host} answered {status}")
    todo = "Set the address it moved to." if answer.is_redirect else "See the receiver's log."
    raise Rejected(f"{host} refused the post with {status}.", todo=todo, status=status)


def _unclear(what: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{what}; the post may or may not have arrived.",
        todo="Look at the receiver, then say whether it is there.",
    )


async def _read(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object of a small answer, else nothing: it was accepted either way."""
    body = b""
    with suppress(httpx.TransportError, httpx.DecodingError, TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS):
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > ANSWER_BYTES:
                    return {}
    with suppress(ValueError, RecursionError):
        said = json.loads(body)
        return said if isinstance(said, dict) else {}
    return {}


def _retry_at(said: str, now: datetime) -> datetime:
    """Retry-After in seconds or as a date (RFC 9110, 10.2.3), from now to a day ahead.

    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> [str(_retry_at(said, now).time()) for said in ("5", "Thu, 01 Jan 2026 00:02:00 GMT", "?")]
    ['00:00:05', '00:02:00', '00:01:00']
    """
    until = now + WAIT
    with suppress(ValueError, OverflowError):
        until = now + timedelta(seconds=int(said)) if said.isdecimal() else _date(said)
    return min(max(until, now), now + timedelta(days=1))


def _date(said: str) -> datetime:
    at = parsedate_to_datetime(said)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _short(said: object) -> str | None:
    """An id as the receiver names it, when it is a name at all."""
    name = str(said) if isinstance(said, str | int) and not isinstance(said, bool) else ""
    return name if 0 < len(name) <= 500 else None


def _web_address(said: object) -> str | None:
    """Only what a browser may open: the page links to it."""
    if isinstance(said, str) and len(said) <= 2000:
        with suppress(httpx.InvalidURL):
            address = httpx.URL(said)
            return said if address.scheme in ("http", "https") and address.host else None
    return None


def _address(url: str, *, private: bool) -> httpx.URL:
    with suppress(httpx.InvalidURL):
        address = httpx.URL(url)
        if address.scheme in ("http", "https") and address.host:
            return address if private else _public(url)
    raise SetupProblem(
        "The webhook's address is not one of http:// or https://.",
        todo="Set SMARTCONTENT_WEBHOOK_URL to the receiver's full address.",
    )


def _public(url: str) -> httpx.URL:
    try:
        return web_address(url)
    except AddressRefused as refused:
        raise SetupProblem(
            f"The webhook's address (SMARTCONTENT_WEBHOOK_URL) is refused: {refused.detail}",
            todo=PRIVATE_TODO,
        ) from refused


def _key(secret: str) -> bytes:
    with suppress(binascii.Error, ValueError):
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        if len(key) in SECRET_BYTES:
            return key
    raise SetupProblem(
        "The webhook's secret is not whsec_ followed by 24 to 64 bytes in base64.",
        todo="Make one: echo whsec_$(openssl rand -base64 32), and set it on both sides "
        "(here SMARTCONTENT_WEBHOOK_SECRET).",
    )


def _said(problem: Exception) -> str:
    return str(problem) or type(problem).__name__
