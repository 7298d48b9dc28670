"""Laws of the noise: what is asked is what is done, and what is shown is what is encoded."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoencoder.data.noise import NOISE_KINDS, Noise, corrupt

few = settings(deadline=None, max_examples=40)
kinds = st.sampled_from(sorted(NOISE_KINDS))
levels = st.floats(0, 1)
noises = st.builds(Noise, kinds, levels)


def rng(seed=0):
    return np.random.default_rng(seed)


def some_images(n, seed=1):
    return rng(seed).integers(0, 256, (n, 28, 28), dtype=np.uint8)


def grey(n):
    return np.full((n, 28, 28), 100, np.uint8)


@few
@given(noises)
def test_a_noise_reads_back_from_its_own_text(noise):
    assert Noise.parse(str(noise)) == noise


@pytest.mark.parametrize("text", ["gaussian:0.3", "salt-pepper:0.25", "masking:1", "blur:0"])
def test_a_text_reads_back_from_its_noise(text):
    assert str(Noise.parse(text)) == text


def test_a_numpy_level_is_written_as_a_number():
    assert str(Noise("blur", np.float64(0.5))) == "blur:0.5"


@pytest.mark.parametrize(
    "text", ["", "gaussian", "gaussian:", "fog:0.3", "gaussian:1.5", "blur:nan", "blur:a:b"]
)
def test_an_unreadable_text_is_answered_with_what_to_write(text):
    with pytest.raises(ValueError, match=r"KIND:LEVEL, such as gaussian:0\.3.*salt-pepper.*from 0 to 1"):
        Noise.parse(text)


@pytest.mark.parametrize("level", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_level_out_of_range_is_refused(level):
    with pytest.raises(ValueError, match="level must be from 0 to 1"):
        Noise("gaussian", level)


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"gaussian, salt-pepper, speckle, masking, occlusion, blur.*'fog'"):
        Noise("fog", 0.5)


@pytest.mark.parametrize("images", [np.zeros((2, 28, 28)), np.zeros((28, 28), np.uint8)])
def test_only_stacks_of_bytes_are_corrupted(images):
    with pytest.raises(ValueError, match="uint8"):
        corrupt(images, Noise("blur", 0.1), rng())


@few
@given(noises, st.integers(0, 5))
def test_noise_is_bytes_of_the_same_shape_and_leaves_its_input_alone(noise, n):
    images = some_images(n)
    noisy = corrupt(images, noise, rng())
    assert noisy.dtype == np.uint8 and noisy.shape == images.shape
    assert not np.shares_memory(noisy, images)
    np.testing.assert_array_equal(images, some_images(n))


@few
@given(noises, st.integers(0, 6), st.integers(0, 6), st.integers(0, 99))
def test_the_first_images_get_the_same_noise_however_many_follow(noise, n_first, n_more, seed):
    images = some_images(n_first + n_more)
    alone = corrupt(images[:n_first], noise, rng(seed))
    together = corrupt(images, noise, rng(seed))
    np.testing.assert_array_equal(together[:n_first], alone)


@pytest.mark.parametrize("kind", NOISE_KINDS)
def test_level_0_changes_nothing(kind):
    np.testing.assert_array_equal(corrupt(some_images(9), Noise(kind, 0), rng()), some_images(9))


@pytest.mark.parametrize("kind", NOISE_KINDS)
def test_a_seed_decides_the_noise(kind):
    noise, images = Noise(kind, 0.4), some_images(6)
    np.testing.assert_array_equal(corrupt(images, noise, rng(3)), corrupt(images, noise, rng(3)))
    if kind != "blur":
        assert (corrupt(images, noise, rng(3)) != corrupt(images, noise, rng(4))).any()


@few
@given(kinds.filter(lambda kind: kind in ("salt-pepper", "masking")), levels, levels)
def test_a_higher_level_keeps_the_pixels_of_a_lower_one(kind, one, other):
    lower, higher = (corrupt(grey(2), Noise(kind, level), rng()) for level in sorted((one, other)))
    assert (higher == lower)[lower != 100].all()


@pytest.mark.parametrize("level", [0.05, 0.3])
def test_gaussian_has_its_standard_deviation_of_the_full_range(level):
    middle = np.full((50, 28, 28), 128, np.uint8)
    added = (corrupt(middle, Noise("gaussian", level), rng()).astype(float) - 128) / 255
    clipped = np.clip(rng(9).normal(0, level, 10**6), -128 / 255, 127 / 255)
    assert added.std() == pytest.approx(clipped.std(), rel=0.02)
    assert abs(added.mean()) < 0.01


def test_gaussian_is_rounded_and_clipped_not_wrapped():
    draws = rng().standard_normal((3, 28, 28), dtype=np.float32)
    images = some_images(3)
    expected = np.clip(np.round(images + 0.5 * 255 * draws.astype(float)), 0, 255)
    np.testing.assert_allclose(corrupt(images, Noise("gaussian", 0.5), rng()), expected, atol=1)
    assert (corrupt(images, Noise("gaussian", 0.5), rng()) == expected).mean() > 0.999


def test_speckle_is_a_share_of_the_pixels_own_value():
    dark, bright = (
        corrupt(np.full((50, 28, 28), value, np.uint8), Noise("speckle", 0.2), rng()) for value in (30, 120)
    )
    assert dark.std() == pytest.approx(0.2 * 30, rel=0.03)
    assert bright.std() == pytest.approx(0.2 * 120, rel=0.03)
    assert not corrupt(np.zeros((2, 28, 28), np.uint8), Noise("speckle", 1), rng()).any()


@pytest.mark.parametrize("level", [0.25, 0.8, 1])
def test_salt_and_pepper_take_their_share_half_and_half(level):
    noisy = corrupt(grey(60), Noise("salt-pepper", level), rng())
    assert (noisy == 0).mean() == pytest.approx(level / 2, abs=0.01)
    assert (noisy == 255).mean() == pytest.approx(level / 2, abs=0.01)
    assert (noisy == 100).mean() == pytest.approx(1 - level, abs=0.01)


@pytest.mark.parametrize("level", [0.25, 0.8, 1])
def test_masking_takes_its_share(level):
    noisy = corrupt(grey(60), Noise("masking", level), rng())
    assert (noisy == 0).mean() == pytest.approx(level, abs=0.01)
    assert set(np.unique(noisy)) <= {0, 100}


@few
@given(levels)
def test_occlusion_is_one_black_square_of_its_side(level):
    for image in corrupt(grey(8), Noise("occlusion", level), rng()):
        rows, columns = np.flatnonzero((image == 0).any(1)), np.flatnonzero((image == 0).any(0))
        side = round(level * 28)
        assert len(rows) == len(columns) == side
        assert (image == 0).sum() == side**2
        assert side == 0 or rows[-1] - rows[0] == columns[-1] - columns[0] == side - 1


def test_occlusion_reaches_every_corner():
    noisy = corrupt(grey(400), Noise("occlusion", 0.9), rng())
    assert all((noisy[:, row, column] == 0).any() for row in (0, -1) for column in (0, -1))


def test_blur_of_a_dot_is_a_gaussian_of_4_pixels_at_level_1():
    offsets = np.arange(28) - 14
    for level in (0.25, 0.5):
        stroke = np.zeros((1, 28, 28), np.uint8)
        stroke[:, :, 14] = 255  # constant down the columns: what is left is the profile across
        profile = np.exp(-(offsets**2) / (2 * (4 * level) ** 2))
        noisy = corrupt(stroke, Noise("blur", level), rng())
        np.testing.assert_allclose(noisy[0, 14], 255 * profile / profile.sum(), atol=1)


def test_blur_does_not_mix_images():
    images = np.concatenate([grey(1) * 0, grey(1) + 155])
    np.testing.assert_array_equal(corrupt(images, Noise("blur", 1), rng()), images)
