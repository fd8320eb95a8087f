"""The example of docs/deployment.md runs."""

import re
from pathlib import Path

import numpy as np

from canonpose.deployment.export import export_onnx

PAGE = Path(__file__).parents[2] / "docs" / "deployment.md"


def test_the_example_for_onnxruntime(tmp_path, monkeypatch):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    export_onnx("pretrained", tmp_path / "lifter.onnx", precision="int8")
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(example, names)
    assert np.isfinite(names["positions"]).all()
    assert names["positions"].shape == (5, len(names["joints"]), 3)
