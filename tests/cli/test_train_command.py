import json

import numpy as np
import pytest

from canonpose.cli import train as train_command
from canonpose.cli.main import main
from canonpose.config_tables import from_table, to_table
from canonpose.errors import InputError
from canonpose.exporters.captures import write_capture as write_exported
from canonpose.exporters.npz import load_poses
from canonpose.lifter import load_lifter
from canonpose.lifter.temporal import own_temporal
from canonpose.refining import rounds
from canonpose.temporal import stage
from canonpose.training import TrainingConfig, preset
from refining.scenes import solution_of
from solving.rigs import scene
from synthetic_people import capture, write_capture

SHORT = ["--lifter.width", "8", "--epochs", "1", "--device", "cpu"]


@pytest.fixture
def footage(tmp_path):
    return str(write_capture(capture(20)[0], tmp_path / "footage"))


@pytest.mark.filterwarnings("ignore")
class TestTrain:
    def card(self, tmp_path, footage, *options):
        run = tmp_path / "run"
        assert main(["train", footage, "-o", str(run), *SHORT, *options]) == 0
        return json.loads((run / "lifter.json").read_text())

    @pytest.mark.parametrize("name", ["fast", "moving", "released", "paper"])
    @pytest.mark.parametrize("joined", [False, True])
    def test_preset(self, tmp_path, footage, name, joined):
        options = [f"--preset={name}"] if joined else ["--preset", name]
        assert self.card(tmp_path, footage, *options)["training"] == self.short(name)

    def short(self, name):
        wanted = to_table(preset(name, epochs=1, min_steps=0))
        wanted["lifter"]["width"] = 8
        return wanted

    def test_the_preset_follows_from_the_cameras_where_none_is_named(self, tmp_path, footage):
        assert self.card(tmp_path, footage)["training"] == self.short("moving")
        static = self.card(tmp_path, footage, "--static-cameras", "--overwrite")
        assert static["training"] == self.short("fast")

    def test_overrides(self, tmp_path, footage):
        options = ["--batch", "7", "--seed", "5", "--learning-rate", "2e-4", "--loss.weight-view"]
        card = self.card(tmp_path, footage, *options, "0.5", "--augmentation.rotation", "3")
        made = from_table(TrainingConfig, card["training"])
        assert (made.batch, made.seed, made.learning_rate) == (7, 5, 2e-4)
        assert (made.loss.weight_view, made.augmentation.rotation) == (0.5, 3.0)
        assert made.augmentation.flip == preset("fast").augmentation.flip
        assert load_lifter(tmp_path / "run").network.config.width == 8

    @pytest.mark.parametrize("cameras", ["--static-cameras", "--moving-cameras"])
    @pytest.mark.parametrize("on", [True, False])
    def test_settings_are_switched_on_or_off_whatever_the_preset_has(
        self, tmp_path, footage, cameras, on
    ):
        switches = [f"--loss.{'' if on else 'no-'}camera-moving"]
        switches += [f"--augmentation.{'' if on else 'no-'}flip"]
        made = self.card(tmp_path, footage, cameras, *switches)["training"]
        assert (made["loss"]["camera_moving"], made["augmentation"]["flip"]) == (on, on)

    def test_cameras(self, tmp_path, footage):
        card = self.card(tmp_path, footage, "--cameras", "c2, c0")
        assert card["provenance"]["cameras"] == ["c2", "c0"]

    @pytest.mark.parametrize(
        ("options", "toml", "static"),
        [
            ([], None, False),
            (["--static-cameras"], None, True),
            ([], "true", True),
            (["--moving-cameras"], "true", False),
            (["--static-cameras"], "true", True),
        ],
    )
    def test_static_cameras(self, tmp_path, footage, options, toml, static, capsys):
        if toml:
            (tmp_path / "footage" / "capture.toml").write_text(f"static_cameras = {toml}")
        card = self.card(tmp_path, footage, *options)
        assert card["provenance"]["static_cameras"] is static
        told = "--static-cameras" in capsys.readouterr().out
        assert told == (not options and toml is None)

    def test_what_it_says_at_the_end(self, tmp_path, footage, capsys):
        self.card(tmp_path, footage)
        said = capsys.readouterr().out
        assert "20 samples, 1 epochs" in said
        assert "chirality: " in said
        assert f"trained lifter: {tmp_path / 'run'}" in said


@pytest.mark.filterwarnings("ignore")
class TestRefine:
    OPTIONS = ("--refine", "--refining.epochs", "1", "--refining.min-steps", "0")

    def test_the_student_is_trained_on_what_was_solved(self, tmp_path, capsys, monkeypatch):
        shown = scene(frames=20)
        monkeypatch.setattr(rounds, "solve", lambda *args, **more: solution_of(shown))
        write_exported(shown.capture, tmp_path / "footage")
        run = tmp_path / "run"
        arguments = ["train", str(tmp_path / "footage"), "-o", str(run), *SHORT, *self.OPTIONS]
        assert main([*arguments, "--static-cameras"]) == 0
        assert "started from self-supervised" in capsys.readouterr().out
        card = json.loads((run / "lifter.json").read_text())
        assert card["provenance"]["refined"]["settings"]["epochs"] == 1
        assert (run / "self-supervised" / "lifter.json").exists()


