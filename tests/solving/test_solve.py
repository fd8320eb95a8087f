import json
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

import canonpose.solving.lifted_views
from canonpose import training
from canonpose.cli.main import main
from canonpose.errors import InputError, InputWarning
from canonpose.exporters.captures import write_capture
from canonpose.fusing import read_rig
from canonpose.fusing.rig_lifter import lifter_of_rig
from canonpose.geometry.depth_mirror import mirrored_rotations
from canonpose.inference.body_scale import body_size
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter, save_lifter
from canonpose.metrics import p_mpjpe
from canonpose.readers.calibration import read_calibration
from canonpose.readers.reference import read_reference
from canonpose.skeleton import Skeleton
from canonpose.solving import Solved, solve, write_solved
from canonpose.solving.rig import solve_rig
from canonpose.solving.rotations import consensus_rotations
from solving.rigs import CONFIG, FOCAL, RING, SKELETON, errors_in_mm, rotation_errors, scene, solved
from synthetic_people import Ring


def lifter():
    """Stands for a trained one, whose place the scene's own `lift` takes."""
    return TrainedLifter(Lifter(len(SKELETON), LifterConfig(width=2)), SKELETON)


@pytest.fixture(scope="module")
def exact():
    shown = scene()
    return shown, solved(shown)


def test_exact_views_give_cameras_and_world_exactly(exact):
    shown, solution = exact
    rig = solution.rig
    assert rig.projection == "perspective"
    assert rotation_errors(rig, RING).max() < 0.05
    for camera in rig.cameras.values():
        assert camera.matrix[0, 0] == pytest.approx(FOCAL, rel=2e-3)
    assert max(errors_in_mm(solution, shown)) < 1
    assert solution.takes[0].valid.all()


def test_lengths_are_right_and_constant(exact):
    shown, solution = exact
    ends = SKELETON.bone_indices
    lengths, true = (
        np.linalg.norm(points[:, ends[:, 0]] - points[:, ends[:, 1]], axis=-1)
        for points in (solution.takes[0].positions, shown.worlds[0])
    )
    limbs = true.std(0) < 1e-3
    assert limbs.sum() > 5
    ratio = lengths[:, limbs] / true[:, limbs]
    assert ratio.std() < 1e-3
    # Metres come from the height by mean proportions; this person's are theirs.
    assert ratio.mean() == pytest.approx(1, abs=0.03)


def test_up_is_roughly_up_and_the_floor_is_below(exact):
    solution = exact[1]
    # The synthetic world is y down.
    ups = [turn @ np.array([0, 0, 1]) for turn in solution.rig.rotations.values()]
    true = [turn @ np.array([0, -1, 0]) for turn in RING.rotations]
    assert np.degrees(np.arccos(np.clip(np.sum(np.multiply(ups, true), 1), -1, 1))).max() < 15
    heights = solution.takes[0].positions[..., 2]
    assert -0.6 < np.nanmin(heights) < 0.2
    assert 1.2 < np.nanmax(heights) < 2.5


def test_the_canonical_gauge_does_not_matter(exact):
    shown, solution = exact
    turn = np.linalg.qr(np.random.default_rng(3).standard_normal((3, 3)))[0]
    turn *= np.linalg.det(turn)
    again = solved(shown, gauge=turn)
    np.testing.assert_allclose(again.takes[0].positions, solution.takes[0].positions, atol=2e-3)


def test_the_mirrored_world_costs_more(exact):
    votes = exact[1].rig.votes
    assert votes.mirrored_cost > 3 * votes.cost
    assert votes.perspective_tells and not votes.disagree and not votes.mirrored


