"""What the service says about itself: alive, ready, measured, and what its problems mean."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.errors import PROBLEM_KINDS, Problem, say, words
from api.routes.documentation import problems
from api.routes.problems import language_of
from api.routes.wiring import HouseEnginesOf, HouseStoreOf, MetricsOf
from api.schemas.ops import Live, Ready
from api.schemas.problem import ProblemExplained
from api.settings import VERSION

router = APIRouter(tags=["operations"])


@router.get("/livez")
def get_live() -> Live:
    """Answer while the process runs."""
    return Live()


@router.get("/readyz")
def get_ready(request: Request, engines: HouseEnginesOf, store: HouseStoreOf) -> Ready:
    """Say which engine and model is active, what is degraded, why, and what mends it."""
    store.database.check()
    states = list(engines.states_in(language_of(request)))
    is_degraded = any(state.degraded for state in states)
    return Ready(status="degraded" if is_degraded else "ready", version=VERSION, engines=states)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def get_metrics(metrics: MetricsOf, engines: HouseEnginesOf) -> Response:
    """Return Prometheus's text format."""
    return Response(metrics.render(engines.states()), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/problems/{name}", responses=problems(404, 422))
def get_problem(name: str, request: Request) -> ProblemExplained:
    """Explain a kind of problem: what its `type` points to."""
    if name not in PROBLEM_KINDS:
        raise Problem("not_found", say("detail.unknown", what=say("what.problem"), name=repr(name[:50])), where="name")
    said = words(language_of(request))
    status = PROBLEM_KINDS[name].status
    return ProblemExplained(name=name, status=status, title=said(f"title.{name}"), fix=said(f"fix.{name}"))
