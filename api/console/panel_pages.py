"""The panel beside a ticket: what was filled and why, what to ask, what answers, what was like it, how the device is.

The page is drawn from what is stored; whatever must search first comes in parts, by htmx. What is sent to the ticket
system goes as durable work.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import FileResponse, StreamingResponse

from api.console.answer_view import shown_answer
from api.console.ask_pages import views_of
from api.console.device_health import devices_of, health_of
from api.console.draft_view import percent
from api.console.panel_desk import PanelDesk, PanelRoute, media_tenant, panel_by_link, panel_by_token
from api.console.panel_view import panel_view, past_drafts, stored_of
from api.console.panel_work import PanelWork, left_alone, panel_work_of
from api.console.past_tickets import PastTicketsOf
from api.console.prefill_pages import MEDIA_TYPES
from api.console.ticket_pages import plot_answer, quantity, title_of
from api.errors import Problem, say
from api.learn import take_feedback
from api.prefill.kept_media import media_of, redacted_pieces
from api.schemas.knowledge import SuggestionBody, SuggestionRequest, SuggestionResponse
from api.schemas.prefill import Feedback
from api.security import make_id
from api.store.drafts import StoredPrefill
from api.suggest import suggest, word_later
from api.tenants import Tenants

ANSWERS = 3
"""Read at a glance, beside a ticket."""
FRESH_FOR = timedelta(minutes=15)
"""A panel drawn again within this shows the same suggestions, so that opening a ticket twice does not count twice."""

WORDED: Mapping[str, Any] = {"draft_to": "/panel/draft", "use_to": "/panel/use", "has_pages": False}
"""Where the part of the panel goes that waits for a drafting model."""

router = APIRouter(route_class=PanelRoute)
LinkPanel = Annotated[PanelDesk, Depends(panel_by_link)]
TokenPanel = Annotated[PanelDesk, Depends(panel_by_token)]
WorkOf = Annotated[PanelWork, Depends(panel_work_of)]


@router.get("/panel")
def show_panel(panel: LinkPanel, work: WorkOf) -> Response:
    """Show the panel of a ticket."""
    return panel.page("panel.html", token=panel.token, theme=panel.sight.theme, **_shown(panel, work))


@router.get("/panel/body")
def show_body(panel: TokenPanel, work: WorkOf) -> Response:
    """Show the panel's content anew."""
    return panel.page("panel_body.html", **_shown(panel, work))


@router.get("/panel/sources")
def show_sources(panel: TokenPanel) -> Response:
    """Show what the draft was made of."""
    view = panel_view(panel, _known(panel))
    media = f"/panel/media/{view.response.id}"
    return panel.page("panel_sources.html", view=view.draft, media=media, media_key=view.media_key)


@router.get("/panel/answers")
def show_answers(panel: TokenPanel, work: WorkOf) -> Response:
    """Show what the knowledge base says."""
    stored = _known(panel)
    response = _suggestions(panel, stored)
    drafter = panel.desk.engines.drafter if stored.origin.mode == "live" else None
    return panel.page(
        "panel_answers.html",
        **shown_answer(response, drafter=drafter),
        **WORDED,
        abstained=response.abstained,
        suggestions=views_of(response),
        opinions=past_drafts(panel).opinions(response.id),
        is_empty=not panel.desk.engines.knowledge_base().article_ids(),
        can_write=work.can_comment(panel.options),
    )


@router.post("/panel/draft")
def word_answer(panel: TokenPanel, work: WorkOf, suggestion_id: Annotated[str, Form(max_length=50)]) -> Response:
    """Have a drafting model word an answer that is shown already."""
    desk, locale = panel.desk, panel.words.locale
    response = word_later(suggestion_id, engines=desk.engines, store=desk.store, at=desk.now, locale=locale)
    shown = shown_answer(response, drafter=None)
    return panel.page("answer_worded.html", **shown, **WORDED, can_write=work.can_comment(panel.options))


@router.get("/panel/similar")
def show_similar(panel: TokenPanel, request: Request) -> Response:
    """Show past tickets that are like this one."""
    stored = _known(panel)
    past = past_drafts(panel)
    indexes: PastTicketsOf = request.app.state.past_tickets
    found = indexes[panel.sight.tenant].like(stored.text, ticket_id=panel.sight.ticket, past=past)
    articles = {one.draft.prefill_id: _article_title(panel, past.used_article(one.draft.prefill_id)) for one in found}
    return panel.page("panel_similar.html", tickets=found, articles=articles)