def test_a_mirrored_lifter_is_turned_round():
    shown = scene()
    footage = shown.footage()
    lifted = replace(footage.lifted, rotations=mirrored_rotations(footage.lifted.rotations))
    solution = solve_rig(replace(footage, lifted=lifted), CONFIG, None, lambda sentence: None)
    assert solution.rig.votes.mirrored
    assert max(errors_in_mm(solution, shown)) < 1
    # Points alone, which anatomy cannot read, are un-mirrored by perspective.
    names = {joint: f"marker_{place}" for place, joint in enumerate(SKELETON.joints)}
    plain = Skeleton(
        "markers",
        tuple(names.values()),
        names[SKELETON.root],
        {names[a]: names[b] for a, b in SKELETON.parents.items()},
        {names[a]: tuple(names[b] for b in origins) for a, origins in SKELETON.derived.items()},
    )
    blind = replace(footage, lifted=lifted, skeleton=plain)
    solution = solve_rig(blind, CONFIG, None, lambda sentence: None)
    assert not solution.rig.votes.anatomy.usable
    assert solution.rig.votes.mirrored
    assert max(errors_in_mm(solution, shown)) < 1


def test_noise_of_three_pixels_on_two_takes_of_one_rig():
    shown = scene(frames=80, people=2, noise=3.0)
    solution = solved(shown, replace(CONFIG, points=600, focals="auto"))
    assert rotation_errors(solution.rig, RING).max() < 1
    assert max(errors_in_mm(solution, shown)) < 12
    focals = [camera.matrix[0, 0] for camera in solution.rig.cameras.values()]
    np.testing.assert_allclose(focals, FOCAL, rtol=0.05)
    # The uncertainty is of the size of the errors.
    from canonpose.metrics import sequence_aligned_errors

    take = solution.takes[0]
    errors = sequence_aligned_errors(take.positions, shown.worlds[0] * 1000)
    sigma = take.sigma * 1000
    assert 0.5 < np.sqrt((errors**2).mean() / (sigma**2).mean()) < 2


def test_cameras_along_one_line_are_refused():
    shown = scene(ring=Ring(yaw=(0.0, 178.0), pitch=(4.0, -3.0), distance=4.0))
    with pytest.raises(InputError, match="nearly the same line"):
        solved(shown)


def test_distant_cameras_end_in_weak_perspective():
    shown = scene(frames=16, ring=Ring(distance=80.0), noise=1.0, roam=0.1)
    solution = solved(shown, replace(CONFIG, body=True))
    assert solution.rig.projection == "weak"
    assert not solution.rig.cameras
    assert np.abs(solution.takes[0].positions[:, SKELETON.root_index]).max() < 1e-9


def test_a_lifter_that_has_never_seen_such_views_is_put_right():
    """Its rotations are far off, as of people upside down: the fit tells, and motion mends."""
    shown = scene(noise=2.0)
    footage = shown.footage()
    off = footage.lifted.rotations.copy()
    for view, axis, degrees in ((1, "y", 35), (2, "x", -30), (3, "y", -40)):
        off[view] = Rotation.from_euler(axis, degrees, degrees=True).as_matrix() @ off[view]
    footage = replace(footage, lifted=replace(footage.lifted, rotations=off))
    for projection, degrees in (("auto", 1.0), ("weak", 5.0)):
        config = replace(CONFIG, projection=projection, body=True)
        solution = solve_rig(footage, config, 1.75, lambda sentence: None)
        assert rotation_errors(solution.rig, RING).max() < degrees
        points = solution.takes[0].positions
        assert float(p_mpjpe(points, shown.worlds[0] * 1000)) < 15


def test_views_that_do_not_fit_are_said():
    shown = scene(frames=60)
    (one,) = shown.capture.takes
    views = {
        camera: replace(view, positions=np.roll(view.positions, 15 * place, axis=0))
        for place, (camera, view) in enumerate(one.views.items())
    }
    capture = replace(shown.capture, takes=(replace(one, views=views),))
    with pytest.warns(InputWarning, match="do not trust it"):
        solved(replace(shown, capture=capture))


