"""The command line: the arguments of every command; what a command does stands in commands.py."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from autoencoder.cli import commands, reports
from autoencoder.data.noise import NOISE_KINDS, Noise
from autoencoder.data.readers.read import quiet_parsers
from autoencoder.errors import LatentSpaceError
from autoencoder.model.architecture import KINDS, MAX_LATENT_DIM, PRESETS

FEWEST_IMAGES = 50  # to train on
PATH_NAMES = ("linear", "spherical", "data", "smooth")  # of checkpoint.path_kinds, which needs torch
PROTOCOL_NAMES = ("one-class", "leave-one-out")  # of experiments.outliers.trials
SOURCE_NAMES = ("prior", "gaussian", "mixture", "box")  # of autoencoder.latent.sources
LEARNER_NAMES = (
    *(
        f"{features}-{method}"
        for method in ("logistic", "knn", "spreading")
        for features in ("codes", "hidden", "pixels", "pca")
    ),
    "fine-tuned",
    "from-scratch",
)  # of experiments.few_labels.learners
EXAMPLES = """examples:
  python -m autoencoder train --dataset digits --kind vae --latent-dim 2 --epochs 50 --out my-model
  python -m autoencoder evaluate digits-ae-16 --noise gaussian:0.3
  python -m autoencoder interpolate digits-vae-16 --dataset digits --start 0 --end 7 --out strip.png
  python -m autoencoder gaps digits-ae-16 digits-vae-16 --dataset digits
  python -m autoencoder study --dataset digits --sizes 8 --at 16 --noise 0.3 --beta 4 --seeds 1
  python -m autoencoder generate digits-ae-16 --dataset digits --source mixture --out samples.png
  python -m autoencoder anomalies --dataset digits --protocol one-class --class 8
  python -m autoencoder few-labels digits-ae-16 --dataset digits --labels 30,100
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 when the world did not let it, 2 for a usage error."""
    parser = build_parser()
    args = parser.parse_args(arguments)
    if getattr(args, "components", None) is not None and args.source != "mixture":
        parser.error(f"--components are those of --source mixture: the {args.source} has none")
    quiet_parsers()
    try:
        report = args.run(args)
    except LatentSpaceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    print(json.dumps(reports.plain(report), allow_nan=False) if args.json else args.text(report))
    return 0


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options; a value out of range is a usage error."""
    parser = argparse.ArgumentParser(
        prog="python -m autoencoder",
        description="Train autoencoders, measure them, and walk through their latent spaces.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_train(parsers)
    _add_evaluate(parsers)
    _add_embed(parsers)
    _add_interpolate(parsers)
    _add_gaps(parsers)
    _add_study(parsers)
    _add_generate(parsers)
    _add_anomalies(parsers)
    _add_few_labels(parsers)
    command = _add(
        parsers,
        "describe",
        commands.describe,
        "show a model's layers, each beside its mirror",
        reports.layer_table,
    )
    _add_checkpoint(command)
    _add(
        parsers,
        "checkpoints",
        commands.checkpoints,
        "list the shipped models with their figures",
        reports.table,
    )
    _add(
        parsers,
        "datasets",
        commands.datasets,
        "list the data sets: embedded, on disk, or to download",
        reports.table,
    )
    return parser


def _add_train(parsers) -> None:
    command = _add(parsers, "train", commands.train, "train a model and save it as a folder")
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
        "--images", type=_whole(FEWEST_IMAGES, 100_000_000), default=0, metavar="N",
        help=f"to train on, from {FEWEST_IMAGES}, drawn by class: few are learnt by heart; default: all",
    )  # fmt: skip
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


def _add_evaluate(parsers) -> None:
    command = _add(parsers, "evaluate", commands.evaluate, "measure how well a model gives images back")
    _add_checkpoint(command)
    _add_dataset(command, required=False)
    command.add_argument("--split", choices=("train", "test"), default="test", help="default: test")
    command.add_argument(
        "--noise", type=_noise, metavar="KIND:LEVEL",
        help=f"corrupt what the model is given; kinds: {', '.join(NOISE_KINDS)}; level 0 to 1",
    )  # fmt: skip
    _add_seed(command)


