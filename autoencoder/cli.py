"""The command line: one short function a command, over the same domain that the app uses.

A command returns its report as a dict; ``main`` prints it as JSON or as text. What imports torch is
imported inside the commands that need it, so that help and usage errors answer at once.
"""

import argparse
import json
import math
import sys
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np
from tqdm import tqdm

from autoencoder.architecture import KINDS, MAX_LATENT_DIM, PRESETS, Architecture, ModelSettings, mirror_table
from autoencoder.datasets import Dataset, list_datasets, load_dataset
from autoencoder.errors import DatasetError, LatentSpaceError
from autoencoder.noise import NOISE_KINDS, Noise
from autoencoder.pictures import png, strip
from autoencoder.readers import looks_inverted

PATH_NAMES = ("linear", "spherical", "data", "smooth")  # of autoencoder.walks, which takes torch to import
EXAMPLES = """examples:
  python -m autoencoder train --dataset digits --kind vae --latent-dim 2 --epochs 50 --out my-model
  python -m autoencoder evaluate digits-ae-16 --noise gaussian:0.3
  python -m autoencoder interpolate digits-vae-16 --dataset digits --start 0 --end 7 --out strip.png
  python -m autoencoder gaps digits-ae-16 digits-vae-16 --dataset digits
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 when the world did not let it, 2 for a usage error."""
    parser = build_parser()
    args = parser.parse_args(arguments)
    try:
        report = args.run(args)
    except LatentSpaceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    print(json.dumps(_plain(report), allow_nan=False) if args.json else args.text(report))
    return 0