def test_pictures_of_other_sizes_change_nothing(recwarn):
    """A camera of a third of the resolution counts as much as the others."""
    shown = scene(noise=3.0)
    (one,) = shown.capture.takes
    small = replace(one.views["c2"], positions=one.views["c2"].positions / 3, image_size=(640, 640))
    take = replace(one, views={**one.views, "c2": small})
    mixed = replace(shown, capture=replace(shown.capture, takes=(take,)))
    footage = shown.footage()
    scales = footage.lifted.scales * np.array([1, 1, 1 / 3, 1])[:, None]
    thirds = replace(mixed.footage(), lifted=replace(footage.lifted, scales=scales))
    for projection in ("perspective", "weak"):
        config = replace(CONFIG, projection=projection, body=True)
        same = solve_rig(footage, config, 1.75, lambda sentence: None)
        other = solve_rig(thirds, config, 1.75, lambda sentence: None)
        np.testing.assert_allclose(
            other.takes[0].positions, same.takes[0].positions, atol=2e-4 * 1.75
        )
    assert not [warning for warning in recwarn if issubclass(warning.category, InputWarning)]


def test_weak_poses_are_all_of_one_size():
    shown = scene(noise=3.0)
    footage = shown.footage()
    rotations, _ = consensus_rotations(footage.lifted.rotations, footage.lifted.weights)
    tolerance = 0.01 * footage.views.person_by_view
    weak = footage.weak(rotations, np.arange(footage.views.scores.shape[1]), tolerance)
    sizes = body_size(torch.from_numpy(weak.points), footage.joints)[0]
    np.testing.assert_allclose(sizes.numpy(), 1.0, rtol=1e-9)


def test_a_camera_that_sees_nobody_in_one_of_the_takes_is_left_out_there(monkeypatch):
    shown = scene(frames=12)
    monkeypatch.setattr(canonpose.solving.lifted_views, "lift", shown.lift)
    (first,) = shown.capture.takes
    face = np.zeros_like(first.views["c3"].scores)
    face[:2, SKELETON.index("nose")] = 1
    views = {**first.views, "c3": replace(first.views["c3"], scores=face)}
    takes = (first, replace(first, name="t1", views=views))
    found = canonpose.solving.lifted_views.lifted_views(takes, shown.capture.cameras, lifter())
    assert found.weights[3, :12].all()
    assert not found.weights[3, 12:].any()
    assert found.weights[:3].all()


def test_takes_that_no_three_cameras_saw_tell_the_cameras_together():
    shown = scene(people=4)
    pairs = (("c0", "c1"), ("c1", "c2"), ("c2", "c3"), ("c3", "c0"))
    takes = tuple(
        replace(one, views={camera: one.views[camera] for camera in pair})
        for one, pair in zip(shown.capture.takes, pairs, strict=True)
    )
    few = replace(shown, capture=replace(shown.capture, takes=takes))
    solution = solved(few)
    assert solution.rig.projection == "perspective"
    assert rotation_errors(solution.rig, RING).max() < 0.1


def cut(shown, *lengths):
    """The first moments of each take."""
    takes = []
    for one, length in zip(shown.capture.takes, lengths, strict=True):
        views = {
            name: replace(view, positions=view.positions[:length], scores=view.scores[:length])
            for name, view in one.views.items()
        }
        takes.append(replace(one, views=views))
    worlds = [world[:length] for world, length in zip(shown.worlds, lengths, strict=True)]
    return replace(shown, capture=replace(shown.capture, takes=tuple(takes)), worlds=worlds)


@pytest.mark.parametrize("moments", [1, 2, 3])
def test_a_few_moments_are_solved_with_the_cameras_of_a_long_take(moments):
    shown = cut(scene(people=2, noise=1.0), 60, moments)
    for config in (replace(CONFIG, body=True), CONFIG):
        solution = solved(shown, config)
        assert solution.rig.projection == "perspective"
        assert solution.takes[1].valid.all()
        assert max(errors_in_mm(solution, shown)) < 5


@pytest.mark.parametrize("moments", [1, 2, 3])
def test_a_rig_of_few_moments_does_not_stop_the_others(moments, monkeypatch, capsys):
    shown = cut(scene(noise=1.0), moments)
    says = r"rig 'rig' is solved in weak perspective.*: only \d+ joints"
    for body in (False, True):
        with pytest.warns(InputWarning, match=says):
            solution = solved(shown, replace(CONFIG, body=body))
        assert solution.rig.projection == "weak"
        assert p_mpjpe(solution.takes[0].positions, shown.worlds[0] * 1000) < 15
    with pytest.raises(InputError, match=r"only .* joints are seen well enough"):
        solved(shown, replace(CONFIG, projection="perspective"))


