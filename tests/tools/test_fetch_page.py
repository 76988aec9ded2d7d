"""Pages are fetched from the public web only, and never more of them than is bounded."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Sequence

import httpx
import pytest

from smartcontent.addresses import is_public, web_address
from smartcontent.errors import AddressRefused, InvalidContent, PageUnavailable, TooLarge
from smartcontent.public_http import PublicOnly
from tools.fetch_page import BYTES, fetch_page

HTML = {"content-type": "text/html; charset=utf-8"}
PUBLIC = "93.184.215.14"
PRIVATE = ("127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "fd00:ec2::254")

# forms that hide where they lead; kept short and made here
ATTACKS = [
    "http://127.0.0.1/", "http://2130706433/", "http://0x7f000001/", "http://017700000001/",
    "http://0177.0.0.1/", "http://127.1/", "http://127.0.0.1./", "http://[::1]/", "http://[::]/",
    "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
    "http://[::127.0.0.1]/", "http://[fec0::1]/", "http://[fe80::1%25eth0]/", "http://[ff02::1]/",
    "http://169.254.169.254/latest/meta-data/", "http://100.100.100.200/", "http://192.0.0.192/",
    "http://168.63.129.16/", "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/",
    "http://224.0.0.1/", "http://255.255.255.255/", "http://0/", "http://127。0。0。1/",
    "http://localhost/", "http://LOCALHOST./", "http://a.localhost/", "http://metadata/",
    "http://metadata.google.internal/", "http://printer.local/", "http://nas.home.arpa/",
    "http://user@example.com/", "http://user:secret@example.com/", "http://example.com@127.0.0.1/",
    "http://127.0.0.1\\@example.com/", "http://127.0.0.1%00.example.com/", "http://exa mple.com/",
    "http://example.com:22/", "http://example.com:6379/", "http:///127.0.0.1/", "//127.0.0.1/",
    "file:///etc/passwd", "gopher://example.com/", "ftp://example.com/", "data:text/html,x",
    "javascript:alert(1)", "http://", "", "http://a\r\nhost:b/", "https://" + "a" * 3000,
]  # fmt: skip


def page_of(*parts: bytes, wait: float = 0.0, **headers: str) -> httpx.Response:
    """A page as it comes over the wire."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(200, headers={**HTML, **named}, stream=Drip(parts, wait))


class Drip(httpx.AsyncByteStream):
    """A body that comes in parts, with a wait before each."""

    def __init__(self, parts: Sequence[bytes], wait: float = 0.0) -> None:
        self.parts = parts
        self.wait = wait
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            await asyncio.sleep(self.wait)
            self.taken += 1
            yield part


