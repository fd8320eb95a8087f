import pytest

from canonpose.errors import InputError
from canonpose.folders import check_free, new_folder


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
