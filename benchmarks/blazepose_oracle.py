"""How far our BlazePose lies from MediaPipe's own graph around the same networks.

    python benchmarks/blazepose_oracle.py ours VIDEOS -o ours/
    python benchmarks/blazepose_oracle.py mediapipe VIDEOS -o theirs/   # in MediaPipe's environment
    python benchmarks/blazepose_oracle.py compare ours/ theirs/

The second step needs an environment of its own: mediapipe 0.10.21, numpy 1, av, and there the file
pose_landmark_heavy.tflite in mediapipe/modules/pose_landmark, where MediaPipe looks before it
downloads. It follows one person, whom it chooses; each is compared with the nearest of ours.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

import numpy as np

Images = Iterator[np.ndarray]


def main() -> None:
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    steps = parser.add_subparsers(required=True)
    for name, run in (("ours", run_ours), ("mediapipe", run_mediapipe)):
        step = steps.add_parser(name)
        step.add_argument("videos", type=Path, nargs="+")
        step.add_argument("-o", "--output", type=Path, required=True)
        step.set_defaults(run=run)
    step = steps.add_parser("compare")
    step.add_argument("ours", type=Path)
    step.add_argument("theirs", type=Path)
    step.set_defaults(run=compare)
    options = parser.parse_args()
    options.run(options)


def run_ours(options: Namespace) -> None:
    """Everyone in every frame: (x, y, score) of our joints."""
    from canonpose.detection import create_detector

    detector = create_detector("blazepose-heavy")
    for video in options.videos:
        detector.begin()
        people = [detector.detect(image) for image in images(video)]
        stacked = np.full((len(people), max(map(len, people)), *people[0].shape[1:]), np.nan)
        for frame, found in zip(stacked, people, strict=True):
            frame[: len(found)] = found
        save(options.output, video, stacked)


def run_mediapipe(options: Namespace) -> None:
    """One person in every frame: (x, y, visibility) of all landmarks."""
    from mediapipe.python.solutions.pose import Pose

    for video in options.videos:
        poses = []
        with Pose(model_complexity=2, smooth_landmarks=False) as graph:
            for image in images(video):
                found = graph.process(image).pose_landmarks
                height, width = image.shape[:2]
                pose = np.full((33, 3), np.nan)
                if found is not None:
                    pose[:] = [(p.x * width, p.y * height, p.visibility) for p in found.landmark]
                poses.append(pose[None])
        save(options.output, video, np.stack(poses))


def images(video: Path) -> Images:
    """The decoded pictures, RGB."""
    import av

    with av.open(str(video)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24")


def save(folder: Path, video: Path, people: np.ndarray) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / f"{video.stem}.npz", people=people)
    print(f"{video.name}: {len(people)} frames", file=sys.stderr)


def compare(options: Namespace) -> None:
    """Print the distance in pixels, joint by joint over all videos, then video by video."""
    from canonpose.detection.blazepose.joints import landmark_indices, skeleton

    joints = skeleton().detected
    offsets = {}
    for file in sorted(options.ours.glob("*.npz")):
        ours = np.load(file)["people"][..., :2]
        theirs = np.load(options.theirs / file.name)["people"][:, :, landmark_indices(joints), :2]
        apart = np.linalg.norm(ours - theirs, axis=-1).mean(-1)
        seen = ~np.isnan(apart).all(1)
        nearest = np.nanargmin(apart[seen], axis=1)
        offsets[file.stem] = ours[seen][np.arange(seen.sum()), nearest] - theirs[seen, 0]
        print(f"{file.stem}: both found somebody in {seen.sum()} of {len(seen)} frames")
    everything = np.concatenate(list(offsets.values()))
    print("\n| joint | median px | 90 % px | median x px | median y px |\n|---|---|---|---|---|")
    for joint, offset in zip(joints, everything.swapaxes(0, 1), strict=True):
        print(row(joint, offset))
    print(row("all", everything))
    for name, offset in offsets.items():
        print(row(name, offset))


def row(name: str, offset: np.ndarray) -> str:
    apart = np.linalg.norm(offset, axis=-1)
    x, y = np.median(offset.reshape(-1, 2), axis=0)
    return (
        f"| {name} | {np.median(apart):.1f} | {np.quantile(apart, 0.9):.1f} | {x:.1f} | {y:.1f} |"
    )


if __name__ == "__main__":
    main()
