"""The browser's decoder gives what PyTorch's does."""

import base64

import numpy as np
import pytest

from autoencoder.checkpoint.checkpoint import Atlas, Checkpoint
from autoencoder.checkpoint.store import list_checkpoints, load_checkpoint
from autoencoder.latent.support import Support, is_off_support, oddity, oddity_name
from autoencoder.model.architecture import Architecture, ModelSettings
from autoencoder.model.autoencoder import Autoencoder, build_network
from tests.tools.models import SMALL
from ui.components.wire import model_bundle

# Modules of the component and a model's file, in a page of the app.
DECODE = """async ([file, codes]) => {
  const load = (name) => import(`/${name}.js`);
  const { readTensors } = await load("shared/safetensors");
  const { Network } = await load("decoder/network");
  const { Support } = await load("decoder/support");
  const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
  const { tensors, metadata } = readTensors(bytes.buffer);
  const { layers, units, latent_dim: dim } = JSON.parse(metadata.model);
  const support = new Support(new Network(layers, tensors), tensors.atlas.data, dim, units);
  return codes.map((code) => {
    const given = Float32Array.from(code), image = support.network.decode(given);
    const { roundTrip, distance } = support.measure(given, image);
    return { image: [...image], roundTrip, distance };
  });
}"""


def look(page, checkpoint: Checkpoint, codes: np.ndarray) -> list[dict]:
    file = base64.b64encode(model_bundle(checkpoint)).decode()
    return page.evaluate(DECODE, [file, codes.tolist()])


def assert_as_in_torch(page, checkpoint: Checkpoint, codes: np.ndarray) -> None:
    measured = checkpoint.support.measure(codes)
    looked = look(page, checkpoint, codes)
    images = np.array([answer["image"] for answer in looked]).reshape(-1, 28, 28)
    np.testing.assert_allclose(images, checkpoint.model.decode(codes), atol=1e-4, rtol=0)
    round_trips = [answer["roundTrip"] for answer in looked]
    np.testing.assert_allclose(round_trips, measured.round_trip, rtol=1e-3, atol=1e-4)
    distances = [answer["distance"] for answer in looked]
    np.testing.assert_allclose(distances, measured.neighbour_distance, rtol=1e-6)


def codes_for(checkpoint: Checkpoint, seed: int) -> np.ndarray:
    """Codes of the atlas, between them, and far from them."""
    rng, atlas = np.random.default_rng(seed), checkpoint.atlas.latents
    own = atlas[rng.integers(len(atlas), size=12)]
    spread = atlas.std(axis=0) + 1e-3
    return np.concatenate(
        [own, (own[:6] + own[6:]) / 2, rng.normal(size=(6, len(spread))) * 4 * spread]
    ).astype(np.float32)


# The browser's decoder against PyTorch's


@pytest.mark.parametrize("name", [info.name for info in list_checkpoints()])
def test_the_browser_decodes_as_pytorch_does(modules, name):
    checkpoint = load_checkpoint(name)
    assert_as_in_torch(modules, checkpoint, codes_for(checkpoint, 0))


@pytest.mark.parametrize(
    ("kind", "latent_dim", "architecture"),
    [
        ("ae", 1, SMALL),
        ("vae", 128, SMALL),
        ("vae", 3, Architecture("dense", (), (40, 23))),
        ("dae", 5, Architecture("odd", (3, 4, 5), (11,), kernel=5, stride=2)),
        ("ae", 4, Architecture("slow", (3, 2), (9, 13), kernel=3, stride=1)),
        ("ae", 7, Architecture("slow", (2,), (6,), kernel=5, stride=1)),
        ("ae", 2, Architecture("deep", (2, 3, 4, 5), (6, 7, 8), kernel=3, stride=2)),
    ],
)
def test_any_network_is_decoded_in_the_browser(modules, checkpoints, kind, latent_dim, architecture):
    settings = ModelSettings(kind, latent_dim, 1.0, architecture)
    model = Autoencoder(settings, build_network(settings, seed=latent_dim))
    latents = np.random.default_rng(1).normal(size=(30, latent_dim)).astype(np.float16).astype(np.float32)
    given = checkpoints[kind].config
    units = Support(model, latents).units
    config = type(given)(
        settings, given.source, given.training, type(given.atlas)("digits", "test", 30, units)
    )
    checkpoint = Checkpoint("any", config, model, Atlas(np.arange(30), latents, None))
    assert_as_in_torch(modules, checkpoint, codes_for(checkpoint, 1))


def test_what_is_no_number_is_off_the_data(modules):
    verdicts = modules.evaluate(
        """async () => {
          const { verdict } = await import("/decoder/support.js");
          const odd = 9;  // the measure that does not decide
          return [0.5, 1, 1.0004, Infinity, NaN].flatMap((length) => [
            verdict({ roundTrip: length, distance: odd, dim: 8 }),
            verdict({ roundTrip: odd, distance: length, dim: 7 }),
          ]);
        }"""
    )
    assert [each["isOff"] for each in verdicts] == [False] * 4 + [True] * 6
    assert [each["length"] for each in verdicts[:6:2]] == ["0.5", "1", "1.0004"]
    said = [each["words"] for each in verdicts]
    assert said[0] == "familiar to the model (round-trip error 0.5; above 1 is unfamiliar)"
    assert said[1] == "near the codes of real images (distance 0.5; above 1 is far)"
    assert said[4] == "unfamiliar to the model (round-trip error 1.0004; above 1 is unfamiliar)"
    assert said[5] == "far from the codes of real images (distance 1.0004; above 1 is far)"
    beside = [each["beside"] for each in verdicts[:2]]
    assert beside == ["distance to the data 9", "round-trip error 9"]


@pytest.mark.parametrize("dim", [1, 7, 8, 32])
def test_the_browser_decides_by_the_same_measure(modules, dim):
    given = {"roundTrip": 0.5, "distance": 2.0, "dim": dim}
    script = """async (given) => {
      const { oddityName, verdict } = await import("/decoder/support.js");
      return [verdict(given).isOff, oddityName(given.dim)];
    }"""
    decides = oddity(np.array([0.5]), np.array([2.0]), dim)
    assert modules.evaluate(script, given) == [bool(is_off_support(decides)[0]), oddity_name(dim)]


def test_points_that_differ_by_rounding_are_shown_as_one_place(modules):
    script = """async (all) => {
      const { Points } = await import("/shared/points.js");
      return all.map((positions) => new Points(Float32Array.from(positions), null).bounds);
    }"""
    noise, spread, line = [3, -2, 3.001, -2.001], [3, -2, 3.01, -2], [3, 0, 4, 0]
    found = modules.evaluate(script, [noise, spread, line, [0, 0, 0, 0]])
    sides = [
        (round(each["right"] - each["left"], 3), round(each["top"] - each["bottom"], 3)) for each in found
    ]
    assert sides == [(1, 1), (0.01, 0), (1, 0), (1, 1)]
    assert found[0]["left"] < 3 < found[0]["right"] and found[0]["bottom"] < -2 < found[0]["top"]
