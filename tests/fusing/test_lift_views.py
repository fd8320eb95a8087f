from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import canonpose.fusing.lifted
from canonpose.cli.main import main
from canonpose.errors import InputError, InputWarning
from canonpose.exporters.calibrations import write_json
from canonpose.exporters.captures import write_capture
from canonpose.exporters.npz import load_poses
from canonpose.fusing import KnownRig, lift_views
from canonpose.fusing.in_camera import filled
from canonpose.geometry.cameras import Camera
from canonpose.inference import lift
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter
from canonpose.metrics import p_mpjpe
from canonpose.readers.reference import read_reference
from solving.rigs import FOCAL, MIDDLE, RING, SKELETON, scene
from synthetic_people import Ring

FAR = Ring(distance=60.0)
"""From where perspective hardly shows."""


def lifter():
    """Stands for a trained one, whose place the scene's own `lift` takes."""
    return TrainedLifter(Lifter(len(SKELETON), LifterConfig(width=2)), SKELETON)


@pytest.fixture
def shown(monkeypatch):
    return filmed(monkeypatch)


def filmed(monkeypatch, bent=0.15, **settings):
    """A scene whose lifter errs by metres in depth, and by degrees in rotation."""
    made = scene(**settings)
    random = np.random.default_rng(5)

    def bad_lift(keypoints, lifter, *, device="auto"):
        poses = made.lift(keypoints, lifter)
        depth = poses.positions.copy()
        depth[..., 2] += bent * random.standard_normal(depth.shape[:2])
        depth -= depth[:, [SKELETON.root_index]]
        return replace(poses, positions=depth)

    monkeypatch.setattr(canonpose.fusing.lifted, "lift", bad_lift)
    return made


def rig_of(made):
    cameras = {
        f"c{view}": Camera(
            name=f"c{view}",
            size=(1920, 1920),
            matrix=np.array([[FOCAL, 0, MIDDLE], [0, FOCAL, MIDDLE], [0, 0, 1.0]]),
            distortion=np.zeros(5),
            rotation=rotation,
            translation=np.array([0, 0, made.ring.distance]),
        )
        for view, rotation in enumerate(made.ring.rotations)
    }
    return KnownRig.of(cameras)


def hidden(made, cameras, joint):
    """The views of a scene, some of which do not see a joint."""
    views = dict(made.capture.takes[0].views)
    place = SKELETON.index(joint)
    for camera in cameras:
        scores, positions = views[camera].scores.copy(), views[camera].positions.copy()
        scores[:, place], positions[:, place] = 0, np.nan
        views[camera] = replace(views[camera], scores=scores, positions=positions)
    return views


def error(poses, made):
    """P-MPJPE of poses in mm, of a person of 1.75 m."""
    return float(p_mpjpe(poses.positions.astype(float), made.worlds[0] * 1000))


def test_fusing_is_much_better_than_one_view(monkeypatch):
    made = filmed(monkeypatch, ring=FAR, roam=0.1)
    views = made.capture.takes[0].views
    one = canonpose.fusing.lifted.lift(views["c0"], lifter())
    fused = lift_views(views, lifter(), static_cameras=True).poses
    assert error(one, made) > 60
    assert error(fused, made) < 12
    assert fused.units == "body_height"
    assert fused.camera == "c0"
    moving = lift_views(views, lifter()).poses
    assert error(moving, made) < 30


def test_poses_are_in_the_frame_that_is_asked_for(monkeypatch):
    made = filmed(monkeypatch, ring=FAR, roam=0.1)
    views = made.capture.takes[0].views
    first = lift_views(views, lifter(), static_cameras=True).poses
    third = lift_views(views, lifter(), static_cameras=True, camera="c2").poses
    assert third.camera == "c2"
    np.testing.assert_array_equal(third.keypoints, views["c2"].positions)
    between = RING.rotations[2] @ RING.rotations[0].T
    turned = first.positions @ between.T
    assert np.linalg.norm(turned - third.positions, axis=-1).mean() < 0.03
    np.testing.assert_allclose(
        np.einsum("fab,fjb->fja", third.rotation, third.canonical), third.positions, atol=1e-5
    )


def test_a_known_rig_triangulates_exactly(shown):
    fused = lift_views(shown.capture.takes[0].views, lifter(), rig=rig_of(shown), camera="c1")
    root = shown.worlds[0][:, [SKELETON.root_index]]
    true = (shown.worlds[0] - root) @ RING.rotations[1].T
    np.testing.assert_allclose(fused.poses.positions, true, atol=2e-3)
    assert fused.poses.units == "m"
    np.testing.assert_allclose(fused.world.positions, shown.worlds[0], atol=2e-3)
    assert fused.world.valid.all()


