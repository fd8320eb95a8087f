from pathlib import Path

import pytest

from canonpose.corpus.inputs import (
    Source,
    cameras_inside,
    check_names,
    find_sources,
    videos_inside,
)
from canonpose.errors import InputError


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a/cam1.mp4", "a/cam2.mp4", "a/cam2.npz", "a/deep/er/cam1.MOV", "b/cam1.mp4"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()
    for hidden in ("a/.canonpose/cam1.npz", "a/.cam3.mp4", "b/notes.txt"):
        Path(hidden).parent.mkdir(exist_ok=True)
        Path(hidden).touch()
    poses = Path("b/pose_json")
    poses.mkdir()
    (poses / "cam9_000000000001_keypoints.json").write_text('{"people": []}')
    return tmp_path


def written(sources):
    return {str(source.path): str(source.written) for source in sources}


def test_videos_in_folders(corpus):
    assert written(find_sources([Path("a"), Path("b")], videos_inside, "video")) == {
        "a/cam1.mp4": "cam1.npz",
        "a/cam2.mp4": "cam2.npz",
        "a/deep/er/cam1.MOV": "deep/er/cam1.npz",
        "b/cam1.mp4": "cam1.npz",
    }


def test_cameras_in_folders(corpus):
    assert written(find_sources([Path(".")], cameras_inside, "camera")) == {
        "a/cam1.mp4": "a/cam1.npz",
        "a/cam2.npz": "a/cam2.npz",
        "a/deep/er/cam1.MOV": "a/deep/er/cam1.npz",
        "b/cam1.mp4": "b/cam1.npz",
        "b/pose_json": "b/pose.npz",
    }


def test_the_folder_that_is_written_to_is_left_out(corpus):
    found = find_sources([Path(".")], cameras_inside, "camera", leave_out=Path("b"))
    assert all(source.path.parts[0] == "a" for source in found)


def test_folders_that_hold_themselves(corpus):
    Path("b/up").symlink_to(corpus, target_is_directory=True)
    found = find_sources([Path("b")], videos_inside, "video")
    assert len(found) == 4
    assert len({source.path.resolve() for source in found}) == 4


def test_patterns_and_lists_keep_their_folders(corpus):
    names = {"a/cam1.mp4": "a/cam1.npz", "b/cam1.mp4": "b/cam1.npz"}
    assert written(find_sources([Path("*/cam1.mp4")], videos_inside, "video")) == names
    Path("list.txt").write_text("# two\na/cam1.mp4\n\nb/cam1.mp4\n")
    listed = find_sources([], videos_inside, "video", listed=Path("list.txt"))
    assert written(listed) == names
    check_names(listed)


def test_a_list_does_not_lead_out_of_the_folder_that_is_written_to(corpus, monkeypatch):
    monkeypatch.chdir("a")
    Path("list.txt").write_text("cam1.mp4\n../b/cam1.mp4\n")
    listed = find_sources([], videos_inside, "video", listed=Path("list.txt"))
    assert written(listed) == {"cam1.mp4": "a/cam1.npz", "../b/cam1.mp4": "b/cam1.npz"}


def test_results_do_not_match_a_pattern_unless_they_alone_do(corpus):
    found = find_sources([Path("**/cam1.*")], cameras_inside, "camera", leave_out=Path("b"))
    assert all(source.path.parts[0] == "a" for source in found)
    assert len(find_sources([Path("b/*.mp4")], cameras_inside, "camera", leave_out=Path("b"))) == 1


def test_each_file_counts_once(corpus):
    paths = [Path("a/cam1.mp4"), Path("a"), Path("a/../a/cam1.mp4"), Path("**/cam1.mp4")]
    assert len(find_sources(paths, videos_inside, "video")) == 4


def test_patterns_without_files(corpus):
    with pytest.raises(InputError, match="no video has such a name"):
        find_sources([Path("nowhere/*.mp4")], videos_inside, "video")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "names no file"),
        (b"\xff\xfe\x00", "is no text"),
        (b"/a/b.mp4\nc.mp4", "some paths of the list are relative"),
    ],
)
def test_bad_lists(corpus, content, said):
    Path("list.txt").write_bytes(content)
    with pytest.raises(InputError, match=said):
        find_sources([], videos_inside, "video", listed=Path("list.txt"))
    with pytest.raises(InputError, match="cannot be read"):
        find_sources([], videos_inside, "video", listed=Path("missing.txt"))


def test_two_files_for_one_name():
    sources = [Source(Path(f"{folder}/cam.mp4"), Path("cam.npz")) for folder in "ab"]
    with pytest.raises(InputError, match=r"b/cam.mp4 and a/cam.mp4 would both be written to cam"):
        check_names(sources)
