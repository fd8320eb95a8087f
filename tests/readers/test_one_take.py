import numpy as np

from canonpose.readers.one_take import moments_of_frames, read_take
from synthetic_files import body, view, write_npz

SUBJECT = body(40, seed=0)


def test_moments_of_frames_are_told_without_reading_the_files_again(tmp_path):
    late = 7
    for camera, yaw, before in (("c0", 0, 0), ("c1", 60, late)):
        seen = view(SUBJECT, yaw)
        seen = np.concatenate([np.repeat(seen[:1], before, axis=0), seen])
        write_npz(tmp_path / f"{camera}.npz", seen)
    (tmp_path / "capture.toml").write_text(f"[offsets]\nc1 = {late}\n")
    take = read_take([tmp_path])
    for file in tmp_path.glob("*.npz"):
        file.unlink()
    moments = moments_of_frames(take)
    assert moments["c0"].tolist() == list(range(40))
    assert moments["c1"].tolist() == [-1] * late + list(range(40))
