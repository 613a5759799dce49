"""What the service says about itself: alive, ready, measured, and what its problems mean."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.errors import PROBLEM_KINDS, Problem, ProblemKind
from api.routes.documentation import problems
from api.routes.wiring import EnginesOf, MetricsOf, StoreOf
from api.schemas.ops import Live, Ready
from api.settings import VERSION

router = APIRouter(tags=["operations"])


@router.get("/livez")
def get_live() -> Live:
    """Answer while the process runs."""
    return Live()


@router.get("/readyz")
def get_ready(engines: EnginesOf, store: StoreOf) -> Ready:
    """Say which engine and model is active, what is degraded, why, and what mends it."""
    store.database.check()
    states = list(engines.states())
    is_degraded = any(state.degraded for state in states)
    return Ready(status="degraded" if is_degraded else "ready", version=VERSION, engines=states)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def get_metrics(metrics: MetricsOf, engines: EnginesOf) -> Response:
    """Return Prometheus's text format."""
    return Response(metrics.render(engines.states()), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/problems/{name}", responses=problems(404, 422))
def get_problem(name: str) -> ProblemKind:
    """Explain a kind of problem: what its `type` points to."""
    if name not in PROBLEM_KINDS:
        raise Problem("not_found", f"No kind of problem is called {name[:50]!r}.", where="name")
    return PROBLEM_KINDS[name]
