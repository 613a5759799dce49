"""The tables behind the overview as files for a spreadsheet or a data warehouse, for whoever is signed in as admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from api.console.desk import ConsoleRoute, Desk, Entry
from api.console.overview_pages import Period
from api.report.export import MEDIA_TYPES, Format, export_bytes
from api.store.exports import COLUMNS, TableName

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
AdminDesk = Annotated[Desk, Depends(Entry("admin"))]


@router.get("/export/{table}.{format}")
def export_table(desk: AdminDesk, table: TableName, format: Format, days: Period = 30) -> StreamingResponse:
    """Send a table's rows of a period, oldest first."""
    rows = desk.store.exports.rows(table, desk.now - timedelta(days=days), desk.now)
    name = f"{table}-{desk.now.date()}-{days}d.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    pieces = export_bytes(rows, COLUMNS[table], to=format, keeps_personal=desk.settings.export_personal)
    return StreamingResponse(pieces, media_type=MEDIA_TYPES[format], headers=headers)
