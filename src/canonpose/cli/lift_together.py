"""``canonpose lift`` of several cameras."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from canonpose.cli.detecting import detecting
from canonpose.cli.notes import print_notes, say_if_pretrained
from canonpose.cli.overlay import video_of
from canonpose.cli.parsing import comma_separated, frame_rate, persons_by_camera
from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.exporters.overlay.pictures import by_picture
from canonpose.fusing import Fused, KnownRig, lift_views, read_rig
from canonpose.fusing.rig_lifter import lifter_of_rig
from canonpose.lifter import TrainedLifter
from canonpose.lifter.naming import PRETRAINED
from canonpose.lifter.pretrained import lifter_named
from canonpose.readers.one_take import ViewsOfTake, moments_of_frames, read_take
from canonpose.solving.files import write_take

if TYPE_CHECKING:
    from canonpose.cli.lift import Lift


def lift_together(options: "Lift", console: Console) -> tuple[Poses, tuple[Path, Poses] | None]:
    """Fuse the views of a take; for an overlay, the video as well, and a pose for each picture."""
    rig = None if options.rig is None else read_rig(options.rig)
    if options.world is not None and (rig is None or not rig.cameras):
        raise InputError(f"--world {options.world}: needs --rig with the cameras' places.")
    lifter = _lifter(options, console)
    with detecting(console, options.detector) as detect:
        take = read_take(
            options.input,
            cameras=comma_separated(options.cameras),
            layout=options.layout,
            persons=persons_by_camera(options.person),
            fps=frame_rate(options.fps),
            detect=detect,
        )
    moments = moments_of_frames(take) if options.overlay else {}
    print_notes(console, take.notes)
    camera = options.camera or next(iter(take.views))
    if options.overlay and camera in take.files:
        video_of(take.files[camera], options.video)  # where there is none, that is said now
    fused = _fused(options, take, lifter, rig, console)
    if options.world is not None and fused.world is not None:
        write_take(fused.world, lifter.skeleton, fused.poses.units, options.world)
        console.print(f"in the rig's world: {options.world}", soft_wrap=True)
    if not options.overlay:
        return fused.poses, None
    camera = fused.poses.camera  # the first one may see nobody
    drawn_on = video_of(take.files[camera], options.video)
    return fused.poses, (drawn_on, by_picture(fused.poses, moments[camera]))


def _fused(
    options: "Lift",
    take: ViewsOfTake,
    lifter: TrainedLifter,
    rig: KnownRig | None,
    console: Console,
) -> Fused:
    if options.static_cameras and take.static_cameras is False:
        raise InputError("capture.toml says that the cameras move; leave --static-cameras out.")
    static = options.static_cameras or bool(take.static_cameras)
    how = "as cameras that may move; if they stood still, --static-cameras does much better"
    if rig is not None:
        how = "triangulated" if rig.cameras else "by the rig's rotations"
    elif static:
        how = "as cameras that stand still"
    told = f"{len(take.views)} cameras ({', '.join(take.views)}), {how}"
    console.print(escape(told), soft_wrap=True)
    return lift_views(
        take.views,
        lifter,
        rig=rig,
        static_cameras=static,
        camera=options.camera,
        subject_height=options.subject_height,
        device=options.device,
    )


def _lifter(options: "Lift", console: Console) -> TrainedLifter:
    """The given one, else that of the rig, else the pretrained one."""
    model = options.model
    if model is None and options.rig is not None:
        model, instead = lifter_of_rig(options.rig)
        if instead:
            console.print(escape(instead), soft_wrap=True)
    say_if_pretrained(model or PRETRAINED, console)
    return lifter_named(model or PRETRAINED)
