"""Webhooks against a real HTTP server: signatures by the reference library, and every fault."""

import base64
import hashlib
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest

from connectors.webhook import Webhook
from smartcontent.errors import (
    OutcomeUnknown,
    RateLimited,
    Rejected,
    SetupProblem,
    SmartContentError,
    Unreachable,
)
from smartcontent.public_http import PublicOnly
from tests.connectors import receiver as faults
from tests.connectors.receiver import SECRET, Fault, Receiver, listening, named, nobody, status
from tests.contracts.connector_checks import WORKSPACE, outgoing, problem_of


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def webhook(receiver: Receiver) -> Webhook:
    return Webhook(receiver.url, SECRET, private=True)


async def test_the_reference_library_accepts_the_signature(
    webhook: Webhook, receiver: Receiver
) -> None:
    post = outgoing("Größe zählt – \U0001f35e", link="https://example.org", language="de")
    await webhook.publish(post)
    assert receiver.forged == 0
    (message,) = receiver.messages
    assert message["type"] == "post.publish"
    assert message["data"]["text"] == post.text
    assert message["data"]["workspace_id"] == str(WORKSPACE)
    assert datetime.fromisoformat(message["timestamp"]).tzinfo
    assert receiver.headers[0]["webhook-id"] == post.effect_key


async def test_another_secret_is_found_out(receiver: Receiver) -> None:
    """The control: a forged message is seen as one."""
    other = "whsec_" + base64.b64encode(b"x" * 32).decode()
    await Webhook(receiver.url, other, private=True).publish(outgoing())
    assert (receiver.forged, receiver.messages) == (1, [])


async def test_pictures_travel_along(webhook: Webhook, receiver: Receiver) -> None:
    await webhook.publish(outgoing(media=[("image/png", b"\x89PNG", "a chart")]))
    (picture,) = receiver.messages[0]["data"]["media"]
    assert picture["media_type"] == "image/png"
    assert picture["alt_text"] == "a chart"
    assert base64.b64decode(picture["base64"]) == b"\x89PNG"


async def test_the_receiver_may_name_the_post(webhook: Webhook, receiver: Receiver) -> None:
    receiver.answer = named
    post = outgoing()
    receipt = await webhook.publish(post)
    assert receipt.remote_id == f"r-{post.effect_key[:8]}"
    assert receipt.url == f"https://example.org/{post.effect_key[:8]}"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"thanks",
        b"[1]",
        b'{"id": true, "url": "javascript:alert(1)"}',
        b'{"id": "", "url": 7}',
        b'{"url": "http://"}',
        b'{"id": "' + b"x" * 100_000 + b'"}',
        b"[" * 60_000,
    ],
)
async def test_an_odd_answer_is_still_a_yes(
    webhook: Webhook, receiver: Receiver, answer: bytes
) -> None:
    receiver.answer = lambda key: answer
    post = outgoing()
    receipt = await webhook.publish(post)
    assert (receipt.remote_id, receipt.url) == (post.effect_key, None)


FAULTS: list[tuple[Fault, type[SmartContentError]]] = [
    (status(500), OutcomeUnknown),
    (status(503), OutcomeUnknown),
    (status(400), Rejected),
    (status(404), Rejected),
    (status(410), Rejected),
    (status(301, location="http://127.0.0.1:1/"), Rejected),
    (status(429, retry_after="5"), RateLimited),
    (faults.drop_before_reading, OutcomeUnknown),
    (faults.drop_after_reading, OutcomeUnknown),
    (faults.hang, OutcomeUnknown),
]


@pytest.mark.parametrize(("fault", "expected"), FAULTS)
async def test_faults(receiver: Receiver, fault: Fault, expected: type[SmartContentError]) -> None:
    receiver.fault = fault
    problem = await problem_of(Webhook(receiver.url, SECRET, seconds=0.5, private=True), outgoing())
    assert type(problem) is expected
    assert problem.todo


async def test_nobody_there_means_nothing_was_sent() -> None:
    assert (
        type(await problem_of(Webhook(nobody(), SECRET, private=True), outgoing())) is Unreachable
    )


async def test_a_good_status_counts_even_when_the_body_breaks_off(
    webhook: Webhook, receiver: Receiver
) -> None:
    receiver.fault = faults.half_an_answer
    post = outgoing()
    assert (await webhook.publish(post)).remote_id == post.effect_key
    assert receiver.shown() == [post.text]


async def test_a_redirect_is_not_followed(webhook: Webhook, receiver: Receiver) -> None:
    receiver.fault = status(307, location=receiver.url + "/elsewhere")
    await problem_of(webhook, outgoing())
    assert len(receiver.messages) == 1