class Site(httpx.AsyncBaseTransport):
    """A web of our own: what each host answers, and which addresses were really asked."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self.answer = answer
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer(request)


def knows(names: dict[str, Sequence[Sequence[str]]]) -> Callable[[str, int], object]:
    """Names with what they answer: the first time, the second time, and so on."""
    left = {name: list(answers) for name, answers in names.items()}

    async def look_up(host: str, port: int) -> Sequence[str]:
        return left[host].pop(0) if host in left else [host]

    return look_up


def public_only(site: Site, **names: Sequence[Sequence[str]]) -> PublicOnly:
    known = {name.replace("_", "."): answers for name, answers in names.items()}
    return PublicOnly(site, look_up=knows(known))  # type: ignore[arg-type]


@pytest.mark.parametrize("address", ATTACKS)
async def test_an_address_of_no_public_page_is_refused_unasked(address: str) -> None:
    site = Site(lambda request: page_of(b"secret"))
    with pytest.raises(AddressRefused) as refused:
        await fetch_page(address, public_only(site))
    assert refused.value.todo and site.asked == []


TAKEN = [
    "https://example.org/a?b=1", "http://1.1.1.1/", "http://ü.de/", "https://example.org:8443/",
    "http://[2606:4700::1]/", "https://en.wikipedia.org/wiki/Bread_(food)",
]  # fmt: skip


@pytest.mark.parametrize("address", TAKEN)
def test_a_public_address_is_taken(address: str) -> None:
    assert web_address(address).host


@pytest.mark.parametrize("ip", PRIVATE)
async def test_a_name_that_stands_for_a_private_address_is_not_asked(ip: str) -> None:
    site = Site(lambda request: page_of(b"secret"))
    with pytest.raises(AddressRefused):
        await fetch_page("http://evil.org/", public_only(site, evil_org=[[PUBLIC, ip]]))
    assert site.asked == []


async def test_the_checked_address_is_the_one_that_is_asked() -> None:
    """The name answers differently the second time; nobody asks it a second time."""
    site = Site(lambda request: page_of(b"<p>Hello.</p>"))
    transport = public_only(site, evil_org=[[PUBLIC], ["127.0.0.1"]])
    page = await fetch_page("https://evil.org/a", transport)
    (asked,) = site.asked
    assert (asked.url.host, asked.headers["host"]) == (PUBLIC, "evil.org")
    assert asked.extensions["sni_hostname"] == "evil.org"
    assert (page.address, page.charset) == ("https://evil.org/a", "utf-8")


@pytest.mark.parametrize("target", ["http://127.0.0.1/", "//169.254.169.254/x", "file:///etc/passwd",
                                    "http://inside.org/", "http://u:p@example.org/"])  # fmt: skip
async def test_every_redirect_is_judged_again(target: str) -> None:
    site = Site(lambda request: httpx.Response(302, headers={"location": target}))
    transport = public_only(site, evil_org=[[PUBLIC]], inside_org=[["10.1.2.3"]])
    with pytest.raises(AddressRefused):
        await fetch_page("http://evil.org/", transport)
    assert [request.url.host for request in site.asked] == [PUBLIC]


async def test_a_transport_that_judges_nothing_would_be_noticed() -> None:
    """The control: the same redirect, followed by what does not look where it goes."""
    site = Site(lambda request: httpx.Response(302, headers={"location": "http://inside.org/"}))
    with pytest.raises(PageUnavailable, match="redirects more than 5 times"):
        await fetch_page("http://evil.org/", site)
    assert [request.url.host for request in site.asked] == ["evil.org", *["inside.org"] * 5]


async def test_a_relative_redirect_is_followed() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/old":
            return httpx.Response(301, headers={"location": "../new"})
        return page_of(b"<p>Hello.</p>")

    page = await fetch_page("http://example.org/old", Site(answer))
    assert page.address == "http://example.org/new"


async def test_a_page_without_an_end_is_cut_off() -> None:
    body = Drip([b"x" * 1_000_000] * 100)
    endless = httpx.Response(200, headers=HTML, stream=body)
    with pytest.raises(TooLarge) as refused:
        await fetch_page("http://example.org/", Site(lambda request: endless))
    assert refused.value.facts["limit"] == BYTES and body.taken <= 10


async def test_a_packed_bomb_is_cut_off() -> None:
    packed = gzip.compress(bytes(80_000_000))
    parts = [packed[at : at + 65_536] for at in range(0, len(packed), 65_536)]
    bomb = page_of(*parts, content_encoding="gzip")
    with pytest.raises(TooLarge):
        await fetch_page("http://example.org/", Site(lambda request: bomb))


async def test_a_packed_page_is_unpacked() -> None:
    packed = page_of(gzip.compress(b"<p>Hello.</p>"), content_encoding="gzip")
    page = await fetch_page("http://example.org/", Site(lambda request: packed))
    assert page.data == b"<p>Hello.</p>"


async def test_a_page_that_drips_is_left() -> None:
    """Each byte comes in good time; the page never ends."""
    dripping = page_of(*[b"x"] * 1_000_000, wait=0.01)
    with pytest.raises(PageUnavailable, match=r"within 0\.2 seconds"):
        await fetch_page("http://example.org/", Site(lambda request: dripping), seconds=0.2)


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        (404, HTML, PageUnavailable),
        (500, HTML, PageUnavailable),
        (401, HTML, PageUnavailable),
        (304, HTML, PageUnavailable),
        (200, {"content-type": "image/png"}, InvalidContent),
        (200, {}, InvalidContent),
        (200, {**HTML, "content-encoding": "br"}, PageUnavailable),
        (200, {**HTML, "content-encoding": "gzip"}, PageUnavailable),
    ],
)
async def test_what_is_no_page(status: int, headers: dict[str, str], kind: type[Exception]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers=headers, stream=Drip([b"not packed at all"]))

    with pytest.raises(kind) as refused:
        await fetch_page("http://example.org/", Site(answer))
    assert getattr(refused.value, "todo", "")


async def test_nobody_there() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route to host")

    with pytest.raises(PageUnavailable, match="cannot be reached"):
        await fetch_page("http://example.org/", Site(answer))


def test_what_is_no_ip_address_is_not_public() -> None:
    assert not is_public("example.org") and not is_public("")
