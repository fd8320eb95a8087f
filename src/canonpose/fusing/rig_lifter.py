"""Which lifter goes with a rig: the one that solved it, as long as it is there."""

from pathlib import Path

from canonpose.errors import InputError
from canonpose.fusing.rig import read_facts, solved_folder
from canonpose.lifter.naming import PRETRAINED, pretrained_folder
from canonpose.lifter.trained import CARD, FILES
from canonpose.solving.files import LIFTER


def lifter_of_rig(path: str | Path) -> tuple[str, str]:
    """The lifter to lift by, and a sentence where it is another than the one that solved the rig.

    Parameters
    ----------
    path : path
        What `read_rig` read.

    Returns
    -------
    name : str
        For `canonpose.lifter.pretrained.lifter_named`. Where it is not known which lifter solved
        the rig, or that is gone, the one that solving trained, else the pretrained one.
    instead : str
        Empty where the one that solved it is there, or it is not known.

    Raises
    ------
    InputError
        If what solving wrote of the rig is damaged.
    """
    solved = solved_folder(Path(path))
    if solved is None:
        return PRETRAINED, ""
    trained = solved / LIFTER
    name = str(trained) if (trained / CARD).exists() else PRETRAINED
    by = read_facts(solved).get(LIFTER)
    if by is None:  # as of earlier versions
        return name, ""
    # By the hash: what lies where it was may be another by now.
    for place in (trained, solved / by["folder"]):
        if _weights(place) == by["weights"]:
            return str(place), ""
    if _weights(pretrained_folder()) == by["weights"]:
        return PRETRAINED, ""
    return name, (
        f"{solved}: was solved by the lifter {by['folder']}, which is not there any more or has "
        f"been trained anew; lifted by {name} instead, unless -m names another."
    )


def _weights(folder: Path) -> str | None:
    """The hash of a lifter's weights; None where there is none."""
    try:
        return FILES.weights_hash(folder)
    except InputError:
        return None
