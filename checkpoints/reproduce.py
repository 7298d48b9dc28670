"""Train the shipped models again, with the project's own command, and write their table.

    python checkpoints/reproduce.py            all of them; needs MNIST and Fashion-MNIST on disk
    python checkpoints/reproduce.py mnist-ae-2 digits-vae-2
    python checkpoints/reproduce.py --table    only measure what is there and write README.md
    python checkpoints/reproduce.py --units    only measure the units of what is there, from its atlas

Two models are trained at a time, each on one thread. After 60 epochs of mnist-5k the held-out loss of every
model lies within 1.5 % of its lowest: it has settled. The first 3,615 training images of Fashion-MNIST were
all that the machine had on which the shipped model was trained.
"""

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
EPOCHS = {"mnist": 30, "mnist-5k": 60, "fashion-mnist": 60, "digits": 150}
MODELS = [
    *[f"mnist-{kind}-{dims}" for dims in (16, 2, 32) for kind in ("vae", "ae", "dae")],
    *[f"mnist-5k-{make}" for make in ("vae-2", "ae-2", "vae-32", "ae-32", "dae-16")],
    *["digits-ae-2", "digits-ae-16", "digits-vae-2", "digits-vae-16", "digits-dae-16"],
    "fashion-mnist-vae-16",
]
COLUMNS = {
    "mse": ("MSE", "{:.4f}"),
    "psnr": ("PSNR, dB", "{:.2f}"),
    "ssim": ("SSIM", "{:.3f}"),
    "bce": ("BCE, nats", "{:.1f}"),
    "kl": ("KL, nats", "{:.1f}"),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", default=MODELS, metavar="MODEL")
    parser.add_argument("--table", action="store_true", help="train nothing")
    parser.add_argument("--units", action="store_true", help="train nothing, and write no table")
    args = parser.parse_args()
    if args.units:
        for name in args.models:
            recalibrate(HERE / name)
        return
    if not args.table:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(train, args.models))
    write_table()


def train(name: str) -> None:
    dataset, kind, dims = name.rsplit("-", 2)
    model = f"--dataset {dataset} --kind {kind} --latent-dim {dims}"
    settings = f"--epochs {EPOCHS[dataset]} --batch-size 64 --learning-rate 0.005 --seed 0 --threads 1"
    command("train", *f"{model} {settings} --replace --out".split(), str(HERE / name))
    print("trained", name, flush=True)


def recalibrate(folder: Path) -> None:
    """Measure the units of a model in place, by today's definition: only its config.json is written."""
    sys.path.insert(0, str(HERE.parent))
    from autoencoder.checkpoint.store import load_checkpoint, write_config
    from autoencoder.latent.support import Support
    from autoencoder.model.runtime import use_one_thread

    use_one_thread()
    checkpoint = load_checkpoint(folder)
    config, units = checkpoint.config, Support(checkpoint.model, checkpoint.atlas.latents).units
    atlas = replace(config.atlas, units=units, calibrated_on="codes in use")
    write_config(replace(config, atlas=atlas), folder)
    print(
        f"{folder.name}: round trip {config.atlas.units.round_trip:.4g} -> {units.round_trip:.4g}", flush=True
    )


def write_table() -> None:
    """README.md, from what `evaluate` measures on each model's own test images."""
    titles = " | ".join(title for title, _ in COLUMNS.values())
    head = f"| model | epochs | minutes | {titles} | noisy in → out, dB |"
    lines = [INTRODUCTION, head, "|" + " --- |" * (4 + len(COLUMNS)), *map(table_row, sorted(MODELS))]
    (HERE / "README.md").write_text("\n".join(lines) + "\n")


def table_row(name: str) -> str:
    described, clean = command("describe", name), command("evaluate", name)
    noisy = command("evaluate", name, "--noise", "gaussian:0.3")
    cells = ["–" if clean[key] is None else form.format(clean[key]) for key, (_, form) in COLUMNS.items()]
    minutes = f"{described['seconds'] / 60:.1f}"
    denoised = f"{noisy['noisy_psnr']:.1f} → {noisy['psnr']:.1f}"
    return "| " + " | ".join([f"`{name}`", str(described["epochs"]), minutes, *cells, denoised]) + " |"


def command(*words: str) -> dict:
    """The JSON report of one command of the package."""
    line = [sys.executable, "-m", "autoencoder", *words, "--json"]
    return json.loads(subprocess.check_output(line, cwd=HERE.parent))


INTRODUCTION = """# The shipped models

Each folder holds a readable `config.json`, `weights.safetensors`, and `atlas.npz`: the codes of up to
10,000 test images. The name says data set, kind (`ae` plain, `dae` denoising, `vae` variational) and code
size. All were trained by `python checkpoints/reproduce.py`, one seed (0), nothing chosen by the test images;
a tenth of the training images was held back. The Fashion-MNIST model saw only the first 3,615 training
images, since no more were at hand. The models of `mnist-5k` saw 3,600 of its 4,000 training images.

All images of `mnist-5k` are training images of MNIST. So the models of MNIST have no held-out figures there;
those of `mnist-5k` have seen no test image of MNIST.

Measured on each data set's test images by `python -m autoencoder evaluate` (10,000 of MNIST, 1,000 of
`mnist-5k` and of Fashion-MNIST, 360 of digits). MSE, PSNR and SSIM are of the reconstruction from the code;
BCE is summed over the 784 pixels; BCE + KL of a `vae` is its negative ELBO. The last column lays
`gaussian:0.3` over the input: PSNR of the noisy input, then of what the model makes of it. Minutes are
those of one thread of a shared machine.
"""


if __name__ == "__main__":
    main()
