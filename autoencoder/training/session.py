"""Training session: a training as work with progress, snapshots and resuming."""

import time
from dataclasses import replace

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.record import EpochResult
from autoencoder.model.runtime import resolve_runtime
from autoencoder.steps import Steps
from autoencoder.training.plan import TrainingPlan
from autoencoder.training.progress import MAX_POINTS, ThinnedCurve, TrainingProgress
from autoencoder.training.recorder import Recorder
from autoencoder.training.result import make_checkpoint
from autoencoder.training.trainer import Event, Progress, Trainer
from autoencoder.training.unfinished import Unfinished

LOOK_EVERY = 1.0  # seconds, at least
LOOK_SHARE = 0.02  # of a training's time, at most


class Training:
    """The work of training a plan; its result is the model, or None before the end of the first epoch."""

    def __init__(self, plan: TrainingPlan):
        self._plan: TrainingPlan | None = plan  # images and network are let go of at the end
        self._trainer: Trainer | None = None
        self._recorder: Recorder | None = None
        self._unfinished: Unfinished | None = None  # what to go on from
        self._losses = ThinnedCurve(MAX_POINTS)
        self._look_at = 0.0  # when to look next at what is learnt
        source = plan.dataset.name
        self.progress = TrainingProgress(source, plan.model, plan.settings, n_trained=plan.n_trained)

    def steps(self) -> Steps[None]:
        self._set_up()
        self._recorder.begin()
        self._look()
        for step in self._trainer.steps():
            self._note_event(step.partial)
            if self._recorder.note(step.partial):
                self._note(replay=self._recorder.replay)
            if time.monotonic() > self._look_at:
                self._look()
            yield step

    def finish(self) -> Checkpoint | None:
        if self._unfinished is not None:
            self._set_up()
        checkpoint = self._checkpoint() if self._trainer and self._trainer.history else None
        self._plan = self._trainer = self._recorder = None
        return checkpoint

    def snapshot(self) -> bytes:
        trainer, plan = self._trainer, self._plan
        if trainer is None:
            return (self._unfinished or Unfinished.of(plan)).to_bytes()
        self._look()  # the progress of a paused training shows the network as it is
        state = {"runtime": trainer.runtime, "snapshot": trainer.snapshot(), "losses": self._losses}
        state |= {"latest": self.progress.latest, "replay": self._recorder.replay}
        return Unfinished.of(plan, **state).to_bytes()

    def resume(self, snapshot: bytes) -> None:
        self._unfinished, self._trainer = Unfinished.from_bytes(snapshot), None
        self._losses, self._look_at = self._unfinished.losses, 0.0
        self.progress = replace(self._unfinished.progress, n_trained=self._plan.n_trained)

    def _set_up(self) -> None:
        plan, runtime = self._plan, resolve_runtime(threads=1)
        before, self._unfinished = self._unfinished, None
        if before and before.runtime and before.runtime.device == runtime.device:
            runtime = before.runtime
        self._trainer = Trainer(plan.dataset.images, plan.model, plan.settings, runtime, plan.dataset.labels)
        if before and before.snapshot:
            self._trainer.restore(before.snapshot)
        self._recorder = Recorder(self._trainer, plan.dataset, before.replay if before else None)
        self._note(n_steps=self._trainer.n_steps, replay=self._recorder.replay)

    def _checkpoint(self) -> Checkpoint:
        self._trainer.measure_end()
        self._note(epochs=tuple(self._trainer.history))
        self._recorder.end()
        self._look()
        made = make_checkpoint(self._plan.name, self._trainer, self._plan.dataset, self._plan.test)
        return replace(made, replay=self._recorder.replay)

    def _note_event(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._losses.add(event.step / self._trainer.steps_per_epoch, event.loss)
            self._note(latest=event, losses=self._losses.points)
        elif isinstance(event, EpochResult):
            self._note(epochs=(*self.progress.epochs, event))

    def _look(self) -> None:
        started = time.monotonic()
        seen = self._recorder.look()
        if seen is not None:
            positions, reconstructions = seen
            self._note(positions=positions, reconstructions=reconstructions, replay=self._recorder.replay)
        now = time.monotonic()
        self._look_at = now + max(LOOK_EVERY, (now - started) / LOOK_SHARE)

    def _note(self, **changes) -> None:
        self.progress = replace(self.progress, **changes)
