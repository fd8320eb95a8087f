import json
from dataclasses import dataclass

import pytest
import torch

from canonpose.errors import InputError
from canonpose.network_files import NetworkFiles

FILES = NetworkFiles("tiny", kind="tiny network", version=3, made_by="canonpose tiny -o")


@dataclass(frozen=True)
class Tiny:
    network: torch.nn.Module


def described(card):
    return Tiny(torch.nn.Linear(card["inputs"], 1))


@pytest.fixture
def written(tmp_path):
    network = torch.nn.Linear(4, 1)
    FILES.write(tmp_path / "run", network, {"inputs": 4})
    return tmp_path / "run", network


def test_what_is_read_is_what_was_written(written):
    folder, network = written
    read = FILES.read(folder, described).network
    assert not read.training
    assert all(torch.equal(read.state_dict()[name], w) for name, w in network.state_dict().items())


def test_names_and_format(written):
    folder, _ = written
    assert sorted(path.name for path in folder.iterdir()) == ["tiny.json", "tiny.safetensors"]
    card = json.loads((folder / "tiny.json").read_text())
    assert (card["format"], card["format_version"]) == ("canonpose-tiny-network", 3)


def test_another_kind_is_foreign(written):
    folder, _ = written
    other = NetworkFiles("tiny", kind="giant", version=3, made_by="canonpose giant -o")
    with pytest.raises(InputError, match=r"tiny\.json: is not a canonpose giant; .* giant -o"):
        other.read(folder, described)


def test_a_card_that_describes_nothing_is_damaged(written):
    folder, _ = written
    with pytest.raises(InputError, match=r"tiny\.json: is damaged \('outputs'\)"):
        FILES.read(folder, lambda card: Tiny(torch.nn.Linear(4, card["outputs"])))


def test_an_empty_folder_holds_none(tmp_path):
    with pytest.raises(InputError, match=r"holds no trained tiny network .* `canonpose tiny -o`"):
        FILES.read(tmp_path, described)