@pytest.mark.parametrize(
    "origin",
    [
        pytest.param((0, 0, -4), id="at a camera"),
        pytest.param((300, 50, 0), id="300 m"),
        pytest.param((1000, 0, 200), id="1 km"),
        pytest.param((5e5, 5e6, 100), id="UTM"),
    ],
)
def test_it_does_not_matter_where_the_worlds_origin_is(monkeypatch, origin):
    made = filmed(monkeypatch, noise=4.0)
    views, rig = made.capture.takes[0].views, rig_of(made)
    there = np.array(origin, dtype=np.float64)
    moved = KnownRig.of(
        {
            name: replace(camera, translation=camera.translation - camera.rotation @ there)
            for name, camera in rig.cameras.items()
        }
    )
    near, far = (lift_views(views, lifter(), rig=one) for one in (rig, moved))
    np.testing.assert_allclose(far.world.positions - there, near.world.positions, atol=1e-6)
    np.testing.assert_allclose(far.world.sigma, near.world.sigma, rtol=1e-5)
    np.testing.assert_allclose(far.poses.positions, near.poses.positions, atol=1e-5)


def test_sigma_is_of_the_size_of_the_errors(monkeypatch):
    made = filmed(monkeypatch, noise=4.0)
    poses = lift_views(made.capture.takes[0].views, lifter(), rig=rig_of(made)).poses
    true = made.worlds[0] - made.worlds[0][:, [SKELETON.root_index]]
    off = np.linalg.norm(poses.positions - true @ RING.rotations[0].T, axis=-1)
    others = np.delete(np.arange(len(SKELETON)), SKELETON.root_index)
    assert 0.58 < (off <= poses.sigma)[:, others].mean() < 0.78
    assert not poses.sigma[:, SKELETON.root_index].any()


def test_a_height_stretches_the_world(shown):
    views = shown.capture.takes[0].views
    plain = lift_views(views, lifter(), rig=rig_of(shown))
    tall = lift_views(views, lifter(), rig=rig_of(shown), subject_height=3.5)
    ratio = tall.world.positions / plain.world.positions
    assert np.median(ratio) == pytest.approx(2, rel=0.05)
    assert tall.poses.units == "m"


def test_what_one_view_alone_sees_is_filled_in(shown):
    wrist = SKELETON.index("left_wrist")
    views = hidden(shown, ("c1", "c2", "c3"), "left_wrist")
    fused = lift_views(views, lifter(), rig=rig_of(shown))
    assert not fused.world.valid[:, wrist].any()
    assert np.isfinite(fused.poses.positions).all()
    true = shown.worlds[0] - shown.worlds[0][:, [SKELETON.root_index]]
    off = np.linalg.norm(fused.poses.positions @ RING.rotations[0] - true, axis=-1)
    assert off[:, wrist].mean() < 0.3
    assert np.delete(off, wrist, axis=1).max() < 0.01


def test_what_no_view_sees_is_filled_in_at_the_size_of_the_rest(shown):
    ankle = SKELETON.index("left_ankle")
    fused = lift_views(
        hidden(shown, shown.capture.cameras, "left_ankle"), lifter(), rig=rig_of(shown)
    )
    assert not fused.world.valid[:, ankle].any()
    shins = [
        np.linalg.norm(
            fused.poses.positions[:, SKELETON.index(f"{side}_ankle")]
            - fused.poses.positions[:, SKELETON.index(f"{side}_knee")],
            axis=-1,
        )
        for side in ("left", "right")
    ]
    assert np.median(shins[0] / shins[1]) == pytest.approx(1, abs=0.15)


def in_conflict(made, joint, frames, views=("c0", "c1")):
    """Two views alone see a joint, one of them in other places in some frames."""
    others = [name for name in made.capture.cameras if name not in views]
    seen = hidden(made, others, joint)
    wrong = seen[views[0]].positions.copy()
    wrong[frames, SKELETON.index(joint)] = (0.0, 300.0)
    return {**seen, views[0]: replace(seen[views[0]], positions=wrong)}