def test_a_camera_out_of_step_is_named():
    shown = scene(frames=60)
    take = shown.capture.takes[0]
    late = {**take.views, "c2": replace(take.views["c2"])}
    late["c2"] = replace(late["c2"], positions=np.roll(late["c2"].positions, 12, axis=0))
    capture = replace(shown.capture, takes=(replace(take, views=late),))
    with pytest.warns(InputWarning, match="'c2'"):
        solved(replace(shown, capture=capture))


def test_the_command_writes_what_can_be_read(exact, tmp_path, monkeypatch, capsys):
    shown, solution = exact
    folder = tmp_path / "capture"
    write_capture(shown.capture, folder)
    monkeypatch.setattr(canonpose.solving.lifted_views, "lift", shown.lift)
    module = sys.modules["canonpose.solving.solve"]  # the package's name is the function's
    monkeypatch.setattr(module, "solve_rig", lambda *_: solution)
    save_lifter(lifter(), tmp_path / "run")
    options = ["--points", "200", "--first-points", "100", "--focals", "one", "--no-body"]
    options += ["--static-cameras"]
    output = tmp_path / "solved"
    options += ["--one-rig", "--subject-height", "1.75", "-o", str(output)]
    options += ["-m", str(tmp_path / "run")]
    assert main(["solve", str(folder), *options]) == 0
    assert "rig rig: perspective, one focal length" in capsys.readouterr().out
    reference = read_reference(output / "takes" / "t0.npz")
    known = reference.positions / 1000
    np.testing.assert_allclose(known, solution.takes[0].positions, atol=0.02)
    assert reference.fps == 25
    seen = shown.ring.see(shown.worlds[0])
    for file in ("cameras.json", "cameras.toml"):
        cameras = read_calibration(output / file)
        for view, camera in enumerate(cameras.values()):
            pixels = camera.project(known)
            assert np.median(np.linalg.norm(pixels - seen[:, view], axis=-1)) < 1
    facts = json.loads((output / "solve.json").read_text())
    assert facts["rigs"][0]["cameras"]["c0"]["error_px"] < 1
    assert facts["rigs"][0]["chirality"]["perspective_tells"] is True
    assert facts["lifter"]["folder"] == "../run"
    assert lifter_of_rig(output) == (str(output / "../run"), "")


