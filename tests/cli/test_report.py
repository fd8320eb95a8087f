from canonpose.cli.main import main
from synthetic_files import body, view, write_npz


def test_the_page_does_not_go_over_poses(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_npz(tmp_path / "c01.npz", view(body(3, 0), 0))
    for name in ("left", "right"):
        assert main(["lift", "c01.npz", "-o", f"{name}.npz", "--device", "cpu"]) == 0
    before = (tmp_path / "right.npz").read_bytes()
    assert main(["report", "left.npz", "right.npz", "-o", "./right.npz"]) == 2
    assert "right.npz: would be written over right.npz" in capsys.readouterr().err
    assert (tmp_path / "right.npz").read_bytes() == before
    assert main(["report", "left.npz", "right.npz", "-o", "right.html"]) == 0
