"""POST /v1/learn: put what people said of values and suggestions into force, as a job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Request, Response

from api.jobs import Jobs, JsonValue, Task
from api.learn import learn
from api.routes.documentation import problems
from api.routes.jobs import ACCEPTED, accepted
from api.routes.problems import language_of
from api.routes.wiring import JobsOf, MayAdminister
from api.schemas.jobs import JobBody
from api.tenants import Tenants

router = APIRouter(tags=["feedback"])

KIND = "learn"


@router.post(
    "/v1/learn", status_code=202, response_model=JobBody, responses={**ACCEPTED, **problems(401, 403, 413, 429)}
)
def create_learning(caller: MayAdminister, jobs: JobsOf, request: Request) -> Response:
    """Count all feedback anew; the service does so by itself once a day."""
    return accepted(jobs.submit(KIND, {}, tenant=caller.tenant), language=language_of(request))


def define_learning(jobs: Jobs, *, tenants: Tenants, clock: Callable[[], datetime]) -> None:
    """Say how the kind `learn` is worked; done twice it learns the same."""

    def run(task: Task) -> JsonValue:
        tenant = tenants.get(task.tenant)
        report = learn(engines=tenant.engines, store=tenant.store, at=clock())
        return {
            "corrections": report.corrections,
            "fields": list(report.fields),
            "experiences": report.experiences,
            "rankings": [ranking.model_dump(mode="json") for ranking in report.rankings],
            "lessons": [lesson.model_dump(mode="json") for lesson in report.lessons],
        }

    jobs.define(KIND, run)


def learn_daily(jobs: Jobs, *, tenants: Tenants, at: datetime) -> None:
    """Submit the day's learning for each tenant with feedback; a second time the same day is the same job."""
    for tenant in tenants.open():
        if tenant.store.drafts.feedback_count():
            jobs.submit(KIND, {}, tenant=tenant.name, key=f"{at:%Y-%m-%d}")
