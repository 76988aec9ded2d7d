"""Three sets of real posts with what they earned, oldest first."""

import csv
import gzip
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from learning.prediction.posts import Post

Row = Mapping[str, str]
FILE = "posts.csv.gz"
DAY = re.compile(r"/(\d{4})/(\d{2})/(\d{2})/")
CHANNEL = "data_channel_is_"
FEW_DIGITS = 2


@dataclass(frozen=True)
class Dataset:
    """Posts in the order of time, and the words of each.

    An outcome counts as known `delay` after its post; `zone` is the time zone of the posts.
    """

    name: str
    posts: list[Post]
    texts: list[str]
    delay: timedelta
    zone: str

    def part(self, start: int, end: int) -> "Dataset":
        return replace(self, posts=self.posts[start:end], texts=self.texts[start:end])

    def with_embeddings(self, embed: Callable[[list[str]], Sequence[Sequence[float]]]) -> "Dataset":
        """The same posts with their texts embedded, where there are texts."""
        if not any(self.texts):
            return self
        vectors = embed(self.texts)
        posts = [replace(p, embedding=v) for p, v in zip(self.posts, vectors, strict=True)]
        return replace(self, posts=posts)


def mashable(row: Row) -> tuple[Post, str]:
    """An article of Online News Popularity: 58 features; the address has the day and the words."""
    address = row["url"]
    found = DAY.search(address)
    if found is None:
        raise ValueError(f"No date in {address}")
    kept = {k.strip(): float(v) for k, v in row.items() if k.strip() not in NOT_FEATURES}
    channels = [k.removeprefix(CHANNEL) for k, v in kept.items() if k.startswith(CHANNEL) and v]
    year, month, day = map(int, found.groups())
    post = Post(
        id=address,
        at=datetime(year, month, day, 12, tzinfo=UTC),
        platform="mashable",
        source=channels[0] if channels else "",
        features=kept,
        engagement=float(row["shares"]),
    )
    return post, urlsplit(address).path.rstrip("/").rsplit("/", 1)[-1].replace("-", " ")


NOT_FEATURES = ("url", "timedelta", "shares")
EASTERN = ZoneInfo("America/New_York")
KINDS = ("show hn", "ask hn", "apply hn", "tell hn", "launch hn")
SHARED_HOSTS = ("github.com", "medium.com")


def submission(row: Row) -> tuple[Post, str]:
    """A post on Hacker News: its title, domain and time."""
    title, host = row["title"], domain(row["url"])
    post = Post(
        id=row["id"],
        at=moment(row["created_at"]).replace(tzinfo=EASTERN),
        platform="hacker news",
        source=host,
        kind=kind_of(title, bool(host)),
        engagement=float(row["num_points"]),
    )
    return post, title


def domain(address: str) -> str:
    """Without `www.`; nothing where there is no address.

    >>> domain("http://www.nytimes.com/2007/x.html"), domain("")
    ('nytimes.com', '')
    """
    return (urlsplit(address).hostname or "").removeprefix("www.") if "//" in address else ""


def kind_of(title: str, linked: bool) -> str:
    """
    >>> kind_of("Show HN: A thing", True), kind_of("A thing [pdf]", True), kind_of("Why?", False)
    ('show hn', 'pdf', 'text')
    """
    said = title.lower()
    starts = next((kind for kind in KINDS if said.startswith(kind)), "")
    tag = next((tag for tag in ("pdf", "video") if f"[{tag}]" in said), "")
    return starts or tag or ("link" if linked else "text")


def page_post(row: Row) -> tuple[Post, str]:
    """A post of a Facebook page that sells live: page, type and time."""
    page = row["status_id"].split("_")[0]
    post = Post(
        id=row["status_id"],
        at=moment(row["status_published"]).replace(tzinfo=UTC),
        platform="facebook",
        source=page,
        kind=row["status_type"],
        engagement=float(row["num_reactions"]),
    )
    return post, ""


def moment(text: str) -> datetime:
    """
    >>> moment("9/30/2015 4:12"), moment("2/1/17 06:25")
    (datetime.datetime(2015, 9, 30, 4, 12), datetime.datetime(2017, 2, 1, 6, 25))
    """
    day, clock = text.split()
    month, date, year = (int(part) for part in day.split("/"))
    hour, minute = (int(part) for part in clock.split(":")[:2])
    full = year + 2000 if len(day.rsplit("/", 1)[-1]) <= FEW_DIGITS else year
    return datetime(full, month, date, hour, minute)


Read = Callable[[Row], tuple[Post, str]]
SETS: dict[str, tuple[Read, timedelta, str]] = {
    "online_news_popularity": (mashable, timedelta(days=2), "UTC"),
    "hacker_news": (submission, timedelta(days=1), EASTERN.key),
    "facebook_live_sellers": (page_post, timedelta(hours=1), "UTC"),
}


def read(name: str, folder: Path) -> Dataset:
    """All of a set's posts, oldest first."""
    each, delay, zone = SETS[name]
    with gzip.open(folder / FILE, "rt", encoding="utf-8", newline="") as file:
        found = [each(row) for row in csv.DictReader(file, skipinitialspace=True)]
    found.sort(key=lambda pair: (pair[0].at, pair[0].id))
    return Dataset(name, [post for post, _ in found], [text for _, text in found], delay, zone)


def folders(data: Path) -> dict[str, Path]:
    """By name of the set, where it lies: below `data`, or `data` itself."""
    below = {name: data / name for name in SETS if (data / name / FILE).exists()}
    itself = {data.name: data} if data.name in SETS and (data / FILE).exists() else {}
    return below or itself
