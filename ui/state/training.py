"""Training of a visitor as a job, found again after a reload and after a restart of the server."""

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.errors import LatentSpaceError, TrainingError
from autoencoder.training.plan import TrainingPlan
from autoencoder.training.session import Training, Unfinished
from ui.jobs.job import Job, code_of
from ui.jobs.queue import JobQueue
from ui.state.choice import image_set
from ui.state.queues import job_queue
from ui.state.session import current_workspace, refusal, visitor_id
from ui.storage.workspace import Workspace


class ModelHandler:
    """Keeps a visitor's model, and before that the snapshots from which a restarted server resumes."""

    def __init__(self, workspace: Workspace, name: str):
        self._workspace, self._name = workspace, name

    def keep_snapshot(self, snapshot: bytes) -> None:
        self._workspace.training.keep(snapshot)

    def keep_paused(self, is_paused: bool) -> None:
        self._workspace.training.mark_paused(is_paused)

    def keep_result(self, checkpoint: Checkpoint | None, is_whole: bool) -> str | None:
        """The name under which the model was kept, if there is one."""
        models, name = self._workspace.models, None
        if checkpoint is not None:
            name = models.save(checkpoint, models.free_name(self._name))
        self._workspace.training.drop()
        return name


def begin_training(plan: TrainingPlan) -> Job:
    """Start the visitor's training. Raises JobError while another of theirs is running."""
    return train(job_queue(), visitor_id(), plan, current_workspace())


def current_training() -> Job | None:
    """The visitor's newest training: running, over, or resumed from the last server's snapshot.

    A paused one stays paused. Raises LatentSpaceError where an unfinished one cannot be resumed.
    """
    job = job_queue().find(visitor_id())
    if job is None:
        job = restore_training(job_queue(), visitor_id(), current_workspace())
        if job and not current_workspace().training.is_paused():
            job.resume()
    return job


def can_resume(job: Job) -> bool:
    """True for a failed training with a snapshot that may succeed now: a full disk can have room again."""
    is_worth_it = isinstance(job.error, LatentSpaceError) and not isinstance(job.error, TrainingError)
    return is_worth_it and current_workspace().training.read() is not None


def resume_failed() -> None:
    """Resume the visitor's failed training from its snapshot."""
    job_queue().forget(visitor_id())
    with refusal():
        current_training().resume()


def forget_training() -> None:
    """Forget the visitor's training that is over, or cannot be resumed."""
    job_queue().forget(visitor_id())
    current_workspace().training.drop()


def train(
    queue: JobQueue, owner: str, plan: TrainingPlan, workspace: Workspace, snapshot: bytes | None = None
) -> Job:
    """A training as a job; one with a snapshot is paused, and resumes there."""
    training, model = Training(plan), plan.model
    if snapshot is not None:
        training.resume(snapshot)
    name = f"Training {code_of(owner)}, {model.kind} of {plan.dataset.name}, code size {model.latent_dim}"
    return queue.submit(owner, training, ModelHandler(workspace, plan.name), snapshot, name)


def restore_training(queue: JobQueue, owner: str, workspace: Workspace) -> Job | None:
    """The unfinished training of the workspace as a new, paused job; None where there is none."""
    snapshot = workspace.training.read()
    if snapshot is None:
        return None
    plan = Unfinished.from_bytes(snapshot).plan(lambda name, split: image_set(name, split, workspace))
    return train(queue, owner, plan, workspace, snapshot)
