"""Paths through the data hold their ends, turn round, and keep to where codes are."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autoencoder.checkpoint.path_kinds import PATH_KINDS, find_path, path_steps
from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.cli.arguments import PATH_NAMES
from autoencoder.latent.paths import CodeGraph
from autoencoder.model.smooth_path import _energy, smooth_steps
from tests.tools.steps import driven

seeds, counts = st.integers(0, 2**32 - 1), st.integers(2, 9)


def crescent(n: int = 300) -> np.ndarray:
    """Codes on a half circle of radius 5: the straight way between its ends leads through nothing."""
    angle = np.linspace(0, np.pi, n)
    noise = np.random.default_rng(0).normal(scale=0.05, size=(n, 2))
    return np.column_stack([5 * np.cos(angle), 5 * np.sin(angle)]) + noise


@given(seeds, counts)
@settings(max_examples=25)
def test_ends_are_exact_and_the_way_back_is_the_way_there(checkpoints, seed, n_steps):
    start, end = np.random.default_rng(seed).normal(size=(2, 3)).astype(np.float32)
    for kind in PATH_KINDS:
        path = find_path(checkpoints["vae"], kind, start, end, n_steps)
        assert path.shape == (n_steps, 3) and path.dtype == np.float32
        assert (path[0] == start).all() and (path[-1] == end).all()
        np.testing.assert_array_equal(find_path(checkpoints["vae"], kind, end, start, n_steps), path[::-1])


@pytest.mark.parametrize("kind", PATH_KINDS)
def test_from_a_code_to_itself_all_is_finite(checkpoints, kind):
    code = checkpoints["ae"].atlas.latents[4]
    path = find_path(checkpoints["ae"], kind, code, code, 5)
    assert (path[0] == code).all() and (path[-1] == code).all() and np.isfinite(path).all()


def test_the_path_through_the_data_goes_round_the_hole():
    latents = crescent().astype(np.float32)
    path = CodeGraph(latents).path(latents[0], latents[-1], 21)
    assert np.linalg.norm(path, axis=1).min() > 4.5
    lengths = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert lengths.max() / lengths.min() < 1.3, "the steps are even"


def test_parts_far_apart_are_joined_where_they_come_closest():
    left, right = np.zeros((30, 2)), np.full((30, 2), 10.0)
    left[:, 1], right[:, 1] = np.linspace(0, 3, 30), np.linspace(5, 8, 30)
    graph = CodeGraph(np.concatenate([left, right]), n_neighbours=3)
    path = graph.path(np.float32([0, 0]), np.float32([10, 8]), 200)
    leap = path[(path[:, 0] > 0.5) & (path[:, 0] < 9.5)]
    np.testing.assert_allclose(leap[:, 1], 3 + leap[:, 0] / 10 * 2, atol=0.05)  # from (0, 3) to (10, 5)


def test_equal_codes_do_not_break_the_graph():
    graph = CodeGraph(np.repeat(np.random.default_rng(0).normal(size=(6, 4)), 7, axis=0))
    assert np.isfinite(graph.path(np.zeros(4, np.float32), np.ones(4, np.float32), 9)).all()


def test_many_codes_are_thinned_out():
    assert len(CodeGraph(np.random.default_rng(0).normal(size=(12_000, 2))).latents) == 5_000


@pytest.mark.parametrize("latents", [np.empty((0, 2)), np.full((4, 2), np.nan), np.zeros(3)])
def test_a_graph_of_no_codes_is_refused(latents):
    with pytest.raises(ValueError, match="finite codes"):
        CodeGraph(latents)


def test_the_smooth_path_has_less_energy_than_where_it_started(checkpoints):
    model, units = checkpoints["ae"].model, checkpoints["ae"].support.units
    straight = np.linspace(*checkpoints["ae"].atlas.latents[[0, 9]], 9).astype(np.float32)
    looks, _ = driven(smooth_steps(model, units, straight))
    with torch.no_grad():
        first, last = (
            float(_energy(model, units, torch.from_numpy(looks[look][1].copy()))) for look in (0, -1)
        )
    assert last < first
    assert looks[0].share == 0 and looks[-1].share == 1


def test_on_a_shipped_model_the_ways_through_the_data_leave_it_less():
    checkpoint = load_checkpoint("mnist-ae-32")
    rng, labels, shares = np.random.default_rng(0), checkpoint.atlas.labels, {"linear": [], "data": []}
    while len(shares["data"]) < 30:
        a, b = rng.integers(len(labels), size=2)
        if labels[a] != labels[b]:
            for kind, found in shares.items():
                path = find_path(checkpoint, kind, *checkpoint.atlas.latents[[a, b]], 17)
                found.append(checkpoint.support.measure(path).off_support_share)
    assert np.mean(shares["data"]) <= 0.2 * np.mean(shares["linear"])
    ends = checkpoint.atlas.latents[[0, 1]]
    straight, smooth = (
        checkpoint.support.measure(find_path(checkpoint, kind, *ends, 17)) for kind in ("linear", "smooth")
    )
    assert smooth.off_support_share < straight.off_support_share


def test_a_slow_path_can_be_watched(checkpoints):
    start, end = checkpoints["vae"].atlas.latents[[2, 5]]
    looks = list(path_steps(checkpoints["vae"], "smooth", start, end, 6))
    assert len(looks) > 10 and PATH_KINDS["smooth"].is_slow
    for _, path in looks:
        assert (path[0] == start).all() and (path[-1] == end).all()


def test_the_command_line_knows_the_same_kinds():
    assert tuple(PATH_KINDS) == PATH_NAMES


def test_an_unknown_kind_is_a_slip(checkpoints):
    with pytest.raises(ValueError, match="one of linear"):
        find_path(checkpoints["ae"], "geodesic", *checkpoints["ae"].atlas.latents[:2], 5)