def test_cameras_of_an_earlier_solution_do_not_stay(exact, tmp_path):
    _, solution = exact
    whole = Solved(solution.takes, (solution.rig,), SKELETON, "m")
    write_solved(whole, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    assert read_rig(tmp_path).cameras
    weak = replace(solution.rig, projection="weak", cameras={})
    write_solved(replace(whole, rigs=(weak,)), tmp_path)
    assert not read_rig(tmp_path).cameras
    assert not list(tmp_path.rglob("*.yaml"))
    assert (tmp_path / "notes.txt").exists()
    several = replace(whole, rigs=(solution.rig, replace(solution.rig, name="other")))
    write_solved(several, tmp_path)
    write_solved(whole, tmp_path)
    assert [file.parent for file in tmp_path.rglob("cameras.json")] == [tmp_path]


def test_a_folder_that_holds_cameras_of_something_else_keeps_them(exact, tmp_path):
    (tmp_path / "studio").mkdir()
    (tmp_path / "studio" / "cameras.json").write_text("[]")
    for _ in range(2):
        write_solved(Solved(exact[1].takes, (exact[1].rig,), SKELETON, "m"), tmp_path)
    assert (tmp_path / "studio" / "cameras.json").exists()


def test_unknown_image_sizes_are_said(exact, monkeypatch):
    shown, _ = exact
    monkeypatch.setattr(canonpose.solving.lifted_views, "lift", shown.lift)
    module = sys.modules["canonpose.solving.solve"]  # the package's name is the function's
    monkeypatch.setattr(module, "solve_rig", lambda *_: exact[1])
    assert not any("c0" in note for note in solve(shown.capture, lifter()).notes)
    take = shown.capture.takes[0]
    views = {name: replace(view, image_size=None) for name, view in take.views.items()}
    unsized = replace(shown.capture, takes=(replace(take, views=views),))
    assert any("c0, c1, c2, c3" in note for note in solve(unsized, lifter()).notes)


def test_cameras_whose_image_size_is_a_guess_are_written_down(tmp_path):
    shown = scene(frames=24, people=2)
    without = {"t0": ("c1", "c2"), "t1": ("c2", "c3")}
    takes = tuple(
        replace(
            one,
            views={
                name: replace(view, image_size=None) if name in without[one.name] else view
                for name, view in one.views.items()
            },
        )
        for one in shown.capture.takes
    )
    capture = replace(shown.capture, takes=takes)
    solution = solved(replace(shown, capture=capture))
    assert solution.rig.sizes_guessed == ("c2",)
    for rig, guessed in ((solution.rig, ["c2"]), (replace(solution.rig, sizes_guessed=()), [])):
        write_solved(Solved(solution.takes, (rig,), SKELETON, "m"), tmp_path)
        facts = json.loads((tmp_path / "solve.json").read_text())
        assert facts["rigs"][0]["image_sizes_guessed"] == guessed
        assert read_rig(tmp_path).knows_sizes == (not guessed)


@pytest.fixture
def filmed(tmp_path):
    """A scene and the command that solves its files, quickly."""
    shown = scene(frames=24, noise=1.0)
    write_capture(shown.capture, tmp_path / "capture")
    output = tmp_path / "solved"
    command = ["solve", str(tmp_path / "capture"), "--static-cameras", "-o", str(output)]
    return shown, output, command


def test_without_a_lifter_the_command_takes_the_pretrained_one(filmed, capsys):
    shown, output, command = filmed
    assert main([*command, "--first-points", "100", "--focals", "one"]) == 0
    assert "lifter: pretrained, as it is" in capsys.readouterr().out
    assert not (output / "lifter").exists()
    reference = read_reference(output / "takes" / "t0.npz")
    assert p_mpjpe(reference.positions, shown.worlds[0] * 1000) < 30


@pytest.mark.parametrize("refuses", [True, False])
def test_where_there_is_none_that_solves_it_trains_one_and_keeps_it(
    filmed, monkeypatch, capsys, refuses
):
    shown, output, command = filmed
    fast = training.PRESETS["fast"]
    few = replace(fast, lifter=LifterConfig(width=512), epochs=1, min_steps=4, batch=16)
    monkeypatch.setattr(
        "canonpose.cli.solve.training.train", partial(training.train, config=few), raising=True
    )
    if refuses:
        answers = iter([InputError("nothing to see.")])

        def once(*args, **more):
            for error in answers:
                raise error
            return solve(*args, **more)

        monkeypatch.setattr("canonpose.cli.solve.solve", once)
    else:
        monkeypatch.setattr("canonpose.cli.solve.ready_lifter", lambda *_: None)
    assert main([*command, "--first-points", "100", "--focals", "one"]) == 0
    assert ("does not solve this footage: nothing to see." in capsys.readouterr().out) == refuses
    assert (output / "lifter" / "lifter.safetensors").exists()
    reference = read_reference(output / "takes" / "t0.npz")
    assert p_mpjpe(reference.positions, shown.worlds[0] * 1000) < 30
    assert main([*command, "--projection", "weak", "--no-body"]) == 0
    assert "trained before" in capsys.readouterr().out


def test_a_height_that_nobody_has_is_refused_at_once(tmp_path, capsys):
    """Before the footage is read, of which there is none."""
    command = ["solve", str(tmp_path / "none"), "-o", str(tmp_path / "solved")]
    assert main([*command, "--subject-height=-1.8"]) == 2
    assert "subject height -1.8 m: give a positive height" in capsys.readouterr().err