def _add_embed(parsers) -> None:
    command = _add(parsers, "embed", commands.embed, "write the codes of a data set, and their map, as .npz")
    _add_checkpoint(command)
    _add_dataset(command, required=True)
    command.add_argument("--out", type=Path, required=True, metavar="FILE.npz")


def _add_interpolate(parsers) -> None:
    command = _add(
        parsers, "interpolate", commands.interpolate, "walk from one image to another", reports.path_text
    )
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
    command.add_argument(
        "--out", type=_picture, metavar="STRIP.png", help="write the decoded steps as a picture"
    )


def _add_gaps(parsers) -> None:
    command = _add(
        parsers,
        "gaps",
        commands.gaps,
        "measure how paths between random pairs leave the data",
        reports.gap_text,
    )
    command.add_argument(
        "checkpoints", nargs="+", metavar="CHECKPOINT", help="models' folders, or shipped models' names"
    )
    _add_dataset(command, required=True)
    command.add_argument(
        "--pairs", type=_whole(1, 100_000), default=400, metavar="N",
        help="pairs of one class, and as many of two; default: 400",
    )  # fmt: skip
    _add_seed(command)


def _add_study(parsers) -> None:
    command = _add(
        parsers, "study", commands.study, "measure what closes the gaps: code size, noise, weight of the KL",
        reports.study_text,
    )  # fmt: skip
    _add_dataset(command, required=True)
    command.add_argument(
        "--sizes", type=_listed(_whole(1, MAX_LATENT_DIM)), default="2,8,16,32", metavar="D,D",
        help="code sizes of plain models; default: 2,8,16,32",
    )  # fmt: skip
    command.add_argument(
        "--at", type=_listed(_whole(1, MAX_LATENT_DIM)), default="2,32", metavar="D,D",
        help="code sizes at which noise and beta are turned; default: 2,32",
    )  # fmt: skip
    command.add_argument(
        "--noise", type=_listed(_number(0, 1)), default="0.1,0.3,0.6", metavar="L,L",
        help="levels of Gaussian noise in training; default: 0.1,0.3,0.6",
    )  # fmt: skip
    command.add_argument(
        "--beta", type=_listed(_number(0, 1000)), default="0.1,0.3,1,4", metavar="F,F",
        help="weights of a vae's KL; default: 0.1,0.3,1,4",
    )  # fmt: skip
    command.add_argument(
        "--seeds", type=_whole(1, 100), default=3, metavar="N", help="0 to N - 1; default: 3"
    )
    command.add_argument(
        "--images", type=_whole(2, 10_000_000), default=20_000, metavar="N",
        help="training images, the first ones; default: 20000",
    )  # fmt: skip
    command.add_argument("--epochs", type=_whole(1, 1000), default=5, metavar="E", help="default: 5")
    command.add_argument(
        "--pairs", type=_whole(1, 100_000), default=200, metavar="N",
        help="pairs of one class, and as many of two; default: 200",
    )  # fmt: skip
    command.add_argument(
        "--threads", type=_whole(1, 64), default=1, metavar="T", help="CPU threads; default: 1"
    )
    command.add_argument(
        "--out", type=Path, metavar="FILE.json",
        help="written after every model; what is in it already is not done again",
    )  # fmt: skip


def _add_generate(parsers) -> None:
    command = _add(parsers, "generate", commands.generate, "draw new images, and judge them")
    _add_checkpoint(command)
    _add_dataset(command, required=True)
    command.add_argument("--source", choices=SOURCE_NAMES, default="prior", help="default: prior")
    command.add_argument(
        "--n", type=_whole(2, 100_000), default=1000, metavar="N", help="samples; default: 1000"
    )
    command.add_argument(
        "--components", type=_whole(1, 1000), metavar="K",
        help="of the mixture; default: as many as make held-out codes likeliest",
    )  # fmt: skip
    command.add_argument(
        "--temperature", type=_number(0, 10), default=1.0, metavar="T",
        help="scales how far samples are from the middle; default: 1",
    )  # fmt: skip
    _add_seed(command)
    command.add_argument("--out", type=_picture, metavar="GRID.png", help="write the samples as a picture")


