"""What a tenant's people taught, in files: a calibration from their corrections, past questions with their answers.

In: a folder, made when there is something to keep. Knows no table: api/learn.py reads the feedback and writes here.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nlp import Calibration, Experience, KnowledgeBase
    from nlp.records import Retriever
    from nlp.search.feedback_ranker import FeedbackWeights

CALIBRATION = "calibration.json"
LESSONS = "lessons.json"


class Learned:
    """Safe to share between threads; other processes see what is kept here at their next look."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._calibration: tuple[float, Calibration] | None = None
        self._experiences: dict[str, Experience] = {}
        self._rankings: dict[str, tuple[float, FeedbackWeights]] = {}

    def calibration(self) -> Calibration | None:
        """Return the calibration learned from corrections; None while there is none."""
        from nlp import read_calibration

        path = self._folder / CALIBRATION
        with self._lock:
            if not path.is_file():
                return None
            changed_at = path.stat().st_mtime
            if self._calibration is None or self._calibration[0] != changed_at:
                self._calibration = (changed_at, read_calibration(path.read_text(encoding="utf-8")))
            return self._calibration[1]

    def keep_calibration(self, calibration: Calibration) -> None:
        """Keep a calibration in place of the last, whole or not at all."""
        from nlp import write_calibration

        self._keep(CALIBRATION, write_calibration(calibration))

    def keep_lessons(self, text: str) -> None:
        """Keep what the last learning took and refused."""
        self._keep(LESSONS, text)

    def lessons(self) -> str:
        """Return what the last learning took and refused; "" before the first."""
        path = self._folder / LESSONS
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def experience(self, knowledge_base: str) -> Experience:
        """Return the past questions of a knowledge base, to add to."""
        from nlp import Experience

        with self._lock:
            if knowledge_base not in self._experiences:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._experiences[knowledge_base] = Experience(self._path(knowledge_base))
            return self._experiences[knowledge_base]

    def forget(self, knowledge_base: str, experience_ids: Iterable[str]) -> int:
        """Forget past questions of a knowledge base; return how many there were."""
        return self.experience(knowledge_base).forget(experience_ids) if self._path(knowledge_base).is_file() else 0

    def retriever(self, base: KnowledgeBase, name: str) -> Retriever:
        """Return a knowledge base in the order that verdicts taught, with what was used before and with its past
        questions; as it is without."""
        from nlp import ExperiencedRetriever
        from nlp.search.experience import UsedRetriever
        from nlp.search.feedback_ranker import FeedbackRankedRetriever

        weights = self.ranking(name)
        has_past = self._path(name).is_file()
        used: Retriever = UsedRetriever(base, self.experience(name)) if has_past else base
        ranked = used if weights.are_zero else FeedbackRankedRetriever(used, weights)
        return ExperiencedRetriever(base, self.experience(name), ranked=ranked) if has_past else ranked

    def ranking(self, knowledge_base: str) -> FeedbackWeights:
        """Return what verdicts taught of the order of a knowledge base's hits; zero weights before anything is."""
        from nlp.search.feedback_ranker import FeedbackWeights, read_weights

        path = self._folder / ranking_file(knowledge_base)
        with self._lock:
            if not path.is_file():
                return FeedbackWeights()
            changed_at = path.stat().st_mtime
            known = self._rankings.get(knowledge_base)
            if known is None or known[0] != changed_at:
                known = (changed_at, read_weights(path.read_text(encoding="utf-8")))
                self._rankings[knowledge_base] = known
            return known[1]

    def keep_ranking(self, knowledge_base: str, weights: FeedbackWeights) -> None:
        """Keep weights in place of the last, whole or not at all."""
        from nlp.search.feedback_ranker import write_weights

        self._keep(ranking_file(knowledge_base), write_weights(weights))

    def close(self) -> None:
        """Release files."""
        with self._lock:
            for experience in self._experiences.values():
                experience.close()
            self._experiences.clear()

    def _keep(self, name: str, text: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f"{name}.new"
        fresh.write_text(text, encoding="utf-8")
        os.replace(fresh, self._folder / name)

    def _path(self, knowledge_base: str) -> Path:
        return self._folder / f"{knowledge_base}.sqlite3"


def ranking_file(knowledge_base: str) -> str:
    """Return the name of the file that a knowledge base's learned weights stand in."""
    return f"{knowledge_base}.ranking.json"
