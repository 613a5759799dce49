"""What the service says about itself: alive, ready, measured, and what its problems mean.

These answers come while everything else is busy: they use the event loop alone, or threads of their own.
"""

from __future__ import annotations

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response

from api.errors import PROBLEM_KINDS, Problem, say, words
from api.routes.documentation import problems
from api.routes.problems import language_of
from api.routes.wiring import HealthOf, HouseEnginesOf, MetricsOf
from api.schemas.ops import Live, Ready
from api.schemas.problem import ProblemExplained
from api.settings import VERSION

router = APIRouter(tags=["operations"])

THREADS = 4
"""Of their own: a machine that asks must not wait behind forty prefills."""
UNREADY = 503


@router.get("/livez")
async def get_live() -> Live:
    """Answer while the process runs; needs no thread, no lock and no database."""
    return Live()


@router.get("/readyz", responses={UNREADY: {"model": Ready, "description": "Draining, or a part is broken"}})
async def get_ready(request: Request, response: Response, engines: HouseEnginesOf, health: HealthOf) -> Ready:
    """Say which engine and model is active, how each part is, what is degraded, why, and what mends it."""
    language = language_of(request)
    parts = await to_thread.run_sync(health.parts, words(language), limiter=_limiter(request))
    ready = Ready.of(engines.states_in(language), parts, version=VERSION, is_draining=health.is_draining)
    if not ready.takes_work:
        response.status_code = UNREADY
    return ready


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def get_metrics(request: Request, metrics: MetricsOf, engines: HouseEnginesOf) -> Response:
    """Return Prometheus's text format."""
    content = await to_thread.run_sync(lambda: metrics.render(engines.states()), limiter=_limiter(request))
    return Response(content, media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/problems/{name}", responses=problems(404, 422))
def get_problem(name: str, request: Request) -> ProblemExplained:
    """Explain a kind of problem: what its `type` points to."""
    if name not in PROBLEM_KINDS:
        raise Problem("not_found", say("detail.unknown", what=say("what.problem"), name=repr(name[:50])), where="name")
    said = words(language_of(request))
    status = PROBLEM_KINDS[name].status
    return ProblemExplained(name=name, status=status, title=said(f"title.{name}"), fix=said(f"fix.{name}"))


def _limiter(request: Request) -> CapacityLimiter:
    """Return the app's threads for these answers; made at first use, as a limiter belongs to its event loop."""
    state = request.app.state
    if not hasattr(state, "ops_limiter"):
        state.ops_limiter = CapacityLimiter(THREADS)
    limiter: CapacityLimiter = state.ops_limiter
    return limiter