def test_a_joint_on_which_no_two_views_agree_is_filled_in(shown):
    nose, frames = SKELETON.index("nose"), slice(4, 9)
    fused = lift_views(in_conflict(shown, "nose", frames), lifter(), rig=rig_of(shown))
    missing = ~fused.world.valid
    assert missing[frames, nose].all()
    assert missing.sum() == 5
    assert np.isnan(fused.world.sigma[missing]).all()
    assert np.isfinite(fused.poses.positions).all()
    true = shown.worlds[0] - shown.worlds[0][:, [SKELETON.root_index]]
    off = np.linalg.norm(fused.poses.positions @ RING.rotations[0] - true, axis=-1)
    assert off[frames, nose].max() < 0.6
    assert off[~missing].max() < 0.01


def test_one_wrong_view_of_four_is_outvoted(shown):
    nose, frames = SKELETON.index("nose"), slice(4, 9)
    views = in_conflict(shown, "nose", frames)
    views["c2"], views["c3"] = (shown.capture.takes[0].views[name] for name in ("c2", "c3"))
    fused = lift_views(views, lifter(), rig=rig_of(shown))
    assert fused.world.valid.all()
    np.testing.assert_allclose(fused.world.positions[:, nose], shown.worlds[0][:, nose], atol=0.03)


def test_a_rig_of_other_cameras_is_said(shown):
    rig = rig_of(shown)
    first, second, *others = rig.cameras.values()
    turned = KnownRig.of(dict(zip(rig.cameras, (second, first, *others), strict=True)))
    with pytest.warns(InputWarning, match=r"no two views agree on \d+% of the joints"):
        lift_views(shown.capture.takes[0].views, lifter(), rig=turned)


def test_one_view_that_sees_anybody_needs_no_rig(shown):
    views = dict(shown.capture.takes[0].views)
    for name in ("c1", "c2", "c3"):
        views[name] = replace(views[name], scores=np.zeros_like(views[name].scores))
    nothing = pytest.raises(InputError, match=r"c0: no joint is seen by two .*; leave it out")
    with pytest.warns(InputWarning, match="sees nobody"), nothing:
        lift_views(views, lifter(), rig=rig_of(shown))


def test_a_rig_of_pictures_of_another_size_is_scaled(shown):
    rig = rig_of(shown)
    doubled = {}
    for name, camera in rig.cameras.items():
        matrix = camera.matrix * [[2], [2], [1]]
        matrix[:2, 2] += 0.5
        doubled[name] = replace(camera, size=(3840, 3840), matrix=matrix)
    with pytest.warns(InputWarning, match="c0, c1, c2, c3: calibrated in pictures of 3840 x 3840"):
        fused = lift_views(shown.capture.takes[0].views, lifter(), rig=KnownRig.of(doubled))
    np.testing.assert_allclose(fused.world.positions, shown.worlds[0], atol=2e-3)


def in_centimetres(rig, **facts):
    cameras = {
        name: replace(camera, translation=100 * camera.translation)
        for name, camera in rig.cameras.items()
    }
    return replace(KnownRig.of(cameras, source="room.toml"), **facts)


def test_a_rig_that_says_no_unit_is_refused_where_people_are_giants(shown):
    views = shown.capture.takes[0].views
    rig = in_centimetres(rig_of(shown), says_units=False)
    with pytest.raises(InputError, match=r"room\.toml: says no unit, .* likely to be in cm"):
        lift_views(views, lifter(), rig=rig)


def test_nothing_is_said_of_units_that_are_told_or_do_not_matter(shown, recwarn):
    views = shown.capture.takes[0].views
    lift_views(views, lifter(), rig=in_centimetres(rig_of(shown)))
    rig = in_centimetres(rig_of(shown), says_units=False)
    lift_views(views, lifter(), rig=rig, subject_height=1.75)
    assert not [one for one in recwarn if issubclass(one.category, InputWarning)]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 2000))
def test_guesses_are_brought_to_the_size_of_the_joints_that_both_have(seed, size):
    random = np.random.default_rng(seed)
    guessed = random.standard_normal((4, len(SKELETON), 3))
    true = size * guessed + random.standard_normal((4, 1, 3))
    seen = true.copy()
    seen[:, SKELETON.index("left_ankle")] = np.nan
    seen[1, 2:] = np.nan
    seen[2, 1:] = np.nan
    np.testing.assert_allclose(filled(seen, guessed, SKELETON), true, atol=1e-9 * size)


