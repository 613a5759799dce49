"""Image in, page out: the decode gate, readers, codes, layout and the fields a page names."""

from vision.image import ImageLimits, read_images
from vision.page import read_page
from vision.page_fields import page_fields
from vision.reader import Reader, build_reader, reader_names
from vision.records import (
    Box,
    Code,
    Image,
    ImageRejected,
    Line,
    Page,
    PageField,
    PageReport,
    ReaderUnknown,
    VisionError,
)

__all__ = [
    "Box",
    "Code",
    "Image",
    "ImageLimits",
    "ImageRejected",
    "Line",
    "Page",
    "PageField",
    "PageReport",
    "Reader",
    "ReaderUnknown",
    "VisionError",
    "build_reader",
    "page_fields",
    "read_images",
    "read_page",
    "reader_names",
]
