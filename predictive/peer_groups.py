"""Whose peer each row is: what model a device is of in, the group of each of its rows out to who compares them.

Rows of one metric and unit are a group, and where their devices' model is known those of one model. Keeps nothing where
no detector compares. Does not know where a model is known from.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from predictive.detector import Ensemble
from predictive.records import StateMismatch
from predictive.series import SeriesTable

MODELS = "models"  # in a snapshot's header


class PeerGroups:
    """The model of each device, as it was told last."""

    def __init__(self, ensemble: Ensemble, table: SeriesTable) -> None:
        self._ensemble = ensemble
        self._table = table
        self._models: dict[str, str] = {}  # by device id: it may not have sent anything yet
        self.are_wanted = ensemble.compares

    def tell(self, models: Mapping[str, str]) -> None:
        """Take these models in place of all that were told; regroup the devices whose model is another now."""
        if not self.are_wanted:
            return
        told = {device_id: named for device_id, model in models.items() if (named := _one_spelling(model))}
        before, self._models = self._models, told
        for device_id in sorted(before.keys() | told.keys()):
            if before.get(device_id) != told.get(device_id):
                for row in self._table.rows_of(device_id):
                    self._assign(row, told.get(device_id, ""))

    def place(self, row: int) -> None:
        """Let a new row be a peer of its device's model; where that is not known, who compares it chose already."""
        if self._models and (model := self._models.get(self._table.device_ids[row], "")):
            self._assign(row, model)

    def values(self) -> Mapping[str, object]:
        """Return what a snapshot's header keeps; nothing where no model is known."""
        return {MODELS: self._models} if self._models else {}

    def take_up(self, header: Mapping[str, object]) -> None:
        """Take over what `values` returned; the rows' groups are in the state of who compares them."""
        models = header.get(MODELS, {})
        if not isinstance(models, dict):
            raise StateMismatch("the snapshot's models are not a table of devices; start afresh")
        self._models = {str(device_id): str(model) for device_id, model in models.items()}

    def _assign(self, row: int, model: str) -> None:
        measured = f"{self._table.metrics[row]}\0{self._table.units[row]}"
        self._ensemble.assign(row, group=f"{model}\0{measured}" if model else measured)


def _one_spelling(model: str) -> str:
    """Bring the spellings of one model together.

    >>> _one_spelling(" ＫＦＲ－35gw ") == _one_spelling("KFR-35GW")
    True
    """
    return unicodedata.normalize("NFKC", model).strip().casefold()
