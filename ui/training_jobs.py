"""A visitor's training as a job: found again after a reload, and after the server was started anew."""

from autoencoder.checkpoints import Checkpoint
from autoencoder.datasets import DATASETS, Dataset
from autoencoder.errors import LatentSpaceError, TrainingError
from ui import caches
from ui.frame import refusal
from ui.jobs import Job, JobQueue, code_of, job_queue
from ui.plans import Plan
from ui.trainings import Training
from ui.unfinished import Unfinished
from ui.visitors import current_workspace, visitor_id
from ui.workspace import Workspace


class ModelKeeper:
    """Keeps a visitor's model, and on the way to it what a restarted server needs to go on."""

    def __init__(self, workspace: Workspace, name: str):
        self._workspace, self._name = workspace, name

    def note(self, snapshot: bytes) -> None:
        self._workspace.keep_unfinished(snapshot)

    def rest(self, is_paused: bool) -> None:
        self._workspace.mark_paused(is_paused)

    def keep(self, checkpoint: Checkpoint | None, is_whole: bool) -> str | None:
        """The name under which the model was kept, if there is one."""
        name = None
        if checkpoint is not None:
            name = self._workspace.free_model_name(self._name)
            name = self._workspace.save_model(checkpoint, name)
        self._workspace.drop_unfinished()
        return name


def begin_training(plan: Plan) -> Job:
    """Have the visitor's plan trained. Raises JobError while another training of theirs is under way."""
    return train(job_queue(), visitor_id(), plan, current_workspace())


def current_training() -> Job | None:
    """The visitor's newest training: under way, over, or going on from where a server left it.

    One that was paused stays so. Raises LatentSpaceError where an unfinished one cannot go on.
    """
    job = job_queue().find(visitor_id())
    if job is None:
        job = take_up(job_queue(), visitor_id(), current_workspace())
        if job and not current_workspace().is_paused():
            job.resume()
    return job


def can_go_on(job: Job) -> bool:
    """Whether a training that failed can be taken up where it was kept: a full disk may have room now."""
    is_worth_it = isinstance(job.error, LatentSpaceError) and not isinstance(job.error, TrainingError)
    return is_worth_it and current_workspace().unfinished() is not None


def go_on() -> None:
    """Take the visitor's failed training up again."""
    job_queue().forget(visitor_id())
    with refusal():
        current_training().resume()


def forget_training() -> None:
    """Let go of the visitor's training that is over, or cannot go on."""
    job_queue().forget(visitor_id())
    current_workspace().drop_unfinished()


def train(queue: JobQueue, owner: str, plan: Plan, workspace: Workspace) -> Job:
    return queue.submit(owner, Training(plan), ModelKeeper(workspace, plan.name), name=_name(owner, plan))


def take_up(queue: JobQueue, owner: str, workspace: Workspace) -> Job | None:
    """The training in the workspace that no queue knows of, as a paused job; None where there is none."""
    snapshot = workspace.unfinished()
    if snapshot is None:
        return None
    plan = Unfinished.from_bytes(snapshot).plan(lambda name, split: _dataset(workspace, name, split))
    training = Training(plan)
    training.resume(snapshot)
    return queue.submit(owner, training, ModelKeeper(workspace, plan.name), snapshot, _name(owner, plan))


def _name(owner: str, plan: Plan) -> str:
    """With the code that the visitor's own page shows too."""
    model = plan.model
    return f"Training {code_of(owner)}, {model.kind} of {plan.dataset.name}, code size {model.latent_dim}"


def _dataset(workspace: Workspace, name: str, split: str) -> Dataset:
    return (
        caches.named_dataset(name, split)
        if name in DATASETS
        else caches.kept_images(workspace.images_path(name), name)
    )
