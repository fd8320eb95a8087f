import pytest

from canonpose.errors import InputError
from canonpose.files import read_text


def test_text_less_the_mark_that_some_editors_begin_it_with(tmp_path):
    path = tmp_path / "list.txt"
    for encoding in ("utf-8", "utf-8-sig"):
        path.write_text("Zoë.mp4\n", encoding)
        assert read_text(path, "") == "Zoë.mp4\n"


def test_what_is_no_text_is_refused(tmp_path):
    path = tmp_path / "list.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"list\.txt: is no text; write one path a line\.$"):
        read_text(path, "is no text; write one path a line")
    with pytest.raises(InputError, match=r"gone: cannot be read .*; check the path"):
        read_text(tmp_path / "gone", "is no text")
