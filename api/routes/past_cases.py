"""POST /v1/past-cases: solved tickets of a configured ticket system as articles, as a job."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.past_case_work import PastCaseWork
from api.routes.documentation import problems
from api.routes.jobs import ACCEPTED, accepted
from api.routes.problems import language_of
from api.routes.wiring import MayAdminister
from api.schemas.jobs import JobBody
from api.schemas.past_cases import PastCasesRequest

router = APIRouter(tags=["knowledge base"])


async def _past_cases(request: Request) -> PastCaseWork:
    work: PastCaseWork = request.app.state.past_cases
    return work


PastCasesOf = Annotated[PastCaseWork, Depends(_past_cases)]


@router.post(
    "/v1/past-cases",
    status_code=202,
    response_model=JobBody,
    responses={**ACCEPTED, **problems(400, 401, 403, 404, 413, 422, 429)},
)
def create_past_cases(asked: PastCasesRequest, caller: MayAdminister, work: PastCasesOf, request: Request) -> Response:
    """Make masked articles of a connector's solved tickets; done again, those of these months are renewed."""
    job = work.order(asked.connector, tenant=caller.tenant, since=asked.since, allowed=asked.allowed, kb=asked.kb)
    return accepted(job, language=language_of(request))
