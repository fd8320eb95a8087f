"""Solving and refining, as often as it pays."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from canonpose.config_tables import from_table
from canonpose.datamodel import Capture
from canonpose.errors import InputError
from canonpose.lifter.trained import CARD, TrainedLifter, load_lifter
from canonpose.refining.config import RefineConfig
from canonpose.refining.refine import refine
from canonpose.refining.settling import settled
from canonpose.solving import Solved, solve
from canonpose.training.checkpoint import CHECKPOINT
from canonpose.training.config import TrainingConfig
from canonpose.training.samples import samples_of
from canonpose.training.session import Progress

STUDENT = "student"
"""Folders, in the run's, of students of the rounds before the last: "student-1" and so on."""
STAGES = ("refining", "refining again")
"""What progress is told of, in the first round and in those after it."""


class Unsolved(InputError):
    """The footage cannot be solved with the first lifter."""


@dataclass(frozen=True)
class Rounds:
    """A capture that is solved with a lifter, and a student trained on that, round by round.

    Where cameras stand still, one round is all there is: what is solved hardly depends on the
    lifter. Where they move it does, and is solved again with the student; unless that changes
    nothing, another student starts from there.
    """

    capture: Capture
    folder: Path | None
    """The run's."""
    training: TrainingConfig
    refining: RefineConfig
    resume: bool
    overwrite: bool
    device: str
    progress: Callable[[str, Progress], None]
    say: Callable[[str], None]

    @property
    def most(self) -> int:
        """How many rounds there may be."""
        return 1 if self.capture.static_cameras else self.refining.rounds

    def run(
        self, first: TrainedLifter, name: str, known: TrainedLifter | None = None
    ) -> TrainedLifter:
        """The last student.

        Parameters
        ----------
        first : TrainedLifter
        name : str
            What cards call it.
        known : TrainedLifter, optional
            That no student is to forget, as in `canonpose.refine`.

        Raises
        ------
        Unsolved
            If the first lifter does not solve the footage.
        """
        done = self._finished() if self.resume else 0
        lifter, before = first, None
        if done and (folder := self._folder(done)) is not None:
            lifter = checked_lifter(folder, self.capture, self.training)
        while done < self.most:
            try:
                solved = solve(self.capture, lifter, device=self.device, say=self.say)
                as_before = before is not None and settled(before, solved, self.capture)
            except InputError as error:
                if not done:
                    raise Unsolved(str(error)) from error
                return self._promoted(lifter, done)
            if as_before:
                self.say("solved as before")
                return self._promoted(lifter, done)
            called = f"{STUDENT}-{done}" if done else name
            lifter = self._student(lifter, solved, known, called, done + 1)
            done, before = done + 1, solved
        return lifter

    def _student(
        self,
        lifter: TrainedLifter,
        solved: Solved,
        known: TrainedLifter | None,
        name: str,
        number: int,
    ) -> TrainedLifter:
        """The student of a round, who starts from a lifter of some name."""
        folder = self._folder(number)
        return refine(
            self.capture,
            lifter,
            folder,
            self.refining,
            solved=solved,
            known=known,
            training=self.training,
            name=name,
            resume=self.resume and folder is not None and (folder / CHECKPOINT).exists(),
            overwrite=self.overwrite,
            device=self.device,
            progress=partial(self.progress, STAGES[number > 1]),
        )

    def _folder(self, number: int) -> Path | None:
        """Where the student of a round is written; that of the last possible is the run's."""
        if self.folder is None or number == self.most:
            return self.folder
        return self.folder / f"{STUDENT}-{number}"

    def _finished(self) -> int:
        """How many rounds before the last are behind."""
        done = 0
        while done + 1 < self.most and (folder := self._folder(done + 1)) is not None:
            if not (folder / CARD).exists() or (folder / CHECKPOINT).exists():
                break
            done += 1
        return done

    def _promoted(self, lifter: TrainedLifter, number: int) -> TrainedLifter:
        """The student of a round that turned out to be the last, moved into the run's folder."""
        folder = self._folder(number)
        if self.folder is not None and folder is not None:
            # The card last: with it the training is finished.
            for file in sorted(folder.iterdir(), key=lambda file: file.name == CARD):
                file.replace(self.folder / file.name)
            folder.rmdir()
        return lifter


def checked_lifter(folder: Path, capture: Capture, config: TrainingConfig) -> TrainedLifter:
    """The lifter of a finished stage.

    Raises
    ------
    InputError
        If it was trained on other footage, or otherwise.
    """
    lifter = load_lifter(folder)
    other = [
        what
        for what, differs in (
            ("settings", from_table(TrainingConfig, lifter.training) != config),
            ("footage", lifter.provenance.get("data") != samples_of(capture).fingerprint()),
        )
        if differs
    ]
    if other:
        raise InputError(
            f"{folder}: was trained with other {' and '.join(other)}; resume with what it was "
            f"trained with, or start anew with --overwrite."
        )
    return lifter
