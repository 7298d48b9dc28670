"""Command ``study``: measure what closes the gaps."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from autoencoder.cli import reports
from autoencoder.cli.arguments import add_command, listed, number, whole
from autoencoder.cli.running import draw, load_both, run, writing
from autoencoder.errors import DatasetError
from autoencoder.model.architecture import MAX_LATENT_DIM
from autoencoder.steps import Step


def add(parsers) -> None:
    words = "measure what closes the gaps: code size, noise, weight of the KL"
    command = add_command(parsers, study, words, reports.study_text)
    command.add_dataset()
    sizes = listed(whole(1, MAX_LATENT_DIM))
    command.option("--sizes", sizes, "2,8,16,32", metavar="D,D", help="code sizes of plain models")
    help = "code sizes at which noise and beta are turned"
    command.option("--at", sizes, "2,32", metavar="D,D", help=help)
    help = "levels of Gaussian noise in training"
    command.option("--noise", listed(number(0, 1)), "0.1,0.3,0.6", metavar="L,L", help=help)
    betas = listed(number(0, 1000))
    command.option("--beta", betas, "0.1,0.3,1,4", metavar="F,F", help="weights of a vae's KL")
    command.option("--seeds", whole(1, 100), 3, metavar="N", help="0 to N - 1")
    help = "training images, the first ones"
    command.option("--images", whole(2, 10_000_000), 20_000, metavar="N", help=help)
    command.option("--epochs", whole(1, 1000), 5, metavar="E")
    command.add_pairs(200)
    command.option("--threads", whole(1, 64), 1, metavar="T", help="CPU threads")
    help = "written after every model; what is in it already is not done again"
    command.option("--out", Path, metavar="FILE.json", help=help)
    command.add_figure("error against gap score", "--figure")


def study(args: argparse.Namespace) -> dict:
    from autoencoder.experiments.gaps.study import StudyPlan, table
    from autoencoder.experiments.gaps.study_figure import study_panels
    from autoencoder.experiments.gaps.study_trials import begin_study, study_steps
    from autoencoder.experiments.gaps.study_words import beside_the_gaps, findings
    from autoencoder.model.runtime import resolve_runtime, use_one_thread

    if args.threads == 1:
        use_one_thread()
    runtime = resolve_runtime(args.threads)
    seeds = tuple(range(args.seeds))
    plan = StudyPlan(args.sizes, args.at, args.noise, args.beta, seeds, args.images, args.epochs, args.pairs)
    empty, training, held_out = begin_study(plan, *load_both(args), runtime)
    steps = study_steps(_taken_up(empty, args.out), training, held_out, runtime)
    found = run(steps, f"{len(plan.settings) * args.seeds} models", _keep_in(args.out))
    if args.figure:
        draw(study_panels(found), args.figure)
    said = [f"{each.against}. {each.verdict}. {each.figures}" for each in findings(found)]
    return {
        "made_from": found.made_from,
        "settings": table(found),
        "findings": [*said, beside_the_gaps(found)],
    }


def _taken_up(empty, path: Path | None):
    """The study in the file if there is one, else the empty one; DatasetError for a different study."""
    from autoencoder.experiments.gaps.study import read_study

    if path is None or not path.exists():
        return empty
    before = read_study(path)
    if before.made_from != empty.made_from:
        raise DatasetError(
            f"{path} holds a study of other images, settings, threads or units. Remove it, or choose another "
            "--out."
        )
    print(f"note: {len(before.runs)} models of {path} are not trained again", file=sys.stderr)
    return before


def _keep_in(path: Path | None) -> Callable[[Step, tqdm], None]:
    """Writer of a study to a file after each model."""
    from autoencoder.experiments.gaps.study import save_study

    n_written = 0

    def note(step: Step, bar: tqdm) -> None:
        nonlocal n_written
        if path and len(step.partial.runs) > n_written:
            with writing(path) as file:
                file.write(save_study(step.partial).encode())
            n_written = len(step.partial.runs)

    return note
