"""Card, flow, path, sliders and the other map follow what moves on the map."""

import re

import numpy as np
import pytest
from PIL import Image

from tests.tools.browser import expect, let_timers_fire, wait_for_address
from tests.tools.living_map import PIXELS, Stage, bytes_of, visit_map

# The worker answers a request for the nearest image late, as it does while a fresh page warms up.
LATE = """window.Worker = class extends Worker {
  postMessage(message) {
    setTimeout(() => super.postMessage(message), message.task === "look" && message.near ? 700 : 0);
  }
};"""
LIT = ".lm-flow > .lm-lit"
ALL_PARTS = 11  # of the flow
DECODING_PARTS = 6  # code, arrows, decoder, image and its name


def test_a_late_answer_replaces_no_newer_one(page):
    page.add_init_script(LATE)
    visit_map(page, "/?model=digits-vae-2&a=none")
    stage = Stage(page, "digits-vae-2")
    stage.move(*stage.empty_spot(1))
    row = int(np.abs(stage.map.positions - stage.map.positions.mean(axis=0)).sum(axis=1).argmax())
    spot = stage.move(*stage.on_screen(stage.map.positions[row]))
    nearest = int(np.linalg.norm(stage.map.positions - spot, axis=1).argmin())
    let_timers_fire(page, 2500)
    assert stage.caption(1) == f"{stage.dataset.labels[nearest]} · image {nearest}\nnearest on the map"
    x, y = stage.on_screen(stage.map.positions[nearest])
    around = [(x + 9 * np.cos(angle), y + 9 * np.sin(angle)) for angle in np.arange(8) * np.pi / 4]
    assert min(stage.marked(*around)) > 200


def test_two_maps_never_name_two_images_the_same(page):
    visit_map(page, "/?model=digits-ae-2&beside=digits-vae-16&a=none", n_panes=2)
    first, second = Stage(page, "digits-ae-2"), Stage(page, "digits-vae-16", 1)
    found = second.pane.locator(".lm-card figcaption").nth(1)
    for seed in range(5):  # places between the points: the nearest image comes with the model's answer
        first.move(*first.on_screen(first.map.positions[seed]))
        expect(found).to_contain_text("the same image")
        first.move(*first.empty_spot(seed))
        expect(first.pane.locator(".lm-card figcaption").nth(1)).to_contain_text("nearest in code space")
        let_timers_fire(page)  # the answers for the places on the way have come
        index = re.search(r"image (\d+)", first.caption(1))[1]
        expect(found).to_contain_text(f"image {index} the same image", use_inner_text=True)


@pytest.mark.parametrize("model", ["digits-ae-2", "digits-ae-16"])
def test_without_pins_the_mean_of_the_codes_is_decoded(page, model):
    visit_map(page, f"/?model={model}&a=none")
    stage = Stage(page, model)
    expect(stage.pane.locator(".lm-card figcaption").first).to_contain_text(
        "Decoded from the mean of the codes"
    )
    mean = stage.codes.mean(axis=0, dtype=np.float64).astype(np.float32)[None]
    assert np.abs(stage.drawn - bytes_of(stage.checkpoint.model.decode(mean)[0])).max() <= 1


def test_a_dragged_pin_is_decoded_while_it_moves(page):
    visit_map(page, "/?model=digits-vae-2&a=5&b=9")
    stage = Stage(page, "digits-vae-2")
    stage.move(*stage.on_screen(stage.map.positions[9]))
    page.mouse.down()
    spot = stage.move(*stage.empty_spot(2))
    caption = stage.pane.locator(".lm-card figcaption").first
    expect(caption).to_have_text("B, decodeda code of no image", use_inner_text=False)
    numbers = "  ".join(f"{value:.2f}" for value in spot).replace("-", "−")
    expect(page.locator(".lm-numbers")).to_have_text(numbers)
    code = spot[None].astype(np.float32)
    assert np.abs(stage.drawn - bytes_of(stage.checkpoint.model.decode(code)[0])).max() <= 1
    assert "b=9" in page.url
    page.mouse.up()


