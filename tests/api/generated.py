"""Generated tests: schemathesis with all of its checks, bounded, against a running server."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

# A write by a peer is what `tests/isolation` is for: it needs two tenants.
SETTINGS: dict[str, Any] = {
    "seed": 7,
    "continue-on-failure": True,
    "request-timeout": 20,
    "max-stream-events": 5,
    "generation": {"deterministic": True, "no-shrink": True, "database": "none"},
}


@dataclass
class Outcome:
    """How many cases ran, by phase, and what every failure said."""

    cases: Counter[str] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def generate(url: str, headers: dict[str, str], *, examples: int) -> Outcome:
    """Run every phase with every check; `examples` bounds the cases of one operation and phase."""
    generation = {**SETTINGS["generation"], "max-examples": examples}
    config = SchemathesisConfig.from_dict(
        {**SETTINGS, "headers": headers, "generation": generation}
    )
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json", config=config)
    outcome = Outcome()
    for event in from_schema(schema).execute():
        _note(event, outcome)
    return outcome


def _note(event: events.EngineEvent, outcome: Outcome) -> None:
    if isinstance(event, events.ScenarioFinished):
        outcome.cases[event.phase.value] += len(event.recorder.cases)
        for checks in event.recorder.checks.values():
            for check in checks:
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    known = f"{check.name}: {event.label}: {failure.title}"
                    sample = check.failure_info.code_sample
                    outcome.failures.setdefault(known, f"{failure.message}\n{sample}"[:1500])
    elif isinstance(event, events.NonFatalError | events.FatalError):
        outcome.errors.append(str(getattr(event, "info", event)))
