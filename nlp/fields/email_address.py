"""An e-mail address.

It knows the form (RFC 5321's common part); whether the mailbox exists it does not ask.
"""

from __future__ import annotations

from nlp.extraction.field import Example, FieldSpec, FieldTexts, Localised, Pattern
from nlp.records import Document


def normalise(matched: str, document: Document) -> str | None:
    """Write the domain small; the local part is the owner's business."""
    local, _, domain = matched.rpartition("@")
    return f"{local}@{domain.lower()}"


FIELD = FieldSpec(
    name="email",
    texts=FieldTexts(
        label=Localised("邮箱", "E-mail address"),
        question=Localised("请问您的电子邮箱是？", "What is your e-mail address?"),
    ),
    patterns=(
        Pattern(
            "address",
            r"(?<![0-9A-Z._%+-])[0-9A-Z_](?:[0-9A-Z_%+-]|\.(?=[0-9A-Z_%+-])){0,63}"
            r"@(?:[0-9A-Z](?:[0-9A-Z-]{0,62})\.){1,8}[A-Z]{2,24}(?![0-9A-Z-])",
            0.95,
        ),
    ),
    normalise=normalise,
    printed_factor=0.5,
    examples=(
        Example("邮箱是zhang.san@Example.com，谢谢", "zhang.san@example.com"),
        Example("write to anna_b+repairs@mail.example.co.uk.", "anna_b+repairs@mail.example.co.uk"),
    ),
    counter_examples=("@中国联通客服 你好", "ratio 5@3"),
    is_identifier=False,
)
