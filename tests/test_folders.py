from pathlib import Path

import pytest

from canonpose.errors import InputError
from canonpose.folders import check_free, check_not_over, new_folder


def test_a_new_folder_is_there_at_the_end_and_alone(tmp_path):
    with new_folder(tmp_path / "a" / "out") as temporary:
        (temporary / "file").write_text("text")
        assert not (tmp_path / "a" / "out").exists()
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["out"]
    assert (tmp_path / "a" / "out" / "file").read_text() == "text"


@pytest.mark.parametrize(
    ("error", "raised"),
    [(OSError(28, "full"), InputError), (KeyboardInterrupt(), KeyboardInterrupt)],
)
def test_nothing_is_left_of_a_failure(tmp_path, error, raised):
    def fill():
        with new_folder(tmp_path / "out") as temporary:
            (temporary / "file").write_text("text")
            raise error

    with pytest.raises(raised):
        fill()
    assert not list(tmp_path.iterdir())


def test_only_what_is_empty_is_free(tmp_path):
    check_free(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    check_free(tmp_path / "empty")
    (tmp_path / "file").write_text("")
    for taken in (tmp_path, tmp_path / "file"):
        with pytest.raises(InputError, match="is there already; choose a new folder"):
            check_free(taken)


@pytest.mark.parametrize("target", ["a/cam2.npz", "b/../a/cam2.npz", "link/cam2.npz"])
def test_sources_are_not_written_over(tmp_path, monkeypatch, target):
    monkeypatch.chdir(tmp_path)
    for folder in ("a", "b"):
        Path(folder).mkdir()
    Path("link").symlink_to("a", target_is_directory=True)
    sources = [tmp_path / "a" / "cam1.mp4", tmp_path / "a" / "cam2.npz"]
    with pytest.raises(InputError, match=f"{target}: would be written over {sources[1]}"):
        check_not_over([Path(target)], sources)


def test_nothing_is_written_into_a_source(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="would be written into b/pose_json"):
        check_not_over([Path("b/pose_json/pose.npz")], [Path("b/pose_json")])
    check_not_over([Path("b/pose_json.npz"), Path("b/pose.npz")], [Path("b/pose_json")])
