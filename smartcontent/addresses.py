"""Which addresses of the web our side may ask: public ones over http and https, nothing else.

What a caller names must not reach what only this machine can reach: its own services, its network,
the cloud's metadata.  An address is judged twice: as written, before any name is asked for, and
again by every address that its name stands for (`smartcontent.public_http`).

Sources: RFC 6890 and the IANA special-purpose registries (through `ipaddress`), RFC 6052 (NAT64),
RFC 3056 and 4380 (tunnels), RFC 6761, 6762 and 8375 (names that are never public), the WHATWG URL
standard (a host whose last part is a number is an IPv4 address, however it is written).
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from smartcontent.errors import AddressRefused

LONGEST = 2_000  # characters
PORTS = frozenset({80, 443, 8080, 8443})

_UNWRITABLE = re.compile(r"""[\x00-\x20\x7f-\xa0\\<>"^`{|}]|\s""")  # RFC 3986, 2
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_PRIVATE_NAMES = frozenset({"localhost", "local", "localdomain", "internal", "onion"})
_HOME = "home.arpa"
_CARRYING = IPv6Network("64:ff9b::/96")  # NAT64: the last 32 bits are an IPv4 address
_GLOBAL = IPv6Network("2000::/3")
_TUNNELS = (IPv6Network("2001::/32"), IPv6Network("2002::/16"))  # Teredo, 6to4
# not of the web: protocol assignments, 6to4 relays, and Azure's own service
_ODD = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))


def web_address(said: str) -> httpx.URL:
    """The address, when it is written as one of the public web.  No name is looked up.

    Raises AddressRefused, which says why.

    >>> web_address("https://example.org/a?b=1").host
    'example.org'
    >>> web_address("http://2130706433/")
    Traceback (most recent call last):
    smartcontent.errors.AddressRefused: The host 2130706433 is a number in an unusual form. ...
    """
    url = _parsed(said)
    if url.scheme not in ("http", "https"):
        raise _refused(f"The address begins with {url.scheme or 'nothing'!r}, not with https://.")
    if url.userinfo:
        raise _refused("The address carries a user name or a password.")
    if (url.port or 443) not in PORTS:
        raise _refused(f"Port {url.port} is not one of the web's: {sorted(PORTS)}.")
    _check_host(url.raw_host.decode("ascii").lower().rstrip("."))
    return url


def is_public(said: str) -> bool:
    """Whether an IP address is one of the public internet.

    >>> [is_public(one) for one in ("1.1.1.1", "10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1")]
    [True, False, False, False]
    """
    try:
        ip = ip_address(said)
    except ValueError:
        return False
    ip = _carried(ip)
    if isinstance(ip, IPv6Address):
        inside = ip in _GLOBAL and not any(ip in tunnel for tunnel in _TUNNELS)
        return inside and ip.is_global and not ip.is_multicast
    odd = any(ip in network for network in _ODD)
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or odd)


def _carried(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one is another writing of."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _CARRYING:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip


def _parsed(said: str) -> httpx.URL:
    if len(said) > LONGEST or _UNWRITABLE.search(said):
        raise _refused("The address is too long, or holds characters that no address has.")
    try:
        return httpx.URL(said)
    except (httpx.InvalidURL, ValueError) as error:
        raise _refused(f"This is no address: {error}") from error


def _check_host(host: str) -> None:
    last = host.rpartition(".")[2]
    if ":" in host or _NUMBER.fullmatch(last):
        _check_number(host)
    elif not _NAME.fullmatch(host):
        raise _refused(f"The host {host!r} is not the full name of a site.")
    elif last in _PRIVATE_NAMES or host == _HOME or host.endswith(f".{_HOME}"):
        raise _refused(f"The host {host} is a name of a private network.")


def _check_number(host: str) -> None:
    try:
        ip_address(host)
    except ValueError as error:
        raise _refused(f"The host {host} is a number in an unusual form.") from error
    if not is_public(host):
        raise not_public(host)


def not_public(host: str) -> AddressRefused:
    """The refusal of a host that is, or stands for, an address of a private network."""
    return _refused(f"The host {host} is not an address of the public internet.", host=host)


def _refused(why: str, **facts: object) -> AddressRefused:
    return AddressRefused(why, todo="Give the public https:// address of the page.", **facts)
