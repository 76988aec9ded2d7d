"""Notices that the world has changed: errors that go one way for long (Page 1954)."""

from dataclasses import dataclass

SLACK = 0.25  # standard deviations that an error may be off on average
ALARM = 20.0  # the sum at which a change is told: by chance once in some 100,000 observations
LARGEST = 3.0  # standard deviations an error counts for at most
KEPT = 0.05  # of what was learned, after a change


@dataclass
class Watch:
    """
    >>> watch = Watch()
    >>> any(watch.tells(error) for error in [1.0, -1.0] * 500)
    False
    >>> any(watch.tells(error) for error in [-0.8] * 50)
    True
    """

    above: float = 0.0
    below: float = 0.0
    changes: int = 0

    def tells(self, error: float) -> bool:
        """Whether this error, in standard deviations, shows that there was a change."""
        step = min(max(error, -LARGEST), LARGEST)
        self.above = max(0.0, self.above + step - SLACK)
        self.below = max(0.0, self.below - step - SLACK)
        if max(self.above, self.below) <= ALARM:
            return False
        self.above = self.below = 0.0
        self.changes += 1
        return True
