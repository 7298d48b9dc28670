"""The map in a real browser: what it shows is what the data and PyTorch say, at every spot.

The expected numbers are worked out here from the codes and the size of the stage; nothing is asked of the
component but what a visitor sees.
"""

import re

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.data.loading import load_dataset
from tests.tools.browser import LONGEST_DELAY, expect, let_timers_fire, settle, wait_for_address
from tests.tools.living_map import PIXELS, Stage, bytes_of, visit_map

# Layers


def test_the_gaps_are_computed_once_and_drawn_with_their_scale(page):
    visit_map(page, "/?model=digits-ae-2&layer=gaps")
    legend = page.locator(".lm-layer-legend")
    expect(legend).to_contain_text("in the model's units")
    expect(legend).to_contain_text("3 and more")
    scale = page.locator(".lm-scale").evaluate("scale => getComputedStyle(scale).backgroundImage")
    colours = [tuple(map(int, colour)) for colour in re.findall(r"rgb\((\d+), (\d+), (\d+)\)", scale)]
    assert (colours[0], colours[-1]) == ((0, 34, 78), (254, 232, 56)), "the ends of cividis"
    page.get_by_label("Layer").select_option("grid")
    wait_for_address(page, "^((?!layer).)*$")  # it is what a link without a layer means
    expect(legend).to_contain_text("What the decoder draws at each spot")
    back = page.locator(".lm-back")
    page.wait_for_function(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height)"
        ".data.reduce((count, value, i) => count + (i % 4 === 3 && value > 60), 0) > 2000",
        arg=back.element_handle(),
    )


def test_gaps_fade_beyond_the_codes(page):
    visit_map(page, "/?model=digits-ae-2&layer=gaps&a=none")
    expect(page.locator(".lm-layer-legend")).to_contain_text("3 and more")
    let_timers_fire(page)
    stage = Stage(page, "digits-ae-2")
    alpha = stage.colours("back")[..., 3]
    hull = ConvexHull([stage.on_screen(point) for point in stage.map.positions]).equations
    down, across = np.mgrid[60 : alpha.shape[0] - 60 : 20, 60 : alpha.shape[1] - 60 : 20]
    outside = (hull[:, :2] @ np.array([across.ravel(), down.ravel()]) + hull[:, 2:]).max(axis=0)  # pixels
    found = alpha[down.ravel(), across.ravel()]
    assert (found[outside < -40] > 120).all()
    assert np.median(found[outside > 60]) == 0  # but for lines and numbers of the axes


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_grey_points_and_axes_stay_legible_on_a_layer(page, scheme):
    page.emulate_media(color_scheme=scheme)
    visit_map(page, "/?model=digits-vae-2&classes=3.7")
    stage = Stage(page, "digits-vae-2")
    places = np.array([stage.on_screen(point) for point in stage.map.positions])
    apart = np.linalg.norm(places[:, None] - places, axis=2) + 99 * np.eye(len(places))
    inside = ((places > 40) & (places < [stage.width - 40, stage.height - 40])).all(axis=1)
    grey = (
        places[(apart.min(axis=1) > 14) & inside & ~np.isin(stage.dataset.labels, [3, 7])].round().astype(int)
    )
    paper = page.locator(".lm").evaluate(
        "map => getComputedStyle(map).getPropertyValue('--st-background-color')"
    )
    paper = [int(paper.strip()[i : i + 2], 16) for i in (1, 3, 5)]
    for layer, done in (
        ("density", "of all classes"),
        ("gaps", "in the model's units"),
        ("grid", "at each spot"),
    ):
        page.get_by_label("Layer").select_option(layer)
        expect(page.locator(".lm-layer-legend")).to_contain_text(done)
        let_timers_fire(page, 3 * LONGEST_DELAY)
        seen = over(stage.colours("points"), over(stage.colours("back"), np.array(paper, float)))
        contrasts = [
            contrast(seen[y, x], around).max()
            for x, y in grey
            for around in [seen[y - 6 : y + 7, x - 6 : x + 7].reshape(-1, 3)]
        ]
        assert min(contrasts) > 3, layer
        axis = seen[-33:-18, -50:-6].reshape(-1, 3)  # where the name of the axis across stands
        assert (np.abs(axis - paper).max(axis=1) < 12).mean() > 0.3, layer


# Side by side


def test_two_models_ring_the_same_image_and_share_pins_and_classes(page):
    visit_map(page, "/?model=digits-ae-2&beside=digits-vae-16&a=none", n_panes=2)
    first, second = Stage(page, "digits-ae-2"), Stage(page, "digits-vae-16", 1)
    row = 101
    first.move(*first.on_screen(first.map.positions[row]))
    caption = first.pane.locator(".lm-card figcaption").nth(1)
    expect(caption).to_contain_text("nearest on the map")
    found = int(re.search(r"image (\d+)", caption.inner_text())[1])
    expect(second.pane.locator(".lm-card figcaption").nth(1)).to_contain_text(f"image {found}")
    np.testing.assert_array_equal(second.near, second.dataset.images[found])
    assert (
        np.abs(second.drawn - bytes_of(second.checkpoint.model.decode(second.codes[[found]])[0])).max() <= 1
    )
    first.click(*first.on_screen(first.map.positions[row]))
    wait_for_address(page, rf"\ba={found}\b")
    for stage in (first, second):
        assert stage.marked(stage.on_screen(stage.map.positions[found])) == [255]
    page.locator(".lm-legend button", has_text="4").click()
    wait_for_address(page, "classes=4")


