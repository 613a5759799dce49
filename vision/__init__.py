"""Image in, page out: the decode gate, readers, codes, layout and the fields a page names."""

from vision.fields.page_fields import page_fields
from vision.gate.image import read_images
from vision.gate.image_limits import ImageLimits
from vision.page import read_page
from vision.readers.reader import Reader, build_reader, reader_names
from vision.readers.remembering import RememberingReader
from vision.records import (
    Box,
    Code,
    Doubt,
    Flaw,
    Image,
    ImageRejected,
    Line,
    Page,
    PageField,
    PageReport,
    ReaderUnavailable,
    ReaderUnknown,
    Rival,
    VisionError,
)

__all__ = [
    "Box",
    "Code",
    "Doubt",
    "Flaw",
    "Image",
    "ImageLimits",
    "ImageRejected",
    "Line",
    "Page",
    "PageField",
    "PageReport",
    "Reader",
    "ReaderUnavailable",
    "ReaderUnknown",
    "RememberingReader",
    "Rival",
    "VisionError",
    "build_reader",
    "page_fields",
    "read_images",
    "read_page",
    "reader_names",
]
