"""Share of samples and path steps off the data, by units of the codes in use and by those of the atlas.

python -m benchmarks.yardstick                       every shipped model
python -m benchmarks.yardstick mnist-vae-16 mnist-ae-32 --n 500

A line a model, each figure before and now: the unit of the round trip, by source the share of 2,000 seeded
draws that is off the data, and that of the steps of straight paths between codes of two classes. *Before* is
by units of the atlas, as in files of format 1, and by the round trip in every number of dimensions.
"""

from dataclasses import replace

import numpy as np

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.store import list_checkpoints, load_checkpoint
from autoencoder.latent.gap_score import random_pairs
from autoencoder.latent.paths import linear
from autoencoder.latent.sources import SOURCES, draw
from autoencoder.latent.support import PERCENTILE, Support, is_off_support
from benchmarks.reporting import arguments, use_one_thread

N_STEPS = 17
PATHS = "paths"


def main(argv: list[str] | None = None) -> dict[str, dict[str, tuple[float, float]]]:
    """Print every figure; returns the shares of places, of old and of now, by model and kind of place."""
    parser = arguments(__doc__)
    parser.add_argument("models", nargs="*", metavar="MODEL", help="default: every shipped model")
    parser.add_argument("--n", type=int, default=2_000, help="draws from each source; default: 2000")
    parser.add_argument("--pairs", type=int, default=100, help="pairs of two classes; default: 100")
    args = parser.parse_args(argv)
    use_one_thread()
    print(f"{'model':22} {'unit':>16}  " + "  ".join(f"{kind:>12}" for kind in (*SOURCES, PATHS)))
    found = {}
    for name in args.models or [info.name for info in list_checkpoints()]:
        checkpoint = load_checkpoint(name)
        before = round_trip_unit_of_atlas(checkpoint)
        found[name] = {
            kind: shares_off(checkpoint, before, codes)
            for kind, codes in places(checkpoint, args.n, args.pairs).items()
        }
        units = f"{before:.3g} {checkpoint.support.units.round_trip:.3g}"
        shares = (f"{old:.3f} {now:.3f}" for old, now in found[name].values())
        print(f"{name:22} {units:>16}  " + "  ".join(f"{pair:>12}" for pair in shares), flush=True)
    return found


def round_trip_unit_of_atlas(checkpoint: Checkpoint) -> float:
    """The 95th percentile of the round trip over the codes of the atlas, posterior means of a vae."""
    support = checkpoint.support
    trips = support.round_trip_in_units(support.latents) * support.units.round_trip
    return float(np.percentile(trips, PERCENTILE))


def places(checkpoint: Checkpoint, n: int, n_pairs: int) -> dict[str, np.ndarray]:
    """Codes of every source, and the steps of straight paths across classes; seeded."""
    latents = checkpoint.atlas.latents
    drawn = {source: draw(source, latents, n, 0) for source in SOURCES}
    pairs = random_pairs(checkpoint.atlas.labels, len(latents), n_pairs, 0).cross
    return {**drawn, PATHS: np.concatenate([linear(*latents[pair], N_STEPS) for pair in pairs])}


def shares_off(checkpoint: Checkpoint, unit_before: float, codes: np.ndarray) -> tuple[float, float]:
    """The shares of codes (M, D) off the data: by round trip in units of the atlas, and as it is now."""
    support = checkpoint.support
    units = replace(support.units, round_trip=unit_before)
    before = Support(support.codec, support.latents, units).round_trip_in_units(codes)
    return tuple(float(is_off_support(oddity).mean()) for oddity in (before, support.oddity(codes)))


if __name__ == "__main__":
    main()