class TestDefaultRecipe:
    """Self-supervised, then refined, where nothing is said that speaks against it."""

    STATIC = ("--static-cameras",)

    @pytest.fixture
    def stages(self, tmp_path, footage, monkeypatch):
        """Which function trains, asked without any training."""
        done = []

        def instead(name):
            def stop(*_):
                done.append(name)
                raise InputError("enough")

            return stop

        monkeypatch.setattr(train_command, "refined", instead("refined"))
        monkeypatch.setattr(train_command, "trained", instead("trained"))

        def ask(*options):
            assert main(["train", footage, "-o", str(tmp_path / "run"), *options]) == 2
            return done.pop()

        return ask

    @pytest.mark.parametrize(
        ("options", "which"),
        [
            (STATIC, "refined"),
            ((*STATIC, "--no-refine"), "trained"),
            ((*STATIC, "--seed", "3", "--lifter.width", "64"), "refined"),
            ((*STATIC, "--epochs", "20"), "trained"),
            ((*STATIC, "--epochs", "5", "--refine"), "refined"),
            ((*STATIC, "--preset", "fast"), "trained"),
            ((*STATIC, "--preset", "released"), "trained"),
            ((*STATIC, "--preset", "released", "--refine"), "refined"),
            ((), "refined"),
            (("--moving-cameras",), "refined"),
            (("--moving-cameras", "--preset", "moving"), "trained"),
            (("--moving-cameras", "--min-steps", "900"), "trained"),
            (("--refine",), "refined"),
        ],
    )
    def test_what_is_said_decides(self, stages, options, which):
        assert stages(*options) == which

    @pytest.mark.parametrize(
        ("there", "which"),
        [
            ((), "refined"),
            (("checkpoint.safetensors",), "trained"),
            (("lifter.json",), "trained"),
            (("checkpoint.safetensors", "self-supervised"), "refined"),
        ],
    )
    def test_what_is_resumed_goes_on_as_it_was_begun(self, tmp_path, stages, there, which):
        for name in there:
            (tmp_path / "run" / name).mkdir(parents=True)
        assert stages(*self.STATIC, "--resume") == which

    def test_packed_footage_is_not_refined(self, tmp_path, footage, monkeypatch):
        store = str(tmp_path / "store")
        assert main(["pack", footage, "-o", store, "--static-cameras"]) == 0
        monkeypatch.setattr(train_command, "trained", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            main(["train", store, "-o", str(tmp_path / "run")])

    def test_both_contradict(self, tmp_path, footage, capsys):
        run = tmp_path / "run"
        assert main(["train", footage, "-o", str(run), "--refine", "--no-refine"]) == 2
        assert "contradict" in capsys.readouterr().err
        assert not run.exists()


@pytest.mark.parametrize("option", ["--temporal.seed", "--temporal.shape.window"])
def test_what_another_option_overrules_is_refused(tmp_path, footage, capsys, option):
    run = tmp_path / "run"
    assert main(["train", footage, "-o", str(run), "--window", "9", option, "27"]) == 2
    assert f"{option}: is what --" in capsys.readouterr().err
    assert not run.exists()


@pytest.mark.filterwarnings("ignore")
class TestWindow:
    FEW = ("--temporal.rounds", "1", "--temporal.cameras", "1", "--static-cameras")

    @pytest.fixture
    def arguments(self, tmp_path, monkeypatch):
        shown = scene(frames=20)
        monkeypatch.setattr(stage, "solve", lambda *args, **more: solution_of(shown))
        write_exported(shown.capture, tmp_path / "footage")
        footage, run = str(tmp_path / "footage"), str(tmp_path / "run")
        return ["train", footage, "-o", run, *SHORT, *self.FEW]

    def lifted(self, tmp_path, *options):
        out = tmp_path / "out.npz"
        view = next((tmp_path / "footage").glob("*/c1.*"))
        assert main(["lift", str(view), "-o", str(out), "-m", str(tmp_path / "run"), *options]) == 0
        return load_poses(out).positions

    def test_lift_uses_it(self, tmp_path, arguments):
        assert main([*arguments, "--window", "9"]) == 0
        assert own_temporal(tmp_path / "run").network.config.window == 9
        alone = self.lifted(tmp_path, "--single-frame")
        assert not np.allclose(self.lifted(tmp_path), alone)
        assert self.lifted(tmp_path, "--single-frame") == pytest.approx(alone)

    def test_it_can_be_added_to_a_finished_training(self, tmp_path, arguments):
        assert main(arguments) == 0
        before = (tmp_path / "run" / "lifter.safetensors").read_bytes()
        assert main([*arguments, "--window", "9"]) == 2
        assert main([*arguments, "--window", "9", "--resume"]) == 0
        assert own_temporal(tmp_path / "run") is not None
        assert (tmp_path / "run" / "lifter.safetensors").read_bytes() == before

    def test_of_other_footage_it_is_refused(self, arguments, capsys):
        assert main(arguments) == 0
        fewer = [*arguments, "--cameras", "c0,c1", "--window", "9", "--resume"]
        assert main(fewer) == 2
        assert "trained on other footage" in capsys.readouterr().err

    def test_another_lifter_in_its_place_has_none(self, tmp_path, arguments):
        assert main([*arguments, "--window", "9"]) == 0
        assert main([*arguments, "--overwrite", "--seed", "1"]) == 0
        assert own_temporal(tmp_path / "run") is None

    def test_an_odd_window_is_refused_before_anything_is_trained(self, tmp_path, arguments, capsys):
        assert main([*arguments, "--window", "10"]) == 2
        assert "choose 9, 27" in capsys.readouterr().err
        assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [(TestRefine.OPTIONS, "the lifter is not refined"), (("--window", "9"), "no temporal lifter")],
)
def test_what_cannot_be_solved_is_not_refined_and_it_says_so(
    tmp_path, footage, monkeypatch, capsys, options, says
):
    def refuse(*args, **more):
        raise InputError("all cameras look along one line.")

    monkeypatch.setattr(rounds, "solve", refuse)
    monkeypatch.setattr(stage, "solve", refuse)
    run = tmp_path / "run"
    arguments = ["train", footage, "-o", str(run), *SHORT, *options, "--moving-cameras"]
    assert main(arguments) == 0
    said, warned = capsys.readouterr()
    assert says in " ".join(warned.split())
    assert "None" not in said  # no bar of what was not trained
    card = json.loads((run / "lifter.json").read_text())
    assert ("not_refined" in card["provenance"]) == ("--refine" in options)
    assert own_temporal(run) is None


