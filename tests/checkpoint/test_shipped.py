"""The models that come with the program: all there, small, and as good as they are said to be."""

import importlib.util
import re

import numpy as np
import pytest

from autoencoder.checkpoint.store import ATLAS, CONFIG, SHIPPED, WEIGHTS, load_checkpoint
from autoencoder.data import measures
from autoencoder.data.images import as_floats
from autoencoder.data.loading import load_dataset
from autoencoder.data.noise import Noise
from autoencoder.experiments.reconstruction import evaluate
from autoencoder.latent.paths import linear
from autoencoder.latent.sources import draw
from autoencoder.latent.support import Support, is_off_support
from autoencoder.model.autoencoder import SEED_OF_USE
from tests.tools.project import PROJECT

_spec = importlib.util.spec_from_file_location("reproduce", SHIPPED / "reproduce.py")
reproduce = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reproduce)
NAMES = sorted(reproduce.MODELS)


def test_all_of_them_are_there_and_nothing_else():
    folders = sorted(path.parent.name for path in SHIPPED.glob(f"*/{CONFIG}"))
    assert folders == NAMES
    for dims in (2, 16, 32):
        assert {f"mnist-{kind}-{dims}" for kind in ("ae", "dae", "vae")} <= set(NAMES)
    digits = {"digits-ae-2", "digits-ae-16", "digits-vae-2", "digits-vae-16", "digits-dae-16"}
    mnist_5k = {f"mnist-5k-{make}" for make in ("ae-2", "ae-32", "vae-2", "vae-32", "dae-16")}
    assert {*digits, *mnist_5k, "fashion-mnist-vae-16"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_model_is_small_and_what_its_name_says(name):
    checkpoint = load_checkpoint(name)
    dataset, kind, dims = name.rsplit("-", 2)
    config = checkpoint.config
    assert (config.source.name, config.model.kind, config.model.latent_dim) == (dataset, kind, int(dims))
    assert (config.atlas.dataset, config.atlas.split) == (dataset, "test")
    assert sorted(path.name for path in checkpoint.folder.iterdir()) == [ATLAS, CONFIG, WEIGHTS]
    assert (checkpoint.folder / WEIGHTS).stat().st_size < 2_500_000
    assert (checkpoint.folder / ATLAS).stat().st_size < 500_000
    assert len(config.training.history) == config.training.settings.epochs == reproduce.EPOCHS[dataset]
    n_train = {"mnist": 60_000, "mnist-5k": 4_000, "digits": 1_437, "fashion-mnist": 3_615}[dataset]
    assert config.source.n_images == n_train
    assert ("3,615" in config.source.note) == (dataset == "fashion-mnist")


@pytest.mark.parametrize("name", NAMES)
def test_its_units_are_those_of_its_atlas(name):
    """Measured anew on every tenth code: units are of all codes, so only near to these."""
    checkpoint = load_checkpoint(name)
    assert checkpoint.config.atlas.calibrated_on == "codes in use"
    some = checkpoint.atlas.latents[:: max(1, len(checkpoint.atlas.latents) // 1000)]
    anew = Support(checkpoint.model, some).units
    assert anew.round_trip == pytest.approx(checkpoint.config.atlas.units.round_trip, rel=0.35)
    if len(some) == len(checkpoint.atlas.latents):
        for unit, value in vars(checkpoint.config.atlas.units).items():
            assert getattr(anew, unit) == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith(("digits", "mnist-5k"))])
def test_models_of_embedded_sets_have_seen_these_images(name):
    checkpoint = load_checkpoint(name)
    train, test = (load_dataset(checkpoint.config.source.name, split) for split in ("train", "test"))
    assert checkpoint.config.source.fingerprint == train.fingerprint
    codes = checkpoint.model.encode(test.images)
    scale = np.abs(codes).max()
    np.testing.assert_allclose(checkpoint.atlas.latents, codes, rtol=2e-3, atol=1e-3 * scale)
    np.testing.assert_array_equal(checkpoint.atlas.labels, test.labels)


@pytest.fixture(scope="module")
def mnist_test(real_mnist):
    return load_dataset("mnist", "test", real_mnist)


def measured(name: str, dataset, noise: str | None = None) -> dict:
    model = load_checkpoint(name).model
    return evaluate(model, dataset.images, Noise.parse(noise) if noise else None).means()


def test_mnist_ae_16_gives_images_back(mnist_test):
    """SSIM, the slow one, of every fifth image."""
    model, clean = load_checkpoint("mnist-ae-16").model, as_floats(mnist_test.images)
    reconstructions = model.reconstruct(clean)
    assert measures.psnr(clean, reconstructions).mean() >= 22.6
    assert measures.ssim(clean[::5], reconstructions[::5]).mean() >= 0.91


@pytest.mark.parametrize(("name", "bar"), [("mnist-vae-16", 95.5), ("mnist-vae-2", 142)])
def test_mnist_vaes_describe_images_in_few_nats(mnist_test, name, bar):
    model = load_checkpoint(name).model
    posterior = model.posterior(mnist_test.images)
    logits = model.logits(posterior.sample(np.random.default_rng(0)))
    bce = measures.bce(as_floats(mnist_test.images), logits)
    assert (bce + measures.kl(posterior.mean, posterior.log_variance)).mean() <= bar


def test_mnist_dae_16_takes_noise_away_and_ae_16_does_not(mnist_test):
    some = mnist_test.subset(np.arange(0, 10_000, 10))
    denoised = measured("mnist-dae-16", some, "gaussian:0.3")["psnr"]
    assert denoised >= 21
    assert denoised > measured("mnist-ae-16", some, "gaussian:0.3")["psnr"] + 3


def off_support_share(name: str) -> float:
    """Mean over 200 seeded pairs of atlas codes of different classes."""
    checkpoint = load_checkpoint(name)
    atlas, rng = checkpoint.atlas, np.random.default_rng(0)
    pairs = rng.choice(len(atlas.latents), (400, 2))
    pairs = pairs[atlas.labels[pairs[:, 0]] != atlas.labels[pairs[:, 1]]][:200]
    paths = np.concatenate([linear(*atlas.latents[pair], 17) for pair in pairs])
    return checkpoint.support.measure(paths).off_support_share


@pytest.mark.parametrize(
    ("name", "most"), [("mnist-vae-16", 0.15), ("mnist-vae-32", 0.15), ("digits-vae-16", 0.15)]
)
def test_samples_of_a_variational_model_are_what_its_decoder_knows(name, most):
    checkpoint = load_checkpoint(name)
    drawn = draw("prior", checkpoint.atlas.latents, 500, 0)
    assert is_off_support(checkpoint.support.oddity(drawn)).mean() <= most


def test_the_codes_in_use_stand_for_draws_from_the_posteriors_of_real_images(mnist_test):
    model, some = load_checkpoint("mnist-vae-16").model, mnist_test.images[::5]
    posterior = model.posterior(some)  # both draw the same standard normal numbers
    drawn, used = posterior.sample(np.random.default_rng(SEED_OF_USE)), model.codes_in_use(posterior.mean)
    limits = [
        np.percentile(np.linalg.norm(model.encode(model.decode(z)) - z, axis=1), 95) for z in (drawn, used)
    ]
    assert limits[1] == pytest.approx(limits[0], rel=0.05)


def test_paths_of_the_plain_autoencoder_leave_the_data():
    assert off_support_share("mnist-ae-16") > off_support_share("mnist-vae-16")
    assert off_support_share("mnist-ae-32") >= 5 * off_support_share("mnist-vae-32")


def test_the_table_lists_every_model():
    text = (PROJECT / "checkpoints" / "README.md").read_text()
    assert sorted(re.findall(r"^\| `(.+?)` \|", text, flags=re.MULTILINE)) == NAMES


def test_the_table_says_what_evaluate_measures():
    """Of a model whose images are always there."""
    text = (PROJECT / "checkpoints" / "README.md").read_text()
    row = next(line for line in text.splitlines() if line.startswith("| `digits-vae-16` |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    means = measured("digits-vae-16", load_dataset("digits", "test"))
    for cell, (name, (_, form)) in zip(cells[3:8], reproduce.COLUMNS.items(), strict=True):
        assert float(cell) == pytest.approx(float(form.format(means[name])), rel=0.01, abs=0.001)
