"""The platforms this installation can publish to, for tools that must name them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from smartcontent.content import Platform, PlatformSpec
from smartcontent.errors import UnknownPlatform


@dataclass(frozen=True)
class Platforms:
    """Specs by platform name.

    >>> Platforms({}).require(["myspace"])
    Traceback (most recent call last):
    smartcontent.errors.UnknownPlatform: There is no platform myspace here. There are: none.
    """

    specs: Mapping[Platform, PlatformSpec]

    def require(self, names: Iterable[Platform]) -> None:
        """Refuse a platform nobody connected."""
        for name in names:
            if name not in self.specs:
                raise UnknownPlatform(
                    f"There is no platform {name} here.",
                    todo=f"There are: {', '.join(sorted(self.specs)) or 'none'}.",
                    platform=name,
                )