@pytest.mark.filterwarnings("ignore")
def test_moving_cameras_are_solved_refined_and_learned_over_time(tmp_path):
    """From end to end, short; the lifter starts from the pretrained one, which can solve them."""
    shown = scene(frames=30)
    write_exported(shown.capture, tmp_path / "footage")
    run = tmp_path / "run"
    options = [*TestRefine.OPTIONS, "--window", "9", "--temporal.rounds", "1"]
    arguments = ["train", str(tmp_path / "footage"), "-o", str(run), "--lifter.width", "512"]
    short = ["--epochs", "1", "--device", "cpu"]
    assert main([*arguments, *short, *options, "--moving-cameras"]) == 0
    card = json.loads((run / "lifter.json").read_text())["provenance"]
    assert card["refined"]["labelled_share"] > 0.5 and card["static_cameras"] is False
    assert own_temporal(run).network.config.window == 9


def test_static_and_moving_contradict(tmp_path, footage, capsys):
    run = tmp_path / "run"
    options = ["--static-cameras", "--moving-cameras"]
    assert main(["train", footage, "-o", str(run), *SHORT, *options]) == 2
    assert "contradict" in capsys.readouterr().err
    assert not run.exists()


@pytest.mark.filterwarnings("ignore")
def test_a_finished_run_is_kept(tmp_path, footage, capsys):
    arguments = ["train", footage, "-o", str(tmp_path / "run"), *SHORT]
    assert main(arguments) == 0
    capsys.readouterr()
    assert main(arguments) == 2
    said, refused = capsys.readouterr()
    assert "run: holds a finished training" in refused
    assert "training" not in said  # no bar of what did not begin
    assert main([*arguments, "--overwrite"]) == 0


def test_bad_settings(tmp_path, footage, capsys):
    assert main(["train", footage, "-o", str(tmp_path / "run"), *SHORT, "--batch", "0"]) == 2
    assert "batch must be at least 1" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("content", "says"), [(b"PK\x03\x04 cut", "truncated"), (b"\x80\x04K\x01.", "pickle")]
)
def test_a_bad_file_is_named(tmp_path, footage, capsys, content, says):
    (tmp_path / "footage" / "t0" / "c1.npz").write_bytes(content)
    assert main(["train", footage, "-o", str(tmp_path / "run"), *SHORT]) == 2
    said = capsys.readouterr().err
    assert "t0/c1.npz: " in said
    assert says in said
    assert not (tmp_path / "run").exists()


@pytest.mark.filterwarnings("ignore")
def test_lift_says_how_much_it_lifted(tmp_path, footage, capsys):
    run, out = tmp_path / "run", tmp_path / "out.npz"
    assert main(["train", footage, "-o", str(run), *SHORT]) == 0
    view = f"{footage}/t0/c1.npz"
    options = ["-m", str(run), "-o", str(out), "--device", "cpu"]
    assert main(["lift", view, *options, "--subject-height", "1.78"]) == 0
    assert "20 of 20 frames lifted, in units of m" in capsys.readouterr().out
    assert out.exists()
    out.unlink()
    assert main(["lift", view, *options, "--subject-height", "-1"]) == 2
    assert "height" in capsys.readouterr().err
    assert not out.exists()
