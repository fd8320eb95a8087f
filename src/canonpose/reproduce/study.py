"""The trainings behind the tables: one folder a row and seed, finished ones never repeated."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from canonpose.baselines import MartinezConfig
from canonpose.config_tables import from_table, to_table
from canonpose.datamodel import Keypoints, Poses
from canonpose.datasets import Dataset
from canonpose.errors import InputError
from canonpose.files import write_whole
from canonpose.metrics import Evaluation
from canonpose.reproduce.methods import Progress, trained, trained_baseline
from canonpose.reproduce.rows import Row
from canonpose.reproduce.scoring import Lift, evaluated
from canonpose.training import TrainingConfig

RESULT = "result.json"


@dataclass(frozen=True)
class Result:
    """What one training of a row scored, single views of the test set, and how it went."""

    label: str
    seed: int
    n_mpjpe: float
    p_mpjpe: float
    pck_scale_aligned: float
    cps: float
    mirrored_fraction: float
    """Of the test poses, after un-mirroring: 0 in the real world, 1 in the mirrored one."""
    margin: float | None
    """Of the chirality vote; small where a training holds some poses in each world."""
    mirrored_before_fix: bool | None
    samples: int
    """Moments trained on."""
    seconds: float
    cps_curve: tuple[float, ...]
    """Percent of correct poses at 0, 1, ... 300 mm."""


@dataclass(frozen=True, eq=False)
class Study:
    """A data set, a recipe, and the folder of their trainings."""

    dataset: Dataset
    config: TrainingConfig
    """Of which each row changes what its label says."""
    folder: Path
    device: str = "auto"
    baseline_epochs: int = 40

    def run_folder(self, row: Row, seed: int) -> Path:
        """Where a row's training with a seed lies."""
        return self.folder / row.key / f"seed-{seed}"

    def result(
        self, row: Row, seed: int, progress: Callable[[Progress], None] | None = None
    ) -> Result:
        """Train a row and score it, or read what an earlier run of the same settings found.

        Raises
        ------
        InputError
            If the data set cannot have this row, or the folder holds results of other settings.
        """
        row.check(self.dataset)
        path = self.run_folder(row, seed) / RESULT
        if (known := self._known(path, row, seed)) is not None:
            return known
        lift, facts = self._trained(row, seed, progress)
        evaluation = self.evaluation(row, lift)
        result = _result(row, seed, evaluation, facts)
        write_whole(path, json.dumps({**self._identity(row, seed), "result": asdict(result)}))
        return result

    def lifter(self, row: Row, seed: int) -> Lift:
        """What a row's training made of a camera's keypoints; it is trained if it was not."""
        row.check(self.dataset)
        return self._trained(row, seed, None)[0]

    def evaluation(self, row: Row, lift: Callable[[Keypoints], Poses]) -> Evaluation:
        """Scores of the test set as the row sees it."""
        return evaluated(row.dataset(self.dataset), lift)

    def _trained(
        self, row: Row, seed: int, progress: Callable[[Progress], None] | None
    ) -> tuple[Lift, dict[str, float | bool | None]]:
        folder = self.run_folder(row, seed)
        if row.method == "canonpose":
            return trained(row, self.dataset, self.config, seed, folder, self.device, progress)
        baseline = MartinezConfig(
            width=self.config.lifter.width, epochs=self.baseline_epochs, seed=seed
        )
        return trained_baseline(row, self.dataset, baseline, folder, self.device, progress)

    def _identity(self, row: Row, seed: int) -> dict[str, Any]:
        config = to_table(row.config(self.config))
        moments = {
            "training": sum(len(one.take) for one in self.dataset.training),
            "test": sum(len(one.take) for one in self.dataset.test),
        }
        identity = {
            "dataset": self.dataset.name,
            "moments": moments,
            "training": config,
            "seed": seed,
        }
        if row.method != "canonpose":
            identity["baseline_epochs"] = self.baseline_epochs
        return identity

    def _known(self, path: Path, row: Row, seed: int) -> Result | None:
        if not path.is_file():
            return None
        try:
            table = json.loads(path.read_text("utf-8"))
            known = table.pop("result")
            curve = tuple(known["cps_curve"])
            result = Result(**{**known, "label": row.label, "cps_curve": curve})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{path}: is damaged ({error}); remove it, and the row is trained again."
            ) from error
        if not self._same(table, self._identity(row, seed)):
            raise InputError(
                f"{path}: was made with other settings or another data set; choose another folder "
                f"for these."
            )
        return result

    @staticmethod
    def _same(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        """Settings that a result of an older version lacks had their defaults then."""
        try:
            training = to_table(from_table(TrainingConfig, found["training"]))
        except (KeyError, TypeError, ValueError):
            return False
        return {**found, "training": training} == wanted


def _result(
    row: Row, seed: int, evaluation: Evaluation, facts: dict[str, float | bool | None]
) -> Result:
    scores = evaluation.overall
    return Result(
        label=row.label,
        seed=seed,
        n_mpjpe=scores.n_mpjpe if scores.n_mpjpe is not None else float("nan"),
        p_mpjpe=scores.p_mpjpe,
        pck_scale_aligned=(
            scores.pck_scale_aligned if scores.pck_scale_aligned is not None else float("nan")
        ),
        cps=scores.cps,
        mirrored_fraction=scores.mirrored_fraction,
        cps_curve=tuple(round(float(share), 4) for share in evaluation.cps_curve[1]),
        **facts,  # type: ignore[arg-type]
    )
