"""What each command of the command line does: arguments in, a report as a dict out.

What imports torch is imported inside the commands that need it, so that help and usage errors answer at once.
"""

import argparse
import sys
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from autoencoder.data.catalogue import list_datasets
from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_dataset
from autoencoder.data.readers.pixels import looks_inverted
from autoencoder.errors import DatasetError
from autoencoder.figures.pictures import grid, png, strip
from autoencoder.model.architecture import Architecture, ModelSettings, mirror_table
from autoencoder.steps import Step, Steps

if TYPE_CHECKING:
    from autoencoder.training.classifier import FeatureClassifier
    from autoencoder.training.trainer import Trainer


def train(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.record import TrainingSettings
    from autoencoder.checkpoint.store import check_destination, save_checkpoint
    from autoencoder.model.runtime import resolve_runtime
    from autoencoder.training.result import make_checkpoint
    from autoencoder.training.trainer import Trainer

    model = ModelSettings(args.kind, args.latent_dim, args.beta, Architecture.preset(args.architecture))
    settings = TrainingSettings(
        args.epochs, args.batch_size, args.learning_rate, args.seed, str(args.noise), args.images
    )
    if check_destination(args.out).exists():
        print(f"note: what is in {args.out} will be replaced", file=sys.stderr)
    dataset = _load(args, "train")
    test = _load(args, "test") if dataset.split == "train" else None
    trainer = Trainer(dataset.images, model, settings, resolve_runtime(args.threads), dataset.labels)
    _train(trainer)
    checkpoint = make_checkpoint(Path(args.out).name, trainer, dataset, test)
    folder = save_checkpoint(checkpoint, args.out)
    return {
        "checkpoint": str(folder),
        "epochs": trainer.history[-1].epoch,
        "seconds": trainer.seconds,
        **_last_losses(trainer.history),
    }


def evaluate(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.store import load_checkpoint
    from autoencoder.experiments.reconstruction import evaluate

    checkpoint = load_checkpoint(args.checkpoint)
    args.dataset = args.dataset or _trained_on(checkpoint)
    dataset = _load(args, args.split)
    means = evaluate(checkpoint.model, dataset.images, args.noise, args.seed).means()
    if args.noise is None:
        means = {name: value for name, value in means.items() if not name.startswith("noisy")}
    return {"dataset": dataset.name, "split": dataset.split, "n_images": dataset.n_images, **means}


def embed(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.store import load_checkpoint
    from autoencoder.latent.projection import project

    checkpoint = load_checkpoint(args.checkpoint)
    dataset = _load(args, "test")
    latents = checkpoint.model.encode(dataset.images)
    arrays = {"latents": latents, "map": project(latents).positions}
    if dataset.labels is not None:
        arrays["labels"] = dataset.labels
    with _writing(args.out) as file:
        np.savez_compressed(file, **arrays)
    return {"out": str(args.out), "n_images": dataset.n_images, "latent_dim": checkpoint.model.latent_dim}


def interpolate(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.path_kinds import walk
    from autoencoder.checkpoint.store import load_checkpoint

    checkpoint = load_checkpoint(args.checkpoint)
    dataset = _load(args, "test")
    ends = checkpoint.model.encode(dataset.images[[_row(dataset, args.start), _row(dataset, args.end)]])
    latents = walk(checkpoint, args.path, *ends, args.steps)
    measured = checkpoint.support.measure(latents)
    if args.out:
        with _writing(args.out) as file:
            file.write(png(strip(measured.images), scale=4))
    columns = {
        "t": np.linspace(0, 1, args.steps),
        "latent": latents,
        "round_trip": measured.round_trip,
        "neighbour_distance": measured.neighbour_distance,
        "decoded_step": measured.decoded_step,
        "off_support": measured.off_support,
    }
    return {
        "steps": [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)],
        "off_support_share": measured.off_support_share,
        "jump_ratio": measured.jump_ratio,
    }


def gaps(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.store import load_checkpoint
    from autoencoder.experiments.gaps.statistic import gap_steps
    from autoencoder.experiments.gaps.words import comparisons
    from autoencoder.latent.gap_score import random_pairs

    models = [load_checkpoint(name) for name in args.checkpoints]
    dataset = _load(args, "test")
    if dataset.n_images < 2:
        raise DatasetError(f"{dataset.name} has one image: a path needs two. Choose other images.")
    pairs = random_pairs(dataset.labels, dataset.n_images, args.pairs, args.seed)
    statistics = []
    for model in models:
        steps = gap_steps(model.name, model.support, model.model.encode(dataset.images), pairs)
        statistics.append(_run(steps, f"paths of {model.name}"))
    return {
        "models": [_gap_report(statistic) for statistic in statistics],
        "pairs": args.pairs,
        "seed": args.seed,
        "auc": comparisons(statistics),
    }


def study(args: argparse.Namespace) -> dict:
    from autoencoder.experiments.gaps.study import Plan, beside_the_gaps, findings, table
    from autoencoder.experiments.gaps.study_trials import begin_study, study_steps
    from autoencoder.model.runtime import resolve_runtime, use_one_thread

    if args.threads == 1:
        use_one_thread()
    runtime = resolve_runtime(args.threads)
    plan = Plan(
        args.sizes, args.at, args.noise, args.beta, tuple(range(args.seeds)),
        args.images, args.epochs, args.pairs,
    )  # fmt: skip
    empty, training, held_out = begin_study(plan, *_load_both(args), runtime)
    steps = study_steps(_taken_up(empty, args.out), training, held_out, runtime)
    found = _run(steps, f"{len(plan.settings) * args.seeds} models", _keep_in(args.out))
    said = [f"{each.against}. {each.verdict}. {each.figures}" for each in findings(found)]
    return {
        "made_from": found.made_from,
        "settings": table(found),
        "findings": [*said, beside_the_gaps(found)],
    }


def generate(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.store import load_checkpoint
    from autoencoder.data.images import are_alike
    from autoencoder.experiments.generate.samples import apart, sample, score_steps, yardstick_steps
    from autoencoder.latent.sources import MIXTURE, sampler_steps
    from autoencoder.model.runtime import use_one_thread

    use_one_thread()
    checkpoint = load_checkpoint(args.checkpoint)
    training, test = _load_both(args)
    if are_alike(training.images):
        raise DatasetError(
            f"The images of {training.name} do not differ from each other: there is nothing to judge samples "
            "by. Choose other images."
        )
    latents = checkpoint.model.encode(training.images)
    if args.source == MIXTURE:
        _check_mixture(training, args.components or 1)
    training, held_out = apart(training, test or training)
    classifier = _taught(training, held_out)
    sampler = _run(sampler_steps(args.source, latents, 0, args.components), "fitting the source")
    samples = sample(sampler, checkpoint.support, args.n, args.seed, args.temperature)
    if args.out:
        with _writing(args.out) as file:
            file.write(png(grid(samples.images, round(args.n**0.5) or 1), scale=4))
    steps = yardstick_steps(checkpoint.model, training.images, held_out.images, classifier)
    yardstick = _run(steps, "getting ready to judge")
    scores = _run(score_steps(args.source, samples, yardstick), "judging the samples")
    return {
        "source": args.source,
        "n": args.n,
        "seed": args.seed,
        "components": getattr(sampler, "n_components", None) if args.source == MIXTURE else None,
        "frechet": scores.frechet,
        "frechet_floor": scores.frechet_floor,
        "off_support_share": scores.off_support_share,
        "copy_share": scores.copy_share,
        "class_shares": _by_class(training, classifier, scores.class_shares),
    }


def _taught(training: Dataset, held_out: Dataset) -> "FeatureClassifier | None":
    """Whose features images are compared in; None, said so, where there is nothing to teach it with."""
    from autoencoder.training.classifier import FEWEST_IMAGES, classifier_steps

    if training.labels is None or training.n_images < FEWEST_IMAGES:
        lack = "no labels" if training.labels is None else "too few images"
        print(f"note: {lack} to teach a classifier with, so no Fréchet distance", file=sys.stderr)
        return None
    return _run(classifier_steps(training, held_out), "teaching a classifier")


def anomalies(args: argparse.Namespace) -> dict:
    from autoencoder.experiments.outliers.trials import anomalies_steps
    from autoencoder.model.runtime import use_one_thread

    use_one_thread()
    steps = anomalies_steps(
        *_load_both(args), args.protocol, args.class_name, args.latent_dim, args.seed, args.false_alarms
    )
    return _run(steps, "training on what is normal")


def few_labels(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.store import load_checkpoint
    from autoencoder.experiments.few_labels.measure import few_label_steps
    from autoencoder.experiments.few_labels.task import few_label_task
    from autoencoder.experiments.few_labels.verdicts import curve
    from autoencoder.model.runtime import use_one_thread

    use_one_thread()
    checkpoint = load_checkpoint(args.checkpoint)
    task = few_label_task(*_load_both(args), args.seed)
    steps = few_label_steps(checkpoint.model, task, args.learners, args.labels, args.draws, args.seed)
    outcome = _run(steps, "learning")
    wanted = ("learner", "n_labels", "mean", "std")
    return {"results": [{name: getattr(point, name) for name in wanted} for point in curve(outcome)]}


def describe(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.store import find_checkpoint, read_config

    folder = find_checkpoint(args.checkpoint)
    config = read_config(folder)
    rows = [asdict(row) for row in mirror_table(config.model)]
    n_parameters = sum(row["n_parameters"] + row["mirror_n_parameters"] for row in rows)
    return {"name": folder.name, **_summary(config), "n_parameters": n_parameters, "layers": rows}


def checkpoints(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoint.store import list_checkpoints

    return {"items": [{"name": info.name, **_summary(info.config)} for info in list_checkpoints()]}


def datasets(args: argparse.Namespace) -> dict:
    return {"items": [asdict(info) for info in list_datasets(args.data_root)]}


def _load(args: argparse.Namespace, split: str) -> Dataset:
    with tqdm(total=100, unit="%", leave=False, delay=1, disable=None) as bar:

        def on_progress(share: float, sentence: str) -> None:
            bar.set_description(sentence)
            bar.update(round(100 * share) - bar.n)

        dataset = load_dataset(
            args.dataset, split, args.data_root, invert=args.invert, on_progress=on_progress
        )
    if dataset.split == "all" and looks_inverted(dataset.images):
        print("note: this looks like dark ink on light ground; --invert turns it round", file=sys.stderr)
    return dataset


def _load_both(args: argparse.Namespace) -> tuple[Dataset, Dataset | None]:
    """Training and test images; None for those of a data set without a split."""
    training = _load(args, "train")
    return training, _load(args, "test") if training.split == "train" else None


def _trained_on(checkpoint) -> str:
    source = checkpoint.config.source
    if checkpoint.config.atlas.split == "all":
        raise DatasetError(
            f"{checkpoint.name} was trained on a file of yours, {source.name}, and a model does not keep "
            "where that lies. Name it: --dataset PATH."
        )
    return source.name


def _train(trainer: "Trainer") -> None:
    """Train to the end, or to the interrupt that comes after at least one epoch."""
    from autoencoder.checkpoint.record import EpochResult
    from autoencoder.training.trainer import Progress

    def note(step: Step, bar: tqdm) -> None:
        if isinstance(step.partial, Progress):
            words = f"epoch {step.partial.epoch}, loss {step.partial.loss:.1f} nats"
            bar.set_postfix_str(words, refresh=False)
        elif isinstance(step.partial, EpochResult):
            bar.write(_epoch_line(step.partial), file=sys.stderr)

    try:
        _run(trainer.steps(), "training", note)
    except KeyboardInterrupt:
        if not trainer.history:
            raise
        print("stopped; the model is saved as it is now", file=sys.stderr)


def _run(steps: Steps, what: str, note: Callable[[Step, tqdm], None] = lambda step, bar: None) -> Any:
    """Drive steps to their result behind a progress bar; ``note`` is called with each step."""
    with tqdm(total=100, unit="%", leave=False, delay=1, disable=None, desc=what) as bar:
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                return end.value
            bar.update(round(100 * step.share) - bar.n)
            note(step, bar)


def _taken_up(empty, path: Path | None):
    """The study in the file, if there is one already; a different study is not overwritten."""
    from autoencoder.experiments.gaps.study import read_study

    if path is None or not path.exists():
        return empty
    before = read_study(path)
    if before.made_from != empty.made_from:
        raise DatasetError(
            f"{path} holds a study of other images, settings or threads. Remove it, or choose another --out."
        )
    print(f"note: {len(before.runs)} models of {path} are not trained again", file=sys.stderr)
    return before


def _keep_in(path: Path | None) -> Callable[[Step, tqdm], None]:
    """Writer of a study to a file whenever a model has been added."""
    from autoencoder.experiments.gaps.study import save_study

    n_written = 0

    def note(step: Step, bar: tqdm) -> None:
        nonlocal n_written
        if path and len(step.partial.runs) > n_written:
            with _writing(path) as file:
                file.write(save_study(step.partial).encode())
            n_written = len(step.partial.runs)

    return note


def _check_mixture(dataset: Dataset, n_components: int) -> None:
    from autoencoder.latent.sources import FEWEST_CODES

    most = dataset.n_images // 2
    if dataset.n_images < FEWEST_CODES:
        raise DatasetError(
            f"{dataset.name} has {dataset.n_images:,} images, and a mixture needs at least {FEWEST_CODES}. "
            "Choose more images, or another --source."
        )
    if n_components > most:
        raise DatasetError(
            f"{dataset.name} has {dataset.n_images:,} images, and a component needs two. Choose more images, "
            f"or --components up to {most}."
        )


def _by_class(dataset: Dataset, classifier, shares: np.ndarray | None) -> dict[str, float] | None:
    if shares is None:
        return None
    names = [dataset.class_names[label] for label in classifier.class_labels]
    return dict(zip(names, shares, strict=True))


def _gap_report(statistic) -> dict:
    from autoencoder.experiments.statistics import interval
    from autoencoder.latent.gap_score import JUMP, SHARE

    measures = {
        f"{score.name}_{kind}": asdict(interval(score.of(getattr(statistic, kind))))
        for score in (SHARE, JUMP)
        for kind in ("cross", "same")
    }
    return {"name": statistic.name, **measures}


def _epoch_line(result) -> str:
    return (
        f"epoch {result.epoch:,.4g}: training {result.train_loss:.2f}, held out {result.validation_loss:.2f} "
        f"nats an image; held-out PSNR {result.validation_psnr:.2f} dB"
    )


def _row(dataset: Dataset, index: int) -> int:
    if index >= dataset.n_images:
        raise DatasetError(
            f"There is no image {index}: {dataset.name} ({dataset.split}) has {dataset.n_images:,} images, "
            f"counted from 0. Choose an index up to {dataset.n_images - 1}."
        )
    return index


@contextmanager
def _writing(path: Path):
    """An open file that becomes ``path`` when all of it is written."""
    scratch = path.with_name(f".{path.name}.part")
    try:
        with open(scratch, "wb") as file:
            yield file
        scratch.replace(path)
    except OSError as error:
        raise DatasetError(f"{path} could not be written: {error.strerror}. Choose another place.") from error
    finally:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)


def _summary(config) -> dict:
    """What a list of models says of one."""
    return {
        "kind": config.model.kind,
        "latent_dim": config.model.latent_dim,
        "architecture": config.model.architecture.name,
        "dataset": config.source.name,
        "n_images": config.source.n_images,
        "epochs": config.training.history[-1].epoch if config.training.history else 0,
        "seconds": config.training.seconds,
        **_last_losses(config.training.history),
    }


def _last_losses(history) -> dict:
    last = asdict(history[-1]) if history else {}
    return {name: last.get(name) for name in ("train_loss", "validation_loss", "validation_psnr")}