@router.get("/panel/device")
def show_device(panel: TokenPanel, request: Request) -> Response:
    """Show how the ticket's device is."""
    stored = _known(panel)
    tenants: Tenants = request.app.state.tenants
    tenant = tenants.get(panel.sight.tenant)
    device_ids = devices_of(stored.response, engines=tenant.engines)
    health = health_of(device_ids, store=tenant.store, foresight=tenant.foresight)
    return panel.page(
        "panel_device.html",
        device_ids=device_ids,
        health=health,
        title_of=title_of,
        quantity=quantity,
        percent=percent,
        key_of=panel.media_key,
    )


@router.post("/panel/feedback")
def take_opinion(
    panel: TokenPanel,
    suggestion_id: Annotated[str, Form(max_length=50)],
    article_id: Annotated[str, Form(max_length=500)],
    action: Annotated[Literal["helpful", "not_relevant", "incorrect", "outdated"], Form()],
) -> Response:
    """Keep what an agent thinks of an answer."""
    _keep_opinion(panel, suggestion_id, article_id, action)
    return panel.page("panel_said.html", said=panel.words.known("panel.said", action), job=None)


@router.post("/panel/use")
def use_answer(
    panel: TokenPanel,
    work: WorkOf,
    suggestion_id: Annotated[str, Form(max_length=50)],
    article_id: Annotated[str, Form(max_length=500)],
    worded: Annotated[bool, Form()] = False,
) -> Response:
    """Keep that an answer was used, and send it to the ticket as an internal comment: as quoted, or as worded."""
    response = panel.desk.store.drafts.suggestions(suggestion_id)
    chosen = next((one for one in response.suggestions if one.article_id == article_id), None) if response else None
    if chosen is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.suggestions"), name=repr(suggestion_id)))
    _keep_opinion(panel, suggestion_id, article_id, "used")
    passage = _shown_text(response, chosen, worded=worded) if response else chosen.passage
    text = panel.words("panel.used_comment", title=chosen.title, passage=passage, user=panel.actor)
    mark = f"use-{suggestion_id}-{article_id}" + ("-worded" if worded else "")
    job = work.comment(panel, text, mark=mark)
    _note(panel, "answer.used", suggestion=suggestion_id, article=article_id, job=job.id if job else "")
    return panel.page("panel_said.html", said=panel.words.known("panel.said", "used"), job=job)


@router.post("/panel/question")
def insert_question(panel: TokenPanel, work: WorkOf) -> Response:
    """Send the next question to the ticket as an internal comment."""
    response = _known(panel).response
    if response.next_question is None:
        raise Problem("not_found", say("detail.panel_no_question"))
    text = panel.words("panel.question_comment", question=response.next_question.text, user=panel.actor)
    job = work.comment(panel, text, mark=f"ask-{response.id}-{response.next_question.field}")
    if job is None:
        raise Problem("not_found", say("detail.panel_silent"), fix=say("fix.panel_silent"))
    _note(panel, "question.added", prefill=response.id, field=response.next_question.field, job=job.id)
    return panel.page("panel_said.html", said=panel.words("panel.inserted"), job=job)


@router.post("/panel/undo")
def undo_change(panel: TokenPanel, work: WorkOf, change_id: Annotated[str, Form(max_length=50)]) -> Response:
    """Put back what a field held before."""
    change = panel.desk.store.changes.get(change_id)
    if change is None or (change.connector, change.ticket_id) != (panel.sight.connector, panel.sight.ticket):
        raise Problem("not_found", say("detail.unknown", what=say("what.change"), name=repr(change_id)))
    return panel.page("panel_change.html", change=work.undo(panel, change_id), can_write=True, label="")


@router.post("/panel/fill")
def fill_now(panel: TokenPanel, work: WorkOf) -> Response:
    """Have the ticket read and filled in now."""
    return panel.page("panel_filling.html", job=work.fill(panel))


