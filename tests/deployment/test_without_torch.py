"""What may not import PyTorch."""

import subprocess
import sys

import numpy as np

from canonpose.skeleton import layout
from synthetic_people import RING3, bodies, keypoints, turning, write_npz

LIFTING = """
import sys
from canonpose.cli.main import main
code = main(["lift", sys.argv[1], "-o", sys.argv[2], "--runtime", "onnx"])
print(code, sorted({"torch", "scipy", "matplotlib", "onnx"} & set(sys.modules)))
"""


def python(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True
    )
    return done.stdout + done.stderr


def test_lifting_by_onnx(tmp_path):
    skeleton = layout("coco17")
    seen = RING3.see(turning(bodies(5, skeleton)))[:, 0]
    write_npz(keypoints(seen, skeleton, "c01"), tmp_path / "c01.npz")
    said = python(LIFTING, tmp_path / "c01.npz", tmp_path / "out.npz")
    assert said.splitlines()[-1] == "0 []", said
    with np.load(tmp_path / "out.npz") as poses:
        assert np.isfinite(poses["positions"]).all()


def test_importing_canonpose():
    assert python("import canonpose, sys; print('torch' in sys.modules)").strip() == "False"


def test_lifting_by_torch_needs_no_compiler():
    code = "import canonpose.inference, sys; print('torch._dynamo' in sys.modules)"
    assert python(code).strip() == "False"
