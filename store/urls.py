"""PostgreSQL addresses: taken apart as libpq reads them, and put together again."""

from urllib.parse import quote, urlencode

from psycopg.conninfo import conninfo_to_dict


def parts(url: str) -> dict[str, str]:
    """What libpq understands of an address, in either of its two forms.

    >>> parts("postgresql://ana@/shop?host=/run/pg")
    {'user': 'ana', 'dbname': 'shop', 'host': '/run/pg'}
    """
    return {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}


def address(options: dict[str, str], **changes: str) -> str:
    """The `postgresql://…` form; hosts and socket folders go into the query, libpq takes both.

    >>> address({"host": "/run/pg", "dbname": "shop"}, user="ana", password="a b")
    'postgresql://ana:a%20b@/shop?host=%2Frun%2Fpg'
    """
    rest = {**options, **changes}
    who = ":".join(quote(rest.pop(key), safe="") for key in ("user", "password") if key in rest)
    database = quote(rest.pop("dbname", ""), safe="")
    query = f"?{urlencode(rest)}" if rest else ""
    return f"postgresql://{who}{'@' if who else ''}/{database}{query}"
