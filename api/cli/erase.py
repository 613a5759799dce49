"""`erase`: forget one customer; also while the service runs."""

from __future__ import annotations

from typing import Annotated

import typer

from api.app import utc_now
from api.cli.desk import AsJson, DataDir, open_data, open_engines, open_records, settings_for
from api.cli.keys import OfTenant
from api.cli.output import console, log_to_stderr, write_line
from api.jobs import Jobs, jobs_url
from api.jobs.spool import Spool
from api.routes.erasure import erase_customer
from api.store import DEFAULT_TENANT
from api.tenants import Tenants


def erase(
    customer: Annotated[str, typer.Option(help="The id that the ticket system knows the customer by.")],
    tenant: OfTenant = DEFAULT_TENANT,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Delete everything that is kept of one customer; say how much that was."""
    log_to_stderr()
    settings = settings_for(data_dir)
    store = open_data(settings)
    deleted = erase_customer(
        customer,
        tenant=Tenants(store=store, engines=open_engines(settings), records=open_records(settings)).get(tenant),
        jobs=Jobs(jobs_url(settings)),
        spool=Spool(settings.data_dir / "spool"),
        actor="command line",
        at=utc_now(),
    )
    if as_json:
        write_line({"customer_id": customer, "deleted": {**deleted}})
    else:
        console().print("\n".join(f"{kind}: {count}" for kind, count in deleted.items()))