@pytest.mark.parametrize(("said", "seconds"), [("7", 7), ("", 60), ("soon", 60), ("9" * 30, 60)])
async def test_rate_limits_say_until_when(
    webhook: Webhook, receiver: Receiver, said: str, seconds: int
) -> None:
    receiver.fault = status(429, retry_after=said)
    problem = await problem_of(webhook, outgoing())
    assert isinstance(problem, RateLimited)
    expected = datetime.now(UTC) + timedelta(seconds=seconds)
    assert abs(problem.until - expected) < timedelta(seconds=5)


async def test_a_given_client_is_used_and_left_open(receiver: Receiver) -> None:
    async with _client() as client:
        webhook = Webhook(receiver.url, SECRET, client, private=True)
        await webhook.publish(outgoing("one"))
        await webhook.publish(outgoing("two"))
        assert not client.is_closed
    assert receiver.shown() == ["one", "two"]


@asynccontextmanager
async def _client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(follow_redirects=True) as client:
        yield client


async def test_delete_is_a_message_of_its_own(webhook: Webhook, receiver: Receiver) -> None:
    post = outgoing()
    await webhook.delete(post, await webhook.publish(post))
    ids = [headers["webhook-id"] for headers in receiver.headers]
    assert ids == [post.effect_key, f"{post.effect_key}-delete"]
    assert receiver.shown() == []


@pytest.mark.parametrize(
    "url", ["", "example.org/hook", "ftp://example.org", "http://", "http://x:y"]
)
def test_an_unusable_address_is_said(url: str) -> None:
    with pytest.raises(SetupProblem, match="SMARTCONTENT_WEBHOOK_URL"):
        Webhook(url, SECRET)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_???", "plain words"])
def test_an_unusable_secret_is_said_and_not_shown(secret: str) -> None:
    with pytest.raises(SetupProblem) as caught:
        Webhook("https://example.org", secret)
    assert not secret.removeprefix("whsec_") or secret not in str(caught.value)


async def test_only_what_deduplicates_is_called_idempotent() -> None:
    assert not Webhook("https://example.org", SECRET).spec.idempotent
    assert Webhook("https://example.org", SECRET, deduplicates=True).spec.idempotent


async def test_waiting_ends(receiver: Receiver) -> None:
    receiver.fault = faults.hang
    start = time.monotonic()
    await problem_of(Webhook(receiver.url, SECRET, seconds=0.2, private=True), outgoing())
    assert time.monotonic() - start < 10


def test_the_signed_bytes_are_the_sent_bytes() -> None:
    """A vector made by hand from the specification's formula."""
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = Webhook("https://example.org", SECRET)._signed("msg-1", 1700000000, b"{}")
    block = 64
    padded = key.ljust(block, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in padded) + b"msg-1.1700000000.{}").digest()
    outer = hashlib.sha256(bytes(b ^ 0x5C for b in padded) + inner).digest()
    assert signed["webhook-signature"] == "v1," + base64.b64encode(outer).decode()


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8080/", "http://169.254.169.254/", "http://[::1]/", "http://nas.local/"],
)
def test_a_private_address_must_be_meant(url: str) -> None:
    with pytest.raises(SetupProblem, match="SMARTCONTENT_WEBHOOK_PRIVATE"):
        Webhook(url, SECRET)
    assert Webhook(url, SECRET, private=True).spec.platform == "webhook"


async def test_a_public_name_that_stands_for_this_machine_is_never_asked() -> None:
    """The post is refused for good, and the message says which setting is for such receivers."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200)

    for addresses in (["10.0.0.7"], ["93.184.215.14", "127.0.0.1"]):
        transport = PublicOnly(httpx.MockTransport(answer), look_up=partial(_known, addresses))
        async with httpx.AsyncClient(transport=transport) as client:
            problem = await problem_of(
                Webhook("https://example.org/hook", SECRET, client), outgoing()
            )
        assert type(problem) is Rejected and "SMARTCONTENT_WEBHOOK_PRIVATE" in problem.todo
    assert asked == []
    transport = PublicOnly(httpx.MockTransport(answer), look_up=partial(_known, ["93.184.215.14"]))
    async with httpx.AsyncClient(transport=transport) as client:
        await Webhook("https://example.org/hook", SECRET, client).publish(outgoing())
    assert [request.url.host for request in asked] == ["93.184.215.14"]


async def _known(addresses: list[str], host: str, port: int) -> list[str]:
    return addresses