def test_the_sliders_start_from_a_wherever_it_goes(page):
    visit_map(page, "/?model=digits-vae-16&a=3")
    stage = Stage(page, "digits-vae-16")
    page.get_by_text("Move one dimension at a time").click()
    slider, start = page.locator(".lm-slider input").first, page.locator(".lm-traversal > .lm-note")
    dimension = np.argmax(stage.codes.var(axis=0))
    expect(start).to_contain_text("Starts from A")
    page.get_by_label("Number of an image").fill("7")
    page.get_by_role("button", name="Clear pins").click()
    expect(start).to_contain_text("Starts from the mean code")
    page.get_by_role("button", name="Pin this image").click()
    wait_for_address(page, r"\ba=7\b")
    expect(start).to_contain_text("Starts from A")
    assert np.float32(slider.input_value()) == stage.codes[7, dimension]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    expect(start).to_contain_text("Starts from the mean code")


def test_the_flow_lights_up_with_what_the_pointer_is_on(page):
    visit_map(page, "/?model=digits-vae-2&a=7")
    stage = Stage(page, "digits-vae-2")
    flow = page.locator(".lm-flow canvas.picture")
    expect(page.locator(LIT)).to_have_count(ALL_PARTS)  # the pin is an image
    stage.move(*stage.empty_spot(3))
    expect(page.locator(LIT)).to_have_count(DECODING_PARTS)
    row = 40
    spot = stage.move(*stage.on_screen(stage.map.positions[row]))
    index = int(np.linalg.norm(stage.map.positions - spot, axis=1).argmin())
    expect(page.locator(LIT)).to_have_count(ALL_PARTS)
    numbers = "  ".join(f"{value:.2f}" for value in stage.codes[index]).replace("-", "−")
    expect(page.locator(".lm-numbers")).to_have_text(numbers)
    shown = [255 - np.array(flow.nth(i).evaluate(PIXELS)).reshape(28, 28) for i in range(2)]
    np.testing.assert_array_equal(shown[0], stage.dataset.images[index])
    decoded = bytes_of(stage.checkpoint.model.decode(stage.codes[[index]])[0])
    assert np.abs(shown[1] - decoded).max() <= 1


def test_a_long_code_is_drawn_as_bars(page):
    visit_map(page, "/?model=digits-vae-16&a=7")
    expect(page.locator(".lm-bars")).to_be_visible()
    expect(page.locator(".lm-code")).to_contain_text("16 numbers")


def test_close_by_the_points_are_the_images_themselves(page):
    visit_map(page, "/?model=digits-vae-2&a=none")
    stage = Stage(page, "digits-vae-2")
    far = np.linalg.norm(stage.map.positions[:, None] - stage.map.positions, axis=2)
    row = int((far + 99 * np.eye(len(far))).min(axis=1).argmax())  # the one that no other image covers
    x, y = stage.map.positions[row].round(3)
    view = f"{x:.3f},{y:.3f},12"
    visit_map(page, f"/?model=digits-vae-2&a=none&view={view}")
    stage = Stage(page, "digits-vae-2", view=view)
    let_timers_fire(page)
    left, top = (round(float(value)) for value in stage.on_screen(stage.map.positions[row]))
    half = 13  # of an image of at most 36 pixels, within its frame
    patch = stage.colours("points")[top - half : top + half, left - half : left + half]
    assert (patch[..., 3] > 200).all(), "the ground of the image covers the point"
    darkness = 255 - patch[..., :3].mean(axis=2)
    image = Image.fromarray(stage.dataset.images[row]).resize((36, 36), Image.Resampling.BILINEAR)
    middle = np.asarray(image)[5:31, 5:31]
    assert np.corrcoef(darkness.ravel(), middle.ravel())[0, 1] > 0.8
