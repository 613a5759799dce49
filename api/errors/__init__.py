"""What went wrong, said in the reader's language: problems, their kinds and the tables of messages."""

from api.errors.kinds import PROBLEM_KINDS, ProblemKind
from api.errors.language import LANGUAGES, Language, Said, Words, choose_language, language_of_locale, say, words
from api.errors.misfits import invalid_problem
from api.errors.problem import EXPECTED_ERRORS, EngineFailed, Misfit, Problem, problem_of

__all__ = [
    "EXPECTED_ERRORS",
    "LANGUAGES",
    "PROBLEM_KINDS",
    "EngineFailed",
    "Language",
    "Misfit",
    "Problem",
    "ProblemKind",
    "Said",
    "Words",
    "choose_language",
    "invalid_problem",
    "language_of_locale",
    "problem_of",
    "say",
    "words",
]
