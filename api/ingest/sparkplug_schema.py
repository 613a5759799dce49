"""The messages of Sparkplug B payloads, as far as readings need them, for the protobuf library.

Written from the payload table of the Eclipse Sparkplug 3.0.0 specification (chapter 6): names of our own, its field
numbers and types. Fields that are not named here (metadata, data sets, templates) are skipped by the library. Built
when first asked for, without generated code.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory  # type: ignore[import-untyped]

PACKAGE = "beforehand.sparkplug"
_OPTIONAL, _REPEATED = 1, 3  # FieldDescriptorProto.Label
_DOUBLE, _FLOAT, _UINT64, _BOOL, _STRING, _MESSAGE, _UINT32 = 1, 2, 4, 8, 9, 11, 13  # FieldDescriptorProto.Type

Row = tuple[str, int, int]
_PAYLOAD: tuple[Row, ...] = (("timestamp", 1, _UINT64), ("metrics", 2, _MESSAGE), ("seq", 3, _UINT64))
_METRIC: tuple[Row, ...] = (
    ("name", 1, _STRING), ("alias", 2, _UINT64), ("timestamp", 3, _UINT64), ("datatype", 4, _UINT32),
    ("is_historical", 5, _BOOL), ("is_null", 7, _BOOL), ("properties", 9, _MESSAGE),
    ("int_value", 10, _UINT32), ("long_value", 11, _UINT64), ("float_value", 12, _FLOAT),
    ("double_value", 13, _DOUBLE), ("boolean_value", 14, _BOOL), ("string_value", 15, _STRING),
)  # fmt: skip
_PROPERTIES: tuple[Row, ...] = (("keys", 1, _STRING), ("values", 2, _MESSAGE))
_PROPERTY: tuple[Row, ...] = (
    ("type", 1, _UINT32), ("is_null", 2, _BOOL), ("int_value", 3, _UINT32), ("long_value", 4, _UINT64),
    ("string_value", 8, _STRING),
)  # fmt: skip
_KINDS = {"Payload.metrics": "Metric", "Metric.properties": "Properties", "Properties.values": "Property"}
_MANY = {"Payload.metrics", "Properties.keys", "Properties.values"}
_CHOICES = {"Metric": range(10, 16), "Property": range(3, 9)}  # numbers of the fields of which one is set


@cache
def payload_class() -> Any:
    """Return the class of a payload message."""
    file = descriptor_pb2.FileDescriptorProto(name="beforehand/sparkplug.proto", package=PACKAGE, syntax="proto2")
    for name, rows in (
        ("Payload", _PAYLOAD),
        ("Metric", _METRIC),
        ("Properties", _PROPERTIES),
        ("Property", _PROPERTY),
    ):
        message = file.message_type.add(name=name)
        if name in _CHOICES:
            message.oneof_decl.add(name="value")
        for field_name, number, kind in rows:
            path = f"{name}.{field_name}"
            field = message.field.add(
                name=field_name, number=number, type=kind, label=_REPEATED if path in _MANY else _OPTIONAL
            )
            if path in _KINDS:
                field.type_name = f".{PACKAGE}.{_KINDS[path]}"
            if name in _CHOICES and number in _CHOICES[name]:
                field.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.Payload"))
