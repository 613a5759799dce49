"""Text in, meaning out: fields with evidence, questions, classes, summaries, and a searchable knowledge base."""

# Fields: messages, transcripts and pages -> values.
from nlp.answers.ticket_suggest import suggest_for_ticket
from nlp.classification import classify
from nlp.classifier import Classifier, Labelled, LabelResult
from nlp.classifier_fit import fit_classifier
from nlp.document import MAX_DOCUMENT_CHARS, compose, evidence_of
from nlp.extraction.calibrate import Calibration, read_calibration, shipped_calibration, write_calibration
from nlp.extraction.catalogue import Catalogue, Product
from nlp.extraction.catalogue_decision import CatalogueMatch
from nlp.extraction.catalogue_file import read_catalogue
from nlp.extraction.corrections import Fit, Judged, Learned, Lesson, learn_calibration
from nlp.extraction.extract import extract, needed_fields
from nlp.extraction.field import Example, FieldSpec, FieldTexts, Localised, Pattern
from nlp.extraction.promises import Standing
from nlp.extraction.questions import missing_fields, next_question
from nlp.extraction.record_table import RecordTable
from nlp.extraction.registry import build_extractors, field_names, ticket_field
from nlp.extraction.resolve import resolve
from nlp.extraction.templates import Template, TemplateField, load_template, template_names

# Knowledge base: articles -> cited suggestions.
from nlp.search.experience import Experience, ExperiencedRetriever
from nlp.search.knowledge_base import Counts, KnowledgeBase
from nlp.search.ledger import KnownSource, Ledger
from nlp.search.lexical import QuestionTooLong
from nlp.search.schema import KnowledgeBaseUnreadable
from nlp.search.suggest import suggest
from nlp.sources.ingest import SourceReport, bring_up_to_date, forget_source
from nlp.sources.source import Source, SourceFile, open_source
from nlp.sources.sources import is_loadable, load_articles
from nlp.summary import summarise
from nlp.text import fold, language_of

__all__ = [
    "MAX_DOCUMENT_CHARS",
    "Calibration",
    "Catalogue",
    "CatalogueMatch",
    "Classifier",
    "Counts",
    "Example",
    "Experience",
    "ExperiencedRetriever",
    "FieldSpec",
    "FieldTexts",
    "Fit",
    "Judged",
    "KnowledgeBase",
    "KnowledgeBaseUnreadable",
    "KnownSource",
    "LabelResult",
    "Labelled",
    "Learned",
    "Ledger",
    "Lesson",
    "Localised",
    "Pattern",
    "Product",
    "QuestionTooLong",
    "RecordTable",
    "Source",
    "SourceFile",
    "SourceReport",
    "Standing",
    "Template",
    "TemplateField",
    "bring_up_to_date",
    "build_extractors",
    "classify",
    "compose",
    "evidence_of",
    "extract",
    "field_names",
    "fit_classifier",
    "fold",
    "forget_source",
    "is_loadable",
    "language_of",
    "learn_calibration",
    "load_articles",
    "load_template",
    "missing_fields",
    "needed_fields",
    "next_question",
    "open_source",
    "read_calibration",
    "read_catalogue",
    "resolve",
    "shipped_calibration",
    "suggest",
    "suggest_for_ticket",
    "summarise",
    "template_names",
    "ticket_field",
    "write_calibration",
]
