"""The statistic tells a planted gap from none, draws its pairs evenly, and says what its numbers say."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import pairwise_distances

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.cli import parser
from autoencoder.data.loading import load_dataset
from autoencoder.experiments.gaps.empty_space import empty_space
from autoencoder.experiments.gaps.statistic import GapStatistic, gap_steps
from autoencoder.experiments.gaps.words import comparisons, sentence
from autoencoder.experiments.statistics import interval, probability_of_worse
from autoencoder.latent.gap_score import GapScores, random_pairs
from autoencoder.latent.paths import linear
from autoencoder.latent.picture_distance import PictureDistance
from autoencoder.latent.sources import SOURCES, draw
from autoencoder.latent.support import Support
from autoencoder.steps import result_of
from tests.tools.steps import driven

labellings = st.lists(st.integers(0, 4), min_size=2, max_size=40).map(np.array)
few = st.lists(st.integers(0, 4), min_size=1, max_size=12)


class Planted:
    """A model whose pictures hold the code itself. With a hole, codes near 0 come back from elsewhere."""

    def __init__(self, has_hole: bool):
        self.has_hole = has_hole

    def codes_in_use(self, latents):
        return latents

    def decode(self, latents):
        images = np.zeros((len(latents), 28, 28), np.float32)
        images[:, 0, :8] = 0.5 + latents / 20
        return images

    def encode(self, images):
        latents = (images[:, 0, :8] - 0.5) * 20
        if self.has_hole:
            latents = latents + 5 * (np.abs(latents[:, :1]) < 1)
        return latents + np.sin(latents * 40) * 0.01


def score(name: str, has_hole: bool) -> GapStatistic:
    """The paths between two classes of codes, left and right of the hole, in 8 dimensions."""
    rng, labels = np.random.default_rng(0), np.arange(200) % 2
    latents = rng.normal(scale=0.3, size=(200, 8)).astype(np.float32)
    latents[:, 0] += np.where(labels, 4, -4)
    support = Support(Planted(has_hole), latents)
    statistic = result_of(gap_steps(name, support, latents, random_pairs(labels, 200, 60, 0)))
    return statistic


def test_a_planted_hole_is_seen_across_classes_only():
    holed, whole = score("holed", True), score("whole", False)
    assert interval(holed.score("cross")).mean > 0.2
    assert interval(holed.score("same")).mean < 0.1
    assert interval(whole.score("cross")).mean < 0.1
    assert probability_of_worse(holed.score("cross"), whole.score("cross")) > 0.95
    words = sentence([holed, whole])
    assert "the paths of holed are worse in share off the data than those of whole" in words
    assert f"{interval(holed.score('cross')).mean:.1%}" in words
    assert sentence([whole, holed]).startswith("Across classes, the paths of holed are worse")


def test_where_models_do_not_differ_the_sentence_says_so():
    words = sentence([score("one", True), score("other", True)])
    assert "do not differ clearly" in words and "50%" in words


def test_scores_of_different_kinds_are_not_compared():
    holed = score("holed", True)
    flat = GapStatistic("flat", 2, holed.same, holed.cross)
    assert "do not compare" in sentence([holed, flat])
    assert comparisons([holed, flat]) == []
    np.testing.assert_array_equal(flat.score("cross"), holed.cross.jump_ratio)


def test_no_paths_are_no_verdict():
    none = GapScores(*(np.empty(0) for _ in range(3)))
    assert "no paths" in sentence([GapStatistic(name, 8, none, none) for name in ("one", "other")])


def test_the_scores_are_those_of_the_paths_one_by_one(checkpoints, digits):
    for kind in ("ae", "vae"):
        checkpoint = checkpoints[kind]
        latents = checkpoint.model.encode(digits.images)
        pairs = random_pairs(digits.labels, 40, 15, 3)
        _, statistic = driven(gap_steps(kind, checkpoint.support, latents, pairs))
        for scores, chosen in ((statistic.same, pairs.same), (statistic.cross, pairs.cross)):
            for number, (a, b) in enumerate(chosen):
                measured = checkpoint.support.measure(linear(latents[a], latents[b], 17))
                assert scores.off_support_share[number] == pytest.approx(measured.off_support_share)
                jump_ratio = np.nan if measured.jump_ratio is None else measured.jump_ratio
                assert scores.jump_ratio[number] == pytest.approx(jump_ratio, rel=1e-4, nan_ok=True)


@given(labellings, st.integers(0, 99))
def test_pairs_are_of_the_classes_they_say(labels, seed):
    pairs = random_pairs(labels, len(labels), 20, seed)
    for first, second in pairs.same:
        assert first != second and labels[first] == labels[second]
    for first, second in pairs.cross:
        assert labels[first] != labels[second]
    sizes = np.bincount(labels)
    assert len(pairs.same) == (20 if sizes.max() > 1 else 0)
    assert len(pairs.cross) == (20 if (sizes > 0).sum() > 1 else 0)
    np.testing.assert_array_equal(pairs.cross, random_pairs(labels, len(labels), 20, seed).cross)


def test_every_partner_is_as_likely():
    pairs = random_pairs(np.array([0, 1, 0, 0, 1, 2]), 6, 60_000, 0)
    seconds = pairs.same[pairs.same[:, 0] == 2, 1]
    assert set(seconds) == {0, 3} and abs((seconds == 0).mean() - 0.5) < 0.02
    seconds = pairs.cross[pairs.cross[:, 0] == 4, 1]
    assert set(seconds) == {0, 2, 3, 5}
    assert np.abs(np.bincount(seconds)[[0, 2, 3, 5]] / len(seconds) - 0.25).max() < 0.02


def test_without_labels_all_pairs_are_of_two():
    pairs = random_pairs(None, 9, 30, 0)
    assert len(pairs.same) == 0 and len(pairs.cross) == 30
    assert (pairs.cross[:, 0] != pairs.cross[:, 1]).all()


def test_intervals_hold_the_mean_and_shrink_with_more_paths():
    values = np.random.default_rng(0).normal(3, 1, 2_000)
    wide, narrow = interval(values[:50]), interval(values)
    for current in (wide, narrow):
        assert current.low < current.mean < current.high
    standard_error = values.std() / np.sqrt(len(values))
    assert narrow.high - narrow.low == pytest.approx(2 * 1.96 * standard_error, rel=0.1)
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)
    assert np.isnan(interval(np.array([np.nan])).mean)


@given(few, few)
def test_the_probability_counts_pairs_of_paths(first, second):
    wins = [(a > b) + 0.5 * (a == b) for a in first for b in second]
    value = probability_of_worse(np.array(first, float), np.array(second, float))
    assert value == pytest.approx(np.mean(wins))


def test_pictures_are_compared_with_every_real_image_but_their_own(checkpoints, digits):
    model = checkpoints["ae"].model
    measure = PictureDistance(model, digits.images)
    real = digits.images.reshape(40, -1) / 255
    distances = pairwise_distances(model.reconstruct(digits.images).reshape(40, -1), real)
    np.fill_diagonal(distances, np.inf)
    assert measure.unit == pytest.approx(np.percentile(distances.min(axis=1), 95), rel=1e-4)
    pictures = model.decode(np.random.default_rng(0).normal(size=(5, 3)))
    expected = pairwise_distances(pictures.reshape(5, -1), real)
    np.testing.assert_allclose(measure.measure(pictures), expected.min(axis=1) / measure.unit, rtol=1e-3)
    np.testing.assert_array_equal(measure.nearest(pictures), expected.argmin(axis=1))


# Empty space


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_draws_what_it_says(source):
    latents = np.random.default_rng(0).normal([3, -2], [1, 4], size=(5_000, 2))
    drawn = draw(source, latents, 20_000, 1)
    np.testing.assert_array_equal(drawn, draw(source, latents, 20_000, 1))
    low, high = latents.min(axis=0), latents.max(axis=0)
    mean, spread = {
        "prior": ([0, 0], [1, 1]),
        "gaussian": (latents.mean(axis=0), latents.std(axis=0)),
        "box": ((low + high) / 2, (high - low) / np.sqrt(12)),
    }[source]
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=0.15)
    np.testing.assert_allclose(drawn.std(axis=0), spread, rtol=0.05)
    if source == "box":
        assert (drawn >= low.astype(np.float32)).all() and (drawn <= high.astype(np.float32)).all()


@pytest.mark.parametrize("source", SOURCES)
def test_a_lone_code_is_a_source_too(source):
    assert np.isfinite(draw(source, np.array([[1.0, 2.0, 3.0]]), 4, 0)).all()


def test_empty_space_measures_its_own_pictures(checkpoints, digits):
    checkpoint = checkpoints["vae"]
    space = empty_space(
        "box",
        checkpoint.support,
        2 * checkpoint.atlas.latents,
        PictureDistance(checkpoint.model, digits.images),
        12,
        5,
    )
    np.testing.assert_array_equal(space.images, checkpoint.model.decode(space.latents))
    measured = checkpoint.support.measure(space.latents)
    np.testing.assert_allclose(space.oddity, measured.oddity, rtol=1e-4)
    assert space.off_support_share == measured.off_support_share
    assert space.unlike_share == (space.picture_distance > 1).mean()
    assert np.isnan(
        empty_space("box", checkpoint.support, checkpoint.atlas.latents, None, 12, 5).unlike_share
    )


# The command line


def test_gaps_reports_every_model(capsys):
    names = ["digits-ae-16", "digits-vae-16", "digits-ae-2"]
    arguments = ["gaps", *names, "--dataset", "digits", "--pairs", "25", "--seed", "4"]
    assert parser.main([*arguments, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report) == {"models", "pairs", "seed", "auc"}
    assert (report["pairs"], report["seed"]) == (25, 4)
    assert [model["name"] for model in report["models"]] == names
    dataset, checkpoint = load_dataset("digits", "test"), load_checkpoint(names[0])
    pairs = random_pairs(dataset.labels, dataset.n_images, 25, 4)
    latents = checkpoint.model.encode(dataset.images)
    shares = [
        checkpoint.support.measure(linear(*latents[list(pair)], 17)).off_support_share for pair in pairs.cross
    ]
    found = report["models"][0]["off_support_share_cross"]
    assert found["mean"] == pytest.approx(np.mean(shares)) and found["low"] <= found["mean"] <= found["high"]
    assert set(report["models"][0]) == {
        "name",
        "off_support_share_cross",
        "off_support_share_same",
        "jump_ratio_cross",
        "jump_ratio_same",
        "seen_in_training",
    }
    (pair,) = report["auc"]
    assert {pair["worse"], pair["better"]} == set(names[:2]) and 0.5 <= pair["value"] <= 1
    assert parser.main(arguments) == 0
    assert "off_support_share_cross" in capsys.readouterr().out


def test_gaps_of_unlabelled_images_have_no_classes(tmp_path, capsys):
    np.savez(tmp_path / "mine.npz", images=load_dataset("digits", "test").images[:12])
    arguments = ["gaps", "digits-ae-2", "--dataset", str(tmp_path / "mine.npz"), "--pairs", "9", "--json"]
    assert parser.main(arguments) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["models"][0]["off_support_share_same"]["mean"] is None
    assert report["models"][0]["jump_ratio_cross"]["mean"] >= 1


def test_one_image_has_no_gaps(tmp_path, capsys):
    np.savez(tmp_path / "one.npz", images=load_dataset("digits", "test").images[:1])
    assert parser.main(["gaps", "digits-ae-2", "--dataset", str(tmp_path / "one.npz")]) == 1
    assert "a path needs two" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["data", "smooth"])
def test_interpolate_takes_the_ways_through_the_data(path, capsys):
    arguments = ["interpolate", "digits-ae-16", "--dataset", "digits", "--start", "3", "--end", "8"]
    assert parser.main([*arguments, "--path", path, "--steps", "7", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    codes = load_checkpoint("digits-ae-16").model.encode(load_dataset("digits", "test").images[[3, 8]])
    np.testing.assert_allclose(report["steps"][0]["latent"], codes[0], rtol=1e-6)
    np.testing.assert_allclose(report["steps"][-1]["latent"], codes[1], rtol=1e-6)


def test_the_benchmark_runs(capsys):
    from benchmarks import gaps as benchmark

    figures = benchmark.main(["--pairs", "3", "--paths", "2"])
    assert len(figures) == 4 and all(seconds > 0 for seconds in figures.values())
    assert "two models" in capsys.readouterr().out
