"""Texts in, vectors out, as OpenAI's API has it; `warnings` is ours."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from api.schemas.text import clean_text

TEXTS = 256
"""Of one request; OpenAI takes 2,048, of which the last would wait for minutes on two cores."""
CHARS = 200_000
"""Of one text; what the encoder does not read is cut and said."""

Text = Annotated[str, Field(min_length=1, max_length=CHARS), AfterValidator(clean_text)]


class EmbeddingsRequest(BaseModel):
    input: Text | Annotated[list[Text], Field(min_length=1, max_length=TEXTS)]
    model: str = Field(default="", max_length=200, description="Taken and ignored: the configured encoder answers")
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = Field(default=None, gt=0, description="Only the encoder's own width")
    user: str = Field(default="", max_length=200, description="Taken and ignored")

    @property
    def texts(self) -> list[str]:
        return [self.input] if isinstance(self.input, str) else self.input


class EmbeddingBody(BaseModel):
    object: Literal["embedding"] = "embedding"
    index: int
    embedding: list[float] | str = Field(description="float32, length 1; base64 of its little-endian bytes on request")


class EmbeddingsUsage(BaseModel):
    prompt_tokens: int
    total_tokens: int


class EmbeddingsResponse(BaseModel):
    object: Literal["list"] = "list"
    data: list[EmbeddingBody]
    model: str
    usage: EmbeddingsUsage
    warnings: list[str] = []
