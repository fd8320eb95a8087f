"""The state of a training, and one step of it."""

import torch
from jaxtyping import Int64
from torch import Generator, Tensor

from canonpose.lifter.network import Lifter
from canonpose.losses.objective import Losses, TargetBatch, objective
from canonpose.skeleton import Skeleton
from canonpose.training.augmentation import Augmentation
from canonpose.training.config import TrainingConfig
from canonpose.training.distributed import ALONE, Processes
from canonpose.training.graphs import GraphedStep
from canonpose.training.precision import multiplying_in, resolved, warn_if_slow
from canonpose.training.randomness import ORDER, STEP, generator_for, seed_for, seeded_weights
from canonpose.training.samples import Samples
from canonpose.training.schedule import camera_share_at, learning_rate_at
from canonpose.training.source import SampleSource
from canonpose.training.stretches import in_pairs


class Trainer:
    """A network, its optimiser and where in the training they are.

    Parameters
    ----------
    samples : SampleSource
        Which gives batches on ``device``.
    skeleton : Skeleton
    config : TrainingConfig
    static_cameras : bool
        Whether all samples of a rig share their cameras' relative rotations; else those of a
        stretch at most.
    device : torch.device
    processes : Processes
        Those that train together, each on its part of a batch.
    """

    def __init__(
        self,
        samples: SampleSource,
        skeleton: Skeleton,
        config: TrainingConfig,
        static_cameras: bool,
        device: torch.device,
        processes: Processes = ALONE,
    ):
        self.config = config
        self.skeleton = skeleton
        self.samples = samples
        self.static_cameras = static_cameras
        self.device = device
        self.processes = processes
        self.step = 0
        self.batch = min(config.batch, len(samples))
        self.steps_per_epoch = -(-len(samples) // self.batch)
        self.epochs = max(config.epochs, -(-config.min_steps // self.steps_per_epoch))
        self.steps = self.epochs * self.steps_per_epoch
        self.network = _seeded_network(len(skeleton), config).to(device)
        self._lift = processes.together(self.network, device)
        self.optimiser = self._new_optimiser()
        self._camera_share = torch.ones((), device=device)
        self._augment = Augmentation(config.augmentation, skeleton)
        self._order: tuple[int, Tensor] | None = None
        self._graphed = self._new_graph()
        self.precision = resolved(config.precision, device)
        warn_if_slow(self.precision, device)

    terms: tuple[str, ...] = Losses._fields
    """Names of what `advance` returns."""
    draws_on_device = True
    """Whether `losses` draws where its generator is, and never waits for the device."""

    @property
    def paired(self) -> bool:
        """Whether moving cameras are taken to stand still between two samples of a pair."""
        return self.config.loss.camera_moving and not self.static_cameras

    @property
    def epoch(self) -> int:
        """How many epochs are complete."""
        return self.step // self.steps_per_epoch

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return learning_rate_at(self.config, self.step, self.steps)

    def advance(self) -> tuple[Tensor, ...]:
        """Take one optimiser step; returns its losses, detached and still on the device.

        Nothing in it waits for a GPU, so that steps queue up there. Of several processes, each has
        its share of the losses: they add up.
        """
        chosen = self._batch_indices(self.step)
        self._follow_schedule()
        seed = seed_for(self.config.seed, STEP, self.step, self.processes.number)
        if self._graphed is not None and len(chosen) == self.batch:
            losses = self._graphed(chosen, seed)
        else:
            where = self.device if self.draws_on_device else "cpu"
            losses = self._take_step(chosen, Generator(where).manual_seed(seed))
        self.step += 1
        return losses

    def _take_step(self, chosen: Tensor, generator: Generator) -> tuple[Tensor, ...]:
        """Losses and gradients of a batch, and the optimiser's step."""
        losses = self.losses(chosen, generator)
        self.optimiser.zero_grad()
        # The gradients of several processes are averaged, and their losses are shares of a sum.
        (losses[-1] * self.processes.count).backward()
        self.optimiser.step()
        return type(losses)(*(term.detach() for term in losses))

    def _gathered(self, chosen: Tensor) -> Samples:
        """One batch, while the next is read where that takes its time."""
        moments = self.samples.gather(chosen)
        if (self.step + 1) % self.steps_per_epoch:
            self.samples.expect(self._batch_indices(self.step + 1))
        return moments

    def losses(self, chosen: Int64[Tensor, " batch"], generator: Generator) -> tuple[Tensor, ...]:
        """The terms of some samples' losses, their weighted sum last."""
        moments = self._gathered(chosen)
        still = moments.rigs if self.static_cameras else None
        batch = self._augment(moments.positions, moments.scores, generator, still)
        with multiplying_in(self.precision, self.device):
            poses, rotation = self._lift(batch.input_positions, batch.input_scores)
        targets = TargetBatch(
            batch.target,
            batch.scores,
            rigs=moments.stretches if self.paired else still,
            rig_count=self.samples.stretch_count if self.paired else self.samples.rig_count,
            view_frames=batch.view_frames if self._augment.turns_views else None,
        )
        return objective(
            targets,
            poses,
            rotation,
            self.config.loss,
            generator=generator,
            camera_share=self._camera_share,
            # Limbs of several moments on one trunk are no evidence of what a body can do.
            skeleton=None if self._augment.exchanges_branches(still) else self.skeleton,
            over_parts=self.processes.total,
        )

    def _new_optimiser(self) -> torch.optim.Adam:
        """Adam; on a GPU with everything that changes from step to step in its memory."""
        on_gpu = self.device.type == "cuda"
        rate = self.config.learning_rate
        return torch.optim.Adam(
            self.network.parameters(),
            lr=torch.tensor(rate, device=self.device) if on_gpu else rate,
            weight_decay=self.config.weight_decay,
            fused=True,
            capturable=on_gpu,
        )

    def _follow_schedule(self) -> None:
        """Where a recorded step looks for what changes from step to step."""
        self._camera_share.fill_(camera_share_at(self.config, self.step, self.steps))
        for group in self.optimiser.param_groups:
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(self.learning_rate)
            else:
                group["lr"] = self.learning_rate

    def _new_graph(self) -> GraphedStep | None:
        """Whole batches of samples that lie on a GPU are replayed there.

        Not where anatomy has a say, whose rules are not made for it, nor where processes wait for
        each other.
        """
        resident = isinstance(self.samples, Samples) and self.device.type == "cuda"
        plain = self.draws_on_device and self.processes.count == 1
        if not (resident and plain) or self.config.loss.weight_anatomy > 0:
            return None
        return GraphedStep(self._take_step, self.device)

    def _batch_indices(self, step: int) -> Tensor:
        """Sample indices of this process's part of a step's batch, of its epoch's random order."""
        epoch, place = divmod(step, self.steps_per_epoch)
        if self._order is None or self._order[0] != epoch:
            generator = generator_for(self.config.seed, ORDER, epoch)
            order = self.samples.order(generator)
            if self.paired:
                order = in_pairs(order, self.samples.stretches_of(order), generator)
            self._order = epoch, order
        start = place * self.batch
        batch = self._order[1][start : start + self.batch]
        if self.processes.count == 1:
            return batch
        of = self.samples.stretches_of if self.paired else self.samples.rigs_of
        return batch[self.processes.part_of(of(batch))]

    def state(self) -> dict[str, Tensor]:
        """Weights and Adam's moments, by name."""
        tensors = {}
        for name, parameter in self.network.named_parameters():
            tensors[name] = parameter.detach()
            for moment in ("exp_avg", "exp_avg_sq"):
                if parameter in self.optimiser.state:
                    tensors[f"{moment}/{name}"] = self.optimiser.state[parameter][moment]
        return tensors

    def restore(self, state: dict[str, Tensor], step: int) -> None:
        """Go on from a `state` taken after so many steps."""
        self.step = step
        self._graphed = self._new_graph()
        with torch.no_grad():
            for name, parameter in self.network.named_parameters():
                parameter.copy_(state[name])
                if step:
                    self.optimiser.state[parameter] = {
                        "step": torch.tensor(float(step), device=self.device),
                        "exp_avg": state[f"exp_avg/{name}"].to(self.device),
                        "exp_avg_sq": state[f"exp_avg_sq/{name}"].to(self.device),
                    }


def _seeded_network(joints: int, config: TrainingConfig) -> Lifter:
    """PyTorch's own initialisation, as in the authors' code, but for the spread of rotations."""
    with seeded_weights(config.seed):
        network = Lifter(joints, config.lifter)
    with torch.no_grad():
        network.rotation_head.weight.mul_(config.rotation_spread)
    return network
