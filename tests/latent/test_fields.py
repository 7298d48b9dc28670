"""Fields lie where they say: a point's cell is dense, a hole's cell is a gap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoencoder.latent.fields import LONGEST_SIDE, density, gap_field_steps
from autoencoder.latent.projection import project
from autoencoder.latent.support import Support, Units
from autoencoder.steps import result_of


def cell_of(field, point) -> tuple[int, int]:
    """The row, from the top, and the column of the cell that a point of the map lies in."""
    left, right, bottom, top = field.bounds
    height, width = field.values.shape
    return int((top - point[1]) / (top - bottom) * height), int((point[0] - left) / (right - left) * width)


positions = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).normal(size=(20, 2)).astype(np.float32) * [1, 3]
)


@given(positions)
def test_cells_are_square_and_the_longer_side_has_its_number(positions):
    field = density(positions)
    left, right, bottom, top = field.bounds
    height, width = field.values.shape
    assert max(height, width) == LONGEST_SIDE
    assert (right - left) / width == pytest.approx((top - bottom) / height)
    assert left < positions[:, 0].min() and positions[:, 1].max() < top


@given(positions)
def test_density_integrates_to_the_images(positions):
    field = density(positions)
    left, right, bottom, top = field.bounds
    area = (right - left) * (top - bottom) / field.values.size
    assert field.values.sum() * area == pytest.approx(len(positions), rel=1e-3)


def test_density_is_greatest_at_the_crowd():
    crowd, lone = np.full((50, 2), [2.0, -1.0]), np.array([[-3.0, 4.0], [5.0, 5.0]])
    field = density(np.concatenate([crowd, lone]).astype(np.float32))
    assert np.unravel_index(field.values.argmax(), field.values.shape) == cell_of(field, (2, -1))


class Folded:
    """A planted model: it knows codes right of the line x = 1 only, and takes others for their nearest."""

    def codes_in_use(self, latents):
        return latents

    def decode(self, latents):
        images = np.zeros((len(latents), 28, 28), np.float32)
        images[:, 0, 0], images[:, 0, 1 : self.dim] = np.maximum(latents[:, 0], 1), latents[:, 1:]
        return images

    def encode(self, images):
        return images[:, 0, : self.dim]

    def __init__(self, dim):
        self.dim = dim


@pytest.mark.parametrize("dim", [8, 12])
def test_a_planted_gap_is_found_where_it_is(dim):
    rng = np.random.default_rng(0)
    latents = rng.normal(size=(200, dim)).astype(np.float32) * ([4, 2] + [0.5] * (dim - 2))
    support = Support(Folded(dim), latents, Units(0.5, 1.0, 1.0))
    latent_map, base = project(latents), np.full(dim, 0.25, np.float32)
    field = result_of(gap_field_steps(support, latent_map, base))
    assert np.isfinite(field.values).all()
    for point in rng.uniform(field.bounds[::2], field.bounds[1::2], size=(40, 2)):
        row, column = cell_of(field, point)
        left, right, bottom, top = field.bounds
        height, width = field.values.shape
        centre = [left + (column + 0.5) * (right - left) / width, top - (row + 0.5) * (top - bottom) / height]
        code = latent_map.invert(np.array([centre]), base)[0]
        assert field.values[row, column] == pytest.approx(max(0, 1 - code[0]) / 0.5, abs=1e-4)


def test_what_is_not_known_yet_is_not_made_up():
    latents = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    steps = gap_field_steps(Support(Folded(2), latents), project(latents), np.zeros(2, np.float32))
    shares = []
    for share, field in steps:
        known = np.isfinite(field.values).mean()
        assert known == pytest.approx(share)
        shares.append(share)
    assert shares == sorted(shares) and shares[0] == 0 and len(shares) > 3


def test_a_map_without_an_inverse_has_no_gaps():
    latents = np.random.default_rng(0).normal(size=(12, 2)).astype(np.float32)
    with pytest.raises(ValueError, match="no inverse"):
        next(gap_field_steps(Support(Folded(2), latents), project(latents, "tsne"), np.zeros(2, np.float32)))


def test_in_few_dimensions_the_field_is_the_distance_to_the_data():
    latents = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)
    support = Support(Folded(2), latents)
    field = result_of(gap_field_steps(support, project(latents), np.zeros(2, np.float32)))
    left, right, bottom, top = field.bounds
    height, width = field.values.shape
    x, y = left + 20.5 * (right - left) / width, top - 30.5 * (top - bottom) / height
    expected = support.neighbour_distance(np.array([[x, y]])) / support.units.neighbour_distance
    assert field.values[30, 20] == pytest.approx(expected[0], rel=1e-3)