@router.get("/panel/jobs/{job_id}")
def show_job(panel: TokenPanel, work: WorkOf, job_id: str, what: Literal["fill", "said"] = "said") -> Response:
    """Show how far a piece of work is; when the ticket is filled in, the panel itself."""
    job = work.job(panel, job_id)
    if what == "fill" and job.state == "done":
        return panel.page("panel_filled.html", **{**_shown(panel, work), "left_alone": left_alone(job)})
    return panel.page("panel_filling.html" if what == "fill" else "panel_job.html", job=job)


@router.get("/panel/media/{prefill_id}/{stored}")
def show_media(request: Request, prefill_id: str, stored: str, key: str = "", redacted: bool = False) -> Response:
    """Send the safe copy of a picture or recording to whoever holds the draft's key."""
    tenants: Tenants = request.app.state.tenants
    tenant = tenants.get(media_tenant(request, prefill_id, key))
    media = media_of(tenant.engines.settings)
    path, kept, found = media.file(prefill_id, stored), media.load(prefill_id), tenant.store.drafts.prefill(prefill_id)
    if path is None or kept is None or found is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.file"), name=repr(stored[:50])))
    if redacted and path.suffix == ".wav":
        return StreamingResponse(redacted_pieces(path, found.response, kept), media_type=MEDIA_TYPES[path.suffix])
    return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers={"Cache-Control": "private, max-age=3600"})


@router.get("/panel/plots/{ticket_id}.svg")
def show_plot(request: Request, ticket_id: str, key: str = "", lang: str = "") -> Response:
    """Send the plot of a maintenance ticket to whoever holds its key."""
    tenants: Tenants = request.app.state.tenants
    plot = tenants.get(media_tenant(request, ticket_id, key)).store.tickets.plot(ticket_id)
    if not plot:
        raise Problem("not_found", say("detail.unknown", what=say("what.plot"), name=repr(ticket_id[:50])))
    return plot_answer(plot, "zh" if lang == "zh" else "en", zone=request.app.state.settings.time_zone)


def _shown(panel: PanelDesk, work: PanelWork) -> dict[str, Any]:
    stored = stored_of(panel)
    return {
        "view": panel_view(panel, stored) if stored else None,
        "can_write": work.can_comment(panel.options),
        "can_fill": work.can_read(panel.options),
        "left_alone": "",
    }


def _known(panel: PanelDesk) -> StoredPrefill:
    stored = stored_of(panel)
    if stored is None:
        what, name = say("what.prefill_or_ticket"), repr(panel.sight.ticket)
        raise Problem("not_found", say("detail.unknown", what=what, name=name))
    return stored


def _suggestions(panel: PanelDesk, stored: StoredPrefill) -> SuggestionResponse:
    kept = past_drafts(panel).suggestions_for(stored.response.id)
    if kept is not None and panel.desk.now - kept.created_at < FRESH_FOR:
        return kept.response
    asked = SuggestionRequest(prefill_id=stored.response.id, locale=panel.words.locale, top_k=ANSWERS, draft=False)
    return suggest(asked, engines=panel.desk.engines, store=panel.desk.store, at=panel.desk.now)


def _keep_opinion(panel: PanelDesk, suggestion_id: str, article_id: str, action: str) -> None:
    feedback = Feedback.model_validate({"suggestion_id": suggestion_id, "article_id": article_id, "action": action})
    desk = panel.desk
    take_feedback(feedback, feedback_id=make_id(), engines=desk.engines, store=desk.store, at=desk.now)


def _shown_text(response: SuggestionResponse, chosen: SuggestionBody, *, worded: bool) -> str:
    """Return what the agent saw of a suggestion: of the first the answer, of the others the passage."""
    is_first = response.suggestions[0].article_id == chosen.article_id
    if worded and is_first and response.worded is not None:
        return response.worded.text
    return response.answer.text if response.answer is not None and is_first else chosen.passage


def _note(panel: PanelDesk, action: str, **detail: str) -> None:
    store, sight = panel.desk.store, panel.sight
    subject = f"{sight.connector or 'console'}/{sight.ticket}"
    store.audit.add(at=panel.desk.now, actor=panel.actor, action=action, subject=subject, detail=detail)


def _article_title(panel: PanelDesk, article_id: str) -> str:
    article = panel.desk.engines.knowledge_base().get(article_id) if article_id else None
    return article.title if article is not None and not article.allowed else ""
