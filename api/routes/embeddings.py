"""POST /v1/embeddings (as OpenAI's): texts in, unit vectors out, batched with those of other requests."""

from __future__ import annotations

import base64

from fastapi import APIRouter, Request

from api.encoder import Encoded
from api.errors import Problem, Words, say, words
from api.routes.documentation import problems
from api.routes.problems import language_of
from api.routes.wiring import HouseEnginesOf, MaySuggest
from api.schemas.embeddings import EmbeddingBody, EmbeddingsRequest, EmbeddingsResponse, EmbeddingsUsage

router = APIRouter(tags=["knowledge base"])


@router.post("/v1/embeddings", responses=problems(400, 401, 403, 413, 422, 429, 503))
def create_embeddings(
    call: EmbeddingsRequest, request: Request, _: MaySuggest, engines: HouseEnginesOf
) -> EmbeddingsResponse:
    """Encode texts with the configured sentence encoder."""
    encoded = engines.encoder.encode(call.texts)
    width = len(encoded.vectors[0])
    if call.dimensions not in (None, width):
        raise Problem("validation_failed", say("detail.dimensions", width=width), where="dimensions")
    return _response(encoded, is_base64=call.encoding_format == "base64", said=words(language_of(request)))


def _response(encoded: Encoded, *, is_base64: bool, said: Words) -> EmbeddingsResponse:
    rows = [
        base64.b64encode(vector.astype("<f4").tobytes()).decode() if is_base64 else vector.tolist()
        for vector in encoded.vectors
    ]
    return EmbeddingsResponse(
        data=[EmbeddingBody(index=index, embedding=row) for index, row in enumerate(rows)],
        model=encoded.engine,
        usage=EmbeddingsUsage(prompt_tokens=encoded.tokens, total_tokens=encoded.tokens),
        warnings=[said("warning.text_cut", index=index) for index in encoded.cut],
    )
