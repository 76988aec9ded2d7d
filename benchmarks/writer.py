"""What writers write, and whether the guard can be trusted with it.

`python -m benchmarks.writer --data DIR --json`: DIR holds articles (18f/ and vote-gov/<language>/).

1. Texts about them, word for word and paraphrased (`writer_paraphrases` states the rules), get one
   changed number, name, quotation, date or denial each (`writer_planting`): the guard has to block
   what was changed and to leave alone what is true.
2. Every strategy is written for three platforms by the embedded writer and by a plain baseline:
   limits, variety, how many of the key claims they carry, how easily they read, how long it takes,
   and what the shipped prior forecasts of the one's texts against the other's (English only).
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from random import Random
from typing import Any

from agents.analyst import Analyst
from agents.guard import Guard
from benchmarks.contract import Bar, arguments, done, report
from benchmarks.writer_engagement import against
from benchmarks.writer_paraphrases import Paraphrase, paraphrases
from benchmarks.writer_pieces import Draft, Piece, as_variant, excerpts, pieces
from benchmarks.writer_planting import KINDS, Planted, plant
from benchmarks.writer_texts import told
from benchmarks.writers import BASELINE, Written, baseline, embedded, variants_of
from connectors.spec import known_specs
from graph.expecting import TextLifts
from memory.embedding import MiniLM, Usem3
from smartcontent.content import Finding, PlatformSpec

PLATFORMS = ("bluesky", "mastodon", "linkedin")
FORECAST = "mastodon"  # one platform is enough: the prior reads words
PLANTED, FAITHFUL = 500, 600
CAUGHT, ALARMS = 0.95, 0.02
Tally = dict[str, dict[str, int]]


def errors(guard: Guard, draft: Draft, text: str | None = None) -> list[Finding]:
    """What blocks the draft, or another text about its piece."""
    found = guard.check(as_variant(draft, text), draft.piece.content, draft.piece.analysis)
    return [finding for finding in found.findings if finding.severity == "error"]


def drafts(found: Sequence[Piece], random: Random) -> Iterator[Draft]:
    """True texts to change: word for word and paraphrased, in turn."""
    plain, reworded = excerpts(found, random), paraphrases(excerpts(found, random), random)
    while True:
        yield next(plain)
        yield next(reworded).draft


def caught(guard: Guard, planted: Sequence[Planted]) -> Tally:
    """Blocked and planted, by kind, planter, language, and how the true text was made.

    A text that was blocked before the change counts as caught only for a new reason.
    """
    tried, blocked = Counter[str](), Counter[str]()
    for one in _by_piece(planted):
        before = {(old.rule, old.reason) for old in errors(guard, one.draft)}
        new = [f for f in errors(guard, one.draft, one.text) if (f.rule, f.reason) not in before]
        language, made = f"language {one.draft.piece.language}", f"in {one.draft.made}"
        for key in ("all", one.kind, f"{one.kind}: {one.how}", language, made):
            tried[key] += 1
            blocked[key] += bool(new)
    return {key: {"caught": blocked[key], "of": tried[key]} for key in sorted(tried)}


def alarms(guard: Guard, faithful: Sequence[Paraphrase]) -> Tally:
    """True texts that were blocked, by rule of rewording and language."""
    tried, blocked = Counter[str](), Counter[str]()
    for one in sorted(faithful, key=lambda one: one.draft.piece.name):
        wrong = bool(errors(guard, one.draft))
        for key in ("all", *one.rules, f"language {one.draft.piece.language}"):
            tried[key] += 1
            blocked[key] += wrong
    return {key: {"alarms": blocked[key], "of": tried[key]} for key in sorted(tried)}


def faithful_texts(found: Sequence[Piece], random: Random, many: int) -> list[Paraphrase]:
    """A third word for word, the others paraphrased."""
    plain = islice(excerpts(found, random), many // 3)
    reworded = islice(paraphrases(excerpts(found, random), random), many - many // 3)
    return [*(Paraphrase(draft, ("word for word",)) for draft in plain), *reworded]


def _by_piece(planted: Sequence[Planted]) -> list[Planted]:
    """The guard reads a source once as long as its texts come together."""
    return sorted(planted, key=lambda one: one.draft.piece.name)


def share(tally: Tally, key: str, what: str) -> float:
    counted = tally.get(key, {what: 0, "of": 0})
    return counted[what] / max(counted["of"], 1)


def writers(
    found: Sequence[Piece], specs: dict[str, PlatformSpec], guard: Guard
) -> dict[str, dict[str, Any]]:
    """Figures by writer; the embedded one's with its forecast against the baseline."""
    asked = {name: specs[name] for name in PLATFORMS}
    ours = list(variants_of(embedded(), found, asked, guard))
    plain = list(baseline(found, asked, guard))
    lifts = TextLifts([Usem3(), MiniLM()]).lifts
    forecast = against(_on(FORECAST, ours), _on(FORECAST, plain), lifts)
    expected = asdict(forecast) if forecast else None
    return {
        "embedded": {**asdict(told(ours, specs)), "expected_against_baseline": expected},
        BASELINE: asdict(told(plain, specs)),
    }


def _on(platform: str, written: Sequence[Written]) -> list[Written]:
    return [one for one in written if one.variant.platform == platform]


def measure(args: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Bar]]:
    specs = known_specs({})
    guard, random = Guard(specs=specs), Random(args.seed)
    analyst = Analyst(embedder=Usem3())
    found = pieces(args.data, analyst, articles=3 if args.quick else 1000)
    planted_many, faithful_many = (50, 60) if args.quick else (PLANTED, FAITHFUL)
    planted = plant(drafts(found, random), random, planted_many)
    seen = caught(guard, planted)
    wrong = alarms(guard, faithful_texts(found, random, faithful_many))
    by_writer = writers(found, specs, guard)
    figures = {
        "seed": args.seed,
        "pieces": len(found),
        "planted": len(planted),
        "missed": {kind: 1 - share(seen, kind, "caught") for kind in KINDS},
        "caught_by": {key: f"{one['caught']}/{one['of']}" for key, one in seen.items()},
        "faithful": wrong["all"]["of"],
        "alarms_by": {key: f"{one['alarms']}/{one['of']}" for key, one in wrong.items()},
        "writers": by_writer,
    }
    bars = {
        "planted_caught": Bar(share(seen, "all", "caught"), CAUGHT),
        "planted_enough": Bar(float(len(planted)), float(planted_many)),
        "false_alarms": Bar(share(wrong, "all", "alarms"), ALARMS, better="lower"),
        "within_limits": Bar(by_writer["embedded"]["within_limits"], 1.0),
    }
    return figures, bars


def main() -> int:
    args = arguments(__doc__)
    if args.data is None:
        raise SystemExit("Say where the articles are: --data DIR (with 18f/ and vote-gov/ in it)")
    figures, bars = measure(args)
    return report("writer", figures, bars, as_json=args.json, stricter=args.stricter)


if __name__ == "__main__":
    done(main())
