"""Figures for Prometheus. Labels are routes, methods and statuses: nothing that anybody sent."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """The figures of one application. Stages may register their own collectors in ``registry``."""

    def __init__(self, unusual_readings: Callable[[], float] = lambda: 0) -> None:
        self.registry = CollectorRegistry()
        Gauge(
            "intertrata_unusual_readings",
            "Times that auditors were told of unusual readings of identities, by this process",
            registry=self.registry,
        ).set_function(unusual_readings)
        self._requests = Counter(
            "intertrata_requests", "Requests answered", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "intertrata_request_seconds", "Time to answer", ("method", "route"), registry=self.registry
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def exposition(self) -> bytes:
        return generate_latest(self.registry)
