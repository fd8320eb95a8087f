import json
from dataclasses import dataclass, replace

import pytest
import torch

from canonpose.errors import InputError
from canonpose.network_files import NetworkFiles


@dataclass(frozen=True)
class Tiny:
    network: torch.nn.Linear

    def to_card(self):
        return {"inputs": self.network.in_features}

    @classmethod
    def from_card(cls, card):
        return cls(torch.nn.Linear(card["inputs"], 1))


FILES = NetworkFiles(
    Tiny.from_card, "tiny", kind="tiny network", version=3, made_by="canonpose tiny -o"
)


@pytest.fixture
def written(tmp_path):
    network = torch.nn.Linear(4, 1)
    FILES.save(Tiny(network), tmp_path / "run")
    return tmp_path / "run", network


def test_what_is_read_is_what_was_written(written):
    folder, network = written
    read = FILES.load(folder).network
    assert not read.training
    assert all(torch.equal(read.state_dict()[name], w) for name, w in network.state_dict().items())


def test_names_and_format(written):
    folder, _ = written
    assert sorted(path.name for path in folder.iterdir()) == ["tiny.json", "tiny.safetensors"]
    card = json.loads((folder / "tiny.json").read_text())
    assert (card["format"], card["format_version"]) == ("canonpose-tiny-network", 3)


def test_another_kind_is_foreign(written):
    folder, _ = written
    other = replace(FILES, kind="giant", made_by="canonpose giant -o")
    with pytest.raises(InputError, match=r"tiny\.json: is not a canonpose giant; .* giant -o"):
        other.load(folder)


def test_a_card_that_describes_nothing_is_damaged(written):
    folder, _ = written
    path = folder / "tiny.json"
    path.write_text(path.read_text().replace('"inputs"', '"outputs"'))
    with pytest.raises(InputError, match=r"tiny\.json: is damaged \('inputs'\)"):
        FILES.load(folder)


def test_an_empty_folder_holds_none(tmp_path):
    with pytest.raises(InputError, match=r"holds no trained tiny network .* `canonpose tiny -o`"):
        FILES.load(tmp_path)


def test_one_that_belongs_to_a_lifter_is_read_over_it_alone(written, tmp_path):
    _, network = written
    assert FILES.load_over(tmp_path, "abc") is None
    FILES.save(Tiny(network), tmp_path, lifter="abc")
    assert FILES.load_over(tmp_path, "abcd") is None
    assert torch.equal(FILES.load_over(tmp_path, "abc").network.weight, network.weight)
