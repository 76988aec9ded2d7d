"""HTTP to public addresses only, over the very address that was checked.

A name is looked up once; every address it stands for is judged, and the connection goes to one of
those.  So a name that answers differently a moment later (DNS rebinding) gains nothing, and every
redirect is judged like the first address, for it comes by here again.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence

import httpx

from smartcontent.addresses import is_public, not_public, web_address

LookUp = Callable[[str, int], Awaitable[Sequence[str]]]


async def look_up(host: str, port: int) -> list[str]:
    """The addresses that a name stands for.  Raises httpx.ConnectError when nobody knows it."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"nobody knows the name {host}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class PublicOnly(httpx.AsyncBaseTransport):
    """Raises AddressRefused instead of connecting to anything that is not public.

    `inner` makes the connection; `look_up` asks for a name's addresses.  Proxies of the
    environment are not used, for a proxy would do the asking.
    """

    def __init__(
        self, inner: httpx.AsyncBaseTransport | None = None, *, look_up: LookUp = look_up
    ) -> None:
        # nothing is kept open: a kept connection would belong to another name's certificate
        limits = httpx.Limits(max_keepalive_connections=0)
        self._inner = inner or httpx.AsyncHTTPTransport(limits=limits, trust_env=False)
        self._look_up = look_up

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = web_address(str(request.url))
        host = url.raw_host.decode("ascii")
        ip = await self._checked(host, url.port or (443 if url.scheme == "https" else 80))
        # the certificate must still be the name's, and the site must still hear its name
        pinned = httpx.Request(
            request.method,
            url.copy_with(host=ip),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return await self._inner.handle_async_request(pinned)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _checked(self, host: str, port: int) -> str:
        """One of the host's addresses, all of them being public."""
        found = await self._look_up(host, port)
        if not found or not all(is_public(ip) for ip in found):
            raise not_public(host)
        return found[0]