def train(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoints import check_destination, make_checkpoint, save_checkpoint
    from autoencoder.runtime import resolve_runtime
    from autoencoder.training import Trainer, TrainingSettings

    model = ModelSettings(args.kind, args.latent_dim, args.beta, Architecture.preset(args.architecture))
    settings = TrainingSettings(args.epochs, args.batch_size, args.learning_rate, args.seed, str(args.noise))
    if check_destination(args.out).exists():
        print(f"note: what is in {args.out} will be replaced", file=sys.stderr)
    dataset = _load(args, "train")
    test = _load(args, "test") if dataset.split == "train" else None
    trainer = Trainer(dataset.images, model, settings, resolve_runtime(args.threads))
    _follow(trainer)
    checkpoint = make_checkpoint(Path(args.out).name, trainer, dataset, test)
    folder = save_checkpoint(checkpoint, args.out)
    return {
        "checkpoint": str(folder),
        "epochs": len(trainer.history),
        "seconds": trainer.seconds,
        **_last_losses(trainer.history),
    }


def evaluate(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoints import load_checkpoint
    from autoencoder.evaluation import evaluate

    checkpoint = load_checkpoint(args.checkpoint)
    args.dataset = args.dataset or _trained_on(checkpoint)
    dataset = _load(args, args.split)
    means = evaluate(checkpoint.model, dataset.images, args.noise, args.seed).means()
    if args.noise is None:
        means = {name: value for name, value in means.items() if not name.startswith("noisy")}
    return {"dataset": dataset.name, "split": dataset.split, "n_images": dataset.n_images, **means}


def embed(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoints import load_checkpoint
    from autoencoder.projection import project

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
    from autoencoder.checkpoints import load_checkpoint
    from autoencoder.walks import walk

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
    from autoencoder.checkpoints import load_checkpoint
    from autoencoder.gaps import comparisons, gap_steps, random_pairs

    models = [load_checkpoint(name) for name in args.checkpoints]
    dataset = _load(args, "test")
    if dataset.n_images < 2:
        raise DatasetError(f"{dataset.name} has one image: a path needs two. Choose other images.")
    pairs = random_pairs(dataset.labels, dataset.n_images, args.pairs, args.seed)
    statistics = []
    for model in models:
        steps = gap_steps(model.name, model.support, model.model.encode(dataset.images), pairs)
        statistics.append(_last(steps, f"paths of {model.name}"))
    return {
        "models": [_gap_report(statistic) for statistic in statistics],
        "pairs": args.pairs,
        "seed": args.seed,
        "auc": comparisons(statistics),
    }


def describe(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoints import find_checkpoint, read_config

    folder = find_checkpoint(args.checkpoint)
    config = read_config(folder)
    rows = [asdict(row) for row in mirror_table(config.model)]
    n_parameters = sum(row["n_parameters"] + row["mirror_n_parameters"] for row in rows)
    return {"name": folder.name, **_summary(config), "n_parameters": n_parameters, "layers": rows}


def checkpoints(args: argparse.Namespace) -> dict:
    from autoencoder.checkpoints import list_checkpoints

    return {"items": [{"name": info.name, **_summary(info.config)} for info in list_checkpoints()]}


def datasets(args: argparse.Namespace) -> dict:
    return {"items": [asdict(info) for info in list_datasets(args.data_root)]}


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options; a value out of range is a usage error."""
    parser = argparse.ArgumentParser(
        prog="python -m autoencoder",
        description="Train autoencoders, measure them, and walk through their latent spaces.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_train(commands)
    _add_evaluate(commands)
    _add_embed(commands)
    _add_interpolate(commands)
    _add_gaps(commands)
    command = _add(
        commands, "describe", describe, "show a model's layers, each beside its mirror", _layer_table
    )
    _add_checkpoint(command)
    _add(commands, "checkpoints", checkpoints, "list the shipped models with their figures", _table)
    _add(commands, "datasets", datasets, "list the data sets: embedded, on disk, or to download", _table)
    return parser


def _add_train(commands) -> None:
    command = _add(commands, "train", train, "train a model and save it as a folder")
    _add_dataset(command, required=True)
    command.add_argument("--kind", choices=KINDS, required=True, help="plain, denoising or variational")
    command.add_argument(
        "--latent-dim", type=_whole(1, MAX_LATENT_DIM), required=True, metavar="D",
        help=f"numbers in a code, 1 to {MAX_LATENT_DIM}",
    )  # fmt: skip
    command.add_argument("--architecture", choices=PRESETS, default="conv", help="default: conv")
    command.add_argument("--epochs", type=_whole(1, 1000), default=15, metavar="E", help="default: 15")
    command.add_argument("--batch-size", type=_whole(1, 4096), default=128, metavar="B", help="default: 128")
    command.add_argument(
        "--learning-rate", type=_number(1e-9, 1), default=8e-3, metavar="R", help="peak; default: 0.008"
    )
    command.add_argument(
        "--beta", type=_number(0, 1000), default=1.0, metavar="F", help="weight of a vae's KL; default: 1"
    )
    command.add_argument(
        "--noise", type=_noise, default="gaussian:0.3", metavar="KIND:LEVEL",
        help="laid over the inputs of a dae; default: gaussian:0.3",
    )  # fmt: skip
    command.add_argument("--threads", type=_whole(1, 64), metavar="T", help="CPU threads; default: all cores")
    _add_seed(command)
    command.add_argument("--out", required=True, metavar="FOLDER", help="where the model is written")


def _add_evaluate(commands) -> None:
    command = _add(commands, "evaluate", evaluate, "measure how well a model gives images back")
    _add_checkpoint(command)
    _add_dataset(command, required=False)
    command.add_argument("--split", choices=("train", "test"), default="test", help="default: test")
    command.add_argument(
        "--noise", type=_noise, metavar="KIND:LEVEL",
        help=f"corrupt what the model is given; kinds: {', '.join(NOISE_KINDS)}; level 0 to 1",
    )  # fmt: skip
    _add_seed(command)


def _add_embed(commands) -> None:
    command = _add(commands, "embed", embed, "write the codes of a data set, and their map, as .npz")
    _add_checkpoint(command)
    _add_dataset(command, required=True)
    command.add_argument("--out", type=Path, required=True, metavar="FILE.npz")


def _add_interpolate(commands) -> None:
    command = _add(commands, "interpolate", interpolate, "walk from one image to another", _path_text)
    _add_checkpoint(command)
    _add_dataset(command, required=True)
    most = 100_000_000
    command.add_argument(
        "--start", type=_whole(0, most), required=True, metavar="I", help="test image, from 0"
    )
    command.add_argument("--end", type=_whole(0, most), required=True, metavar="J", help="test image, from 0")
    command.add_argument("--path", choices=PATH_NAMES, default="linear", help="default: linear")
    command.add_argument(
        "--steps",
        type=_whole(2, 1000),
        default=17,
        metavar="N",
        help="2 to 1000, both ends counted; default: 17",
    )
    command.add_argument("--out", type=Path, metavar="STRIP.png", help="write the decoded steps as a picture")


def _add_gaps(commands) -> None:
    command = _add(commands, "gaps", gaps, "measure how paths between random pairs leave the data", _gap_text)
    command.add_argument(
        "checkpoints", nargs="+", metavar="CHECKPOINT", help="models' folders, or shipped models' names"
    )
    _add_dataset(command, required=True)
    command.add_argument(
        "--pairs", type=_whole(1, 100_000), default=400, metavar="N",
        help="pairs of one class, and as many of two; default: 400",
    )  # fmt: skip
    _add_seed(command)


def _add(
    commands, name: str, run: Callable, help: str, text: Callable | None = None
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=help, description=help.capitalize() + ".")
    command.add_argument(
        "--data-root", metavar="FOLDER", help="where data sets lie; default: $LATENT_DATA_ROOT, data/"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    command.set_defaults(run=run, text=text or _lines)
    return command


def _add_checkpoint(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "checkpoint", metavar="CHECKPOINT", help="a model's folder, or a shipped model's name"
    )


def _add_dataset(command: argparse.ArgumentParser, required: bool) -> None:
    default = "" if required else "; default: what the model was trained on"
    text = f"a data set's name, or a path to .npz, IDX, .zip or a folder of pictures{default}"
    command.add_argument("--dataset", required=required, metavar="DATA", help=text)
    command.add_argument("--invert", action="store_true", help="the images are dark ink on light ground")


def _add_seed(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=_whole(0, 2**32 - 1), default=0, metavar="S", help="default: 0")


def _whole(least: int, most: int) -> Callable[[str], int]:
    def whole_number(text: str) -> int:
        if not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be a whole number from {least} to {most}, got {text}")
        return int(text)

    return whole_number


def _number(least: float, most: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        if not least <= float(text) <= most:  # NaN fails this too
            raise argparse.ArgumentTypeError(f"must be a number from {least:g} to {most:g}, got {text}")
        return float(text)

    return number


def _noise(text: str) -> Noise:
    try:
        return Noise.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


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


def _trained_on(checkpoint) -> str:
    source = checkpoint.config.source
    if checkpoint.config.atlas.split == "all":
        raise DatasetError(
            f"{checkpoint.name} was trained on a file of yours, {source.name}, and a model does not keep "
            "where that lies. Name it: --dataset PATH."
        )
    return source.name


def _follow(trainer) -> None:
    """Train to the end, or to the interrupt that comes after at least one epoch."""
    from autoencoder.training import EpochResult, Progress

    with tqdm(total=trainer.n_steps, unit="step", disable=None) as bar:
        try:
            for event in trainer.events():
                if isinstance(event, Progress):
                    bar.update(event.step - bar.n)
                    bar.set_postfix_str(f"epoch {event.epoch}, loss {event.loss:.1f} nats", refresh=False)
                elif isinstance(event, EpochResult):
                    bar.write(_epoch_line(event), file=sys.stderr)
        except KeyboardInterrupt:
            if not trainer.history:
                raise
            bar.write("stopped; the model is saved as it is now", file=sys.stderr)


def _last(steps, what: str):
    """The result of work that yields the share done with its result, which is there at the end."""
    result = None
    with tqdm(total=100, unit="%", leave=False, delay=1, disable=None, desc=what) as bar:
        for share, found in steps:
            result = found
            bar.update(round(100 * share) - bar.n)
    return result


def _gap_report(statistic) -> dict:
    from autoencoder.gaps import interval

    measures = {
        f"{score}_{kind}": asdict(interval(getattr(getattr(statistic, kind), score)))
        for score in ("off_support_share", "jump_ratio")
        for kind in ("cross", "same")
    }
    return {"name": statistic.name, **measures}


def _epoch_line(result) -> str:
    return (
        f"epoch {result.epoch}: training {result.train_loss:.2f}, held out {result.validation_loss:.2f} "
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
        "epochs": len(config.training.history),
        "seconds": config.training.seconds,
        **_last_losses(config.training.history),
    }


def _last_losses(history) -> dict:
    last = asdict(history[-1]) if history else {}
    return {name: last.get(name) for name in ("train_loss", "validation_loss", "validation_psnr")}


def _plain(value):
    """The value in JSON's types; numbers that are not finite become null."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(entry) for entry in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _lines(report: dict) -> str:
    width = max(len(name) for name in report)
    return "\n".join(f"{name:<{width}}  {_cell(value)}" for name, value in report.items())


def _table(report: dict) -> str:
    items = report["items"]
    if not items:
        return "none"
    names = [name for name in items[0] if name not in ("description", "credit", "licence", "url")]
    return _aligned([names, *([_cell(item[name]) for name in names] for item in items)])


def _layer_table(report: dict) -> str:
    titles = ["layer", "output", "parameters", "mirror", "output", "parameters"]
    rows = [[_cell(value) for value in row.values()] for row in report["layers"]]
    head = {name: value for name, value in report.items() if name != "layers"}
    return f"{_lines(head)}\n\n{_aligned([titles, *rows])}"


def _path_text(report: dict) -> str:
    names = [name for name in report["steps"][0] if name != "latent"]
    rows = [[_cell(step[name]) for name in names] for step in report["steps"]]
    head = {name: value for name, value in report.items() if name != "steps"}
    return f"{_aligned([names, *rows])}\n\n{_lines(head)}"


def _gap_text(report: dict) -> str:
    names = [name for name in report["models"][0] if name != "name"]
    rows = [[model["name"], *(_interval_cell(model[name]) for name in names)] for model in report["models"]]
    verdicts = [
        f"A random path of {pair['worse']} across classes is worse than one of {pair['better']} in "
        f"{_cell(pair['value'])} of the cases."
        for pair in report["auc"]
    ]
    return "\n".join([_aligned([["model", *names], *rows]), "", *verdicts]).rstrip()


def _interval_cell(interval: dict) -> str:
    mean, low, high = (_cell(float(interval[name])) for name in ("mean", "low", "high"))
    return f"{mean} [{low}, {high}]"


def _aligned(rows: list[list[str]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _cell(value) -> str:
    if value is None or (isinstance(value, float | np.floating) and not math.isfinite(value)):
        return "–"
    if isinstance(value, tuple):
        return "×".join(map(str, value))
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
