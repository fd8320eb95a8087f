import sys

import numpy as np
import pytest
import torch

from canonpose.cli.main import main
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter, save_lifter
from canonpose.skeleton import layout
from synthetic_people import RING3, bodies, keypoints, turning, write_npz

COCO = layout("coco17")


@pytest.fixture
def run(tmp_path):
    torch.manual_seed(0)
    save_lifter(TrainedLifter(Lifter(len(COCO), LifterConfig(width=32)), COCO), tmp_path / "run")
    pixels = RING3.see(turning(bodies(5, COCO)))[:, 0]
    write_npz(keypoints(pixels, COCO, "c01"), tmp_path / "c01.npz")
    return tmp_path / "run"


def lifted(run, *options):
    out = run.parent / "out.npz"
    assert main(["lift", str(run.parent / "c01.npz"), "-o", str(out), *map(str, options)]) == 0
    with np.load(out) as poses:
        return {name: poses[name] for name in poses.files}


def test_exported_and_lifted(run, capsys):
    assert main(["export", str(run), "-o", str(run / "lifter.onnx")]) == 0
    assert "fp32" in capsys.readouterr().out
    options = ("-m", run, "--subject-height", "1.8")
    by_torch = lifted(run, *options, "--device", "cpu", "--single-frame")
    by_onnx = lifted(run, *options, "--runtime", "onnx")
    assert by_torch.keys() == by_onnx.keys()
    for name, value in by_torch.items():
        if value.dtype.kind == "f":
            np.testing.assert_allclose(by_onnx[name], value, atol=1e-4)
        else:
            np.testing.assert_array_equal(by_onnx[name], value)


@pytest.mark.parametrize("name", ["lifter.safetensors", "lifter.json", "temporal.json"])
def test_a_training_is_not_written_over(name, run, capsys):
    (run / "temporal.json").write_text("{}")
    before = (run / name).read_bytes()
    assert main(["export", str(run), "-o", str(run / name)]) == 2
    assert f"{name}: would be written over" in capsys.readouterr().err
    assert (run / name).read_bytes() == before


def test_an_earlier_export_is_replaced(run):
    for path in (run / "lifter.onnx", run / "small.onnx"):
        path.write_text("earlier")
        assert main(["export", str(run), "-o", str(path)]) == 0
        assert path.stat().st_size > 1000


@pytest.mark.parametrize("precision", ["fp16", "int8"])
def test_smaller_files(precision, run, tmp_path):
    paths = {kept: tmp_path / f"{kept}.onnx" for kept in ("fp32", precision)}
    for kept, path in paths.items():
        assert main(["export", str(run), "-o", str(path), "--precision", kept]) == 0
    exact, other = (
        lifted(run, "-m", path, "--runtime", "onnx")["positions"] for path in paths.values()
    )
    assert 0 < np.abs(other - exact).max() < 0.1
    weights = [path.stat().st_size for path in paths.values()]
    assert weights[1] < weights[0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-m", "run", "--runtime", "onnx"], "holds no lifter.onnx; write it with"),
        (["-m", "run", "--runtime", "onnx", "--device", "cuda"], "computes on the CPU"),
        (["-m", "c01.onnx"], "add --runtime onnx"),
        (["-m", "none.onnx", "--runtime", "onnx"], "none.onnx: cannot be read"),
        (["-m", "text.onnx", "--runtime", "onnx"], "text.onnx: cannot be run"),
    ],
)
def test_what_cannot_be_lifted_with(arguments, says, run, monkeypatch, capsys):
    monkeypatch.chdir(run.parent)
    (run.parent / "text.onnx").write_text("text")
    assert main(["lift", "c01.npz", "-o", "out.npz", *arguments]) == 2
    assert says in " ".join(capsys.readouterr().err.split())


def test_another_network_is_refused(run, capsys):
    import onnx
    from onnx import TensorProto, helper

    info = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    same = helper.make_node("Identity", ["x"], ["y"])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph([same], "g", [info], [out])
    opset = [helper.make_opsetid("", 21)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), run / "lifter.onnx")
    arguments = ["lift", str(run.parent / "c01.npz"), "-o", "out.npz", "-m", str(run)]
    assert main([*arguments, "--runtime", "onnx"]) == 2
    assert "no lifter" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("package", "arguments", "says"),
    [
        ("onnx", ["export", "pretrained", "-o", "a.onnx"], "pip install 'canonpose[onnx]'"),
        ("onnxruntime", ["lift", "c01.npz", "-o", "b.npz", "--runtime", "onnx"],
         "pip install onnxruntime"),
    ],
)  # fmt: skip
def test_missing_packages(package, arguments, says, run, monkeypatch, capsys):
    monkeypatch.chdir(run.parent)
    monkeypatch.setitem(sys.modules, package, None)
    for name in [name for name in sys.modules if name.startswith("canonpose.deployment")]:
        monkeypatch.delitem(sys.modules, name)
    assert main(arguments) == 2
    assert says in " ".join(capsys.readouterr().err.split())
