"""How measurements arrive: bytes of any accepted format in, columns out;
rejected readings are named, good ones kept."""

from api.ingest.formats import MEDIA_TYPES, parse_telemetry
from api.ingest.readings import Readings, pack_columns, unpack_columns

__all__ = ["MEDIA_TYPES", "Readings", "pack_columns", "parse_telemetry", "unpack_columns"]
