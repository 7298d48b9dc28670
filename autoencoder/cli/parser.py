"""Command line: one parser of all commands, and the exit status."""

import argparse
import json
import sys

from autoencoder.cli import reports
from autoencoder.cli.arguments import Command
from autoencoder.cli.commands import (
    anomalies,
    embed,
    evaluate,
    few_labels,
    gaps,
    generate,
    interpolate,
    lists,
    map,
    study,
    train,
)
from autoencoder.data.readers.read import quiet_parsers
from autoencoder.errors import LatentSpaceError

COMMANDS = (train, evaluate, embed, map, interpolate, gaps, study, generate, anomalies, few_labels, lists)
EXAMPLES = """examples:
  python -m autoencoder train --dataset digits --kind vae --latent-dim 2 --epochs 50 --out my-model
  python -m autoencoder evaluate digits-ae-16 --noise gaussian:0.3
  python -m autoencoder map mnist-vae-2 --out map.pdf
  python -m autoencoder interpolate digits-vae-16 --dataset digits --start 0 --end 7 --out strip.pdf
  python -m autoencoder gaps digits-ae-16 digits-vae-16 --dataset digits
  python -m autoencoder study --dataset digits --sizes 8 --at 16 --noise 0.3 --beta 4 --seeds 1
  python -m autoencoder generate digits-ae-16 --dataset digits --source mixture --out samples.png
  python -m autoencoder anomalies --dataset digits --protocol one-class --class 8
  python -m autoencoder few-labels digits-ae-16 --dataset digits --labels 30,100
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns 0, or 1 with a sentence on standard error; a usage error exits with 2."""
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
    parsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Command)
    for command in COMMANDS:
        command.add(parsers)
    return parser