def test_a_box_selects_what_lies_in_it(page):
    visit_map(page, "/?model=digits-vae-2&a=none")
    stage = Stage(page, "digits-vae-2")
    page.get_by_role("button", name="Box").click()
    corner = stage.move(stage.width * 0.4, stage.height * 0.3)
    page.mouse.down()
    stage.move(stage.width * 0.5, stage.height * 0.5)
    opposite = stage.move(stage.width * 0.6, stage.height * 0.6)
    page.mouse.up()
    low, high = np.minimum(corner, opposite), np.maximum(corner, opposite)
    n_inside = ((stage.map.positions > low) & (stage.map.positions < high)).all(axis=1).sum()
    expect(page.locator(".lm-selection")).to_contain_text(f"{n_inside} selected")
    page.get_by_role("button", name="Clear the selection").click()
    expect(page.locator(".lm-selection")).not_to_be_visible()


def test_a_lasso_that_closes_on_its_start_selects_and_escape_clears(page):
    visit_map(page, "/?model=digits-vae-2&a=none")
    stage = Stage(page, "digits-vae-2")
    page.get_by_role("button", name="Lasso").click()
    left, right, top, bottom = (
        round(side) for side in np.outer([0.4, 0.6], [stage.width, stage.height]).T.flat
    )
    stage.outline((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
    places = np.array([stage.on_screen(point) for point in stage.map.positions])
    n_inside = ((places > [left, top]) & (places < [right, bottom])).all(axis=1).sum()
    assert n_inside > 10
    expect(page.locator(".lm-selection")).to_contain_text(f"{n_inside} selected: ")
    expect(page.locator(".lm-selection")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".lm-selection")).not_to_be_visible()


def test_an_outline_around_nothing_selects_nothing_and_says_so(page):
    visit_map(page, "/?model=digits-vae-2&a=none")
    stage = Stage(page, "digits-vae-2")
    before = stage.colours("points")
    page.get_by_role("button", name="Box").click()
    stage.outline((4, 4), (30, 30))
    expect(page.locator(".lm-selection")).to_contain_text("No image lies in there")
    let_timers_fire(page)
    np.testing.assert_array_equal(stage.colours("points"), before)


def test_the_path_slider_moves_through_every_model_and_beyond_the_ends(page):
    page.goto("/interpolation?data=digits&model=digits-ae-16&a=3&b=8&steps=5")
    settle(page)
    figures = page.locator(".path-slider figure")
    expect(figures).to_have_count(2)
    expect(figures.last).to_contain_text("to the model")
    slider = page.get_by_label("Place on the path")
    for t, where in ((0.25, ""), (0.6, ""), (1.5, ", beyond B"), (-0.5, ", before A")):
        slider.fill(str(t))
        expect(page.locator(".path-slider output")).to_have_text(f"t = {t:.2f}{where}".replace("-", "−"))
        for number, name in enumerate(("digits-ae-16", "digits-vae-16")):
            checkpoint = load_checkpoint(name)
            start, end = checkpoint.model.encode(load_dataset("digits", "test").images[[3, 8]])
            code = (start + t * (end - start))[None]
            measured = checkpoint.support.measure(code)
            words = f"round-trip error {float(f'{measured.round_trip[0]:.3g}'):g}"
            expect(figures.nth(number)).to_contain_text(words)
            pixels = 255 - np.array(figures.nth(number).locator("canvas").evaluate(PIXELS)).reshape(28, 28)
            assert np.abs(pixels - bytes_of(measured.images[0])).max() <= 1


# Traffic


def test_moving_asks_nothing_of_the_server(page):
    visit_map(page, "/?model=digits-vae-2&a=none")
    let_timers_fire(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.evaluate(
        """() => {
          window.runs = 0;
          const app = document.querySelector("[data-testid=stApp]");
          new MutationObserver(() => window.runs++).observe(app, { attributes: true });
        }"""
    )
    stage = Stage(page, "digits-vae-2")
    for seed in range(10):
        stage.move(*stage.empty_spot(seed))
    let_timers_fire(page)
    assert asked == [] and page.evaluate("runs") == 0


def test_a_rerun_fetches_nothing_again(page):
    visit_map(page, "/?model=digits-vae-2&a=none")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    stage = Stage(page, "digits-vae-2")
    stage.click(*stage.on_screen(stage.map.positions[3]))
    wait_for_address(page, r"\ba=\d+")
    settle(page)
    assert [url for url in asked if "/latent/" in url] == []


def over(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Pixels (H, W, 4) laid over opaque ones (H, W, 3) or one colour."""
    cover = above[..., 3:] / 255
    return cover * above[..., :3] + (1 - cover) * below


def contrast(colour: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The contrast of one colour with others, from 1 to 21 (WCAG 2)."""
    one, many = luminance(colour), luminance(others)
    return (np.maximum(one, many) + 0.05) / (np.minimum(one, many) + 0.05)


def luminance(colours: np.ndarray) -> np.ndarray:
    parts = colours / 255
    linear_parts = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear_parts @ [0.2126, 0.7152, 0.0722]
