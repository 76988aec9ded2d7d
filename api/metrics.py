"""Prometheus metrics of one application, in a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from starlette.types import Scope

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Metrics:
    """Counts requests by operation, decisions by policy and events by what became of them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "smartcontent_requests",
            "Requests answered.",
            ["operation", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "smartcontent_request_seconds",
            "Seconds until the answer began.",
            ["operation"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.decisions = Counter(
            "smartcontent_decisions",
            "Decisions made, by policy and whether they explored.",
            ["policy", "explored"],
            registry=self.registry,
        )
        self.events = Counter(
            "smartcontent_events",
            "Events received, by what became of them.",
            ["outcome"],
            registry=self.registry,
        )

    def answered(self, scope: Scope, status: int, seconds: float) -> None:
        """Count one answer.  Paths without a route share one name: anybody can invent paths."""
        operation = getattr(scope.get("route"), "name", "none")
        self.requests.labels(operation, str(status)).inc()
        self.seconds.labels(operation).observe(seconds)

    def decided(self, policy: str, *, explored: bool) -> None:
        self.decisions.labels(policy, str(explored).lower()).inc()

    def text(self) -> bytes:
        return generate_latest(self.registry)