def test_a_guess_of_nothing_that_is_seen_stays_what_it_is():
    guessed = np.random.default_rng(0).standard_normal((3, len(SKELETON), 3))
    np.testing.assert_array_equal(filled(np.full_like(guessed, np.nan), guessed, SKELETON), guessed)


def test_one_wrong_detection_does_little(monkeypatch):
    made = filmed(monkeypatch, ring=FAR, roam=0.1)
    views = dict(made.capture.takes[0].views)
    wrong = views["c1"].positions.copy()
    wrong[:, SKELETON.index("right_ankle")] += 40
    views["c1"] = replace(views["c1"], positions=wrong)
    fused = lift_views(views, lifter(), static_cameras=True).poses
    assert error(fused, made) < 16


def test_rotations_alone_take_the_place_of_the_lifters(monkeypatch):
    made = filmed(monkeypatch, ring=FAR, roam=0.1)
    rotations = {f"c{view}": turn for view, turn in enumerate(made.ring.rotations)}
    rig = KnownRig(rotations, units="body_height")
    fused = lift_views(made.capture.takes[0].views, lifter(), rig=rig)
    assert fused.world is None
    assert error(fused.poses, made) < 8


def test_one_view_is_lifted_as_ever(shown):
    view = shown.capture.takes[0].views["c2"]
    one = lifter()
    fused = lift_views({"c2": view}, one)
    np.testing.assert_array_equal(fused.poses.positions, lift(view, one).positions)


def test_a_rig_for_one_view_is_refused(shown):
    view = shown.capture.takes[0].views["c2"]
    with pytest.raises(InputError, match=r"c2: is the only view, .* leave the rig out"):
        lift_views({"c2": view}, lifter(), rig=rig_of(shown))


def test_bad_input_is_named(shown):
    views = dict(shown.capture.takes[0].views)
    with pytest.raises(InputError, match="no view of camera 'c9'"):
        lift_views(views, lifter(), camera="c9")
    rig = rig_of(shown)
    less = KnownRig.of({name: rig.cameras[name] for name in ("c0", "c1", "c2")}, source="a.json")
    with pytest.raises(InputError, match=r"a\.json: holds no camera 'c3'"):
        lift_views(views, lifter(), rig=less)
    short = replace(
        views["c1"], positions=views["c1"].positions[:-1], scores=views["c1"].scores[:-1]
    )
    with pytest.raises(InputError, match=f"c1 has {len(short)},"):
        lift_views({**views, "c1": short}, lifter())
    blank = replace(views["c1"], scores=np.zeros_like(views["c1"].scores))
    with pytest.warns(InputWarning, match="'c1' sees nobody"):
        fused = lift_views({**views, "c1": blank}, lifter(), rig=rig)
    assert np.isfinite(fused.poses.positions).all()
    faces = np.zeros_like(blank.scores)
    faces[:, SKELETON.index("nose")] = 1
    with pytest.warns(InputWarning, match="'c1' sees nobody's pelvis"):
        lift_views({**views, "c1": replace(blank, scores=faces)}, lifter(), rig=rig)


def test_the_command_fuses_a_take_and_files(shown, tmp_path, monkeypatch, capsys):
    write_capture(shown.capture, tmp_path / "capture")
    (take,) = (path for path in (tmp_path / "capture").iterdir() if path.is_dir())
    monkeypatch.setattr("canonpose.cli.lift_together.lifter_named", lambda name: lifter())
    cameras = tmp_path / "cameras.json"
    write_json(rig_of(shown).cameras.values(), cameras)
    output, world = tmp_path / "fused.npz", tmp_path / "world.npz"
    options = ["--rig", str(cameras), "--camera", "c1", "--world", str(world), "-o", str(output)]
    assert main(["lift", str(take), *options]) == 0
    assert "4 cameras (c0, c1, c2, c3), triangulated" in capsys.readouterr().out
    poses = load_poses(output)
    assert (poses.camera, poses.units) == ("c1", "m")
    known = read_reference(world).positions / 1000
    np.testing.assert_allclose(known, shown.worlds[0], atol=2e-3)
    files = [str(take / f"{camera}.npz") for camera in ("c3", "c1")]
    assert main(["lift", *files, "--static-cameras", "-o", str(output)]) == 0
    assert "2 cameras (c3, c1), as cameras that stand still" in capsys.readouterr().out
    assert load_poses(output).camera == "c3"
    assert main(["lift", files[0], "--rig", str(cameras), "-o", str(output)]) == 2
    assert "is of one camera" in capsys.readouterr().err