def _add_anomalies(parsers) -> None:
    command = _add(parsers, "anomalies", commands.anomalies, "find the images of a class that was never seen")
    _add_dataset(command, required=True)
    command.add_argument(
        "--protocol", choices=PROTOCOL_NAMES, required=True,
        help="one-class: the class is normal, all others are outliers; leave-one-out: it is the outlier",
    )  # fmt: skip
    command.add_argument("--class", dest="class_name", required=True, metavar="C", help="its name or number")
    command.add_argument(
        "--latent-dim", type=_whole(1, MAX_LATENT_DIM), default=16, metavar="D",
        help="numbers in a code; default: 16",
    )  # fmt: skip
    command.add_argument(
        "--false-alarms", type=_number(0.001, 0.999), default=0.05, metavar="F",
        help="share of normal images above the threshold, as it is wanted; default: 0.05",
    )  # fmt: skip
    _add_seed(command)


def _add_few_labels(parsers) -> None:
    command = _add(
        parsers, "few-labels", commands.few_labels, "measure how far a few labels go", reports.label_text
    )
    _add_checkpoint(command)
    _add_dataset(command, required=True)
    command.add_argument(
        "--labels", type=_counts, default=[100, 1000], metavar="N,N",
        help="numbers of labels, with commas between them; default: 100,1000",
    )  # fmt: skip
    command.add_argument(
        "--draws", type=_whole(1, 20), default=3, metavar="R", help="of the labels; default: 3"
    )
    command.add_argument(
        "--learners", type=_learners, default=list(LEARNER_NAMES), metavar="NAME,NAME",
        help=f"default: all of {', '.join(LEARNER_NAMES)}",
    )  # fmt: skip
    _add_seed(command)


def _add(
    parsers, name: str, run: Callable, help: str, text: Callable | None = None
) -> argparse.ArgumentParser:
    command = parsers.add_parser(name, help=help, description=help.capitalize() + ".")
    command.add_argument(
        "--data-root", metavar="FOLDER", help="where data sets lie; default: $LATENT_DATA_ROOT, data/"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    command.set_defaults(run=run, text=text or reports.lines)
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
        number = _read(int, text)
        if number is None or not least <= number <= most:
            raise argparse.ArgumentTypeError(f"must be a whole number from {least} to {most}, got {text}")
        return number

    return whole_number


def _listed(one: Callable[[str], float]) -> Callable[[str], tuple[float, ...]]:
    def numbers_with_commas(text: str) -> tuple[float, ...]:
        return tuple(one(word) for word in text.split(","))

    return numbers_with_commas


def _counts(text: str) -> list[int]:
    words = text.split(",")
    if not all(word.isascii() and word.isdigit() and 1 <= int(word) <= 100_000 for word in words):
        raise argparse.ArgumentTypeError(f"must be whole numbers with commas between them, got {text}")
    return sorted({int(word) for word in words})


def _learners(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in LEARNER_NAMES]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no learner {unknown[0]!r}")
    return [name for name in LEARNER_NAMES if name in names]


def _number(least: float, most: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        found = _read(float, text)
        if found is None or not least <= found <= most:  # NaN fails this too
            raise argparse.ArgumentTypeError(f"must be a number from {least:g} to {most:g}, got {text}")
        return found

    return number


def _read(kind: type, text: str) -> float | None:
    """The number that a text is, or None: argparse's own words for a ValueError name our functions."""
    try:
        return kind(text)
    except ValueError:
        return None


def _picture(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() != ".png":
        raise argparse.ArgumentTypeError(f"must end in .png, for it becomes such a picture, got {text}")
    return path


def _noise(text: str) -> Noise:
    try:
        return Noise.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
