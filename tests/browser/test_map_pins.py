"""Pins on the map, the path between them, and one dimension at a time."""

import re

import numpy as np
import pytest

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.latent.paths import linear
from tests.tools.browser import expect, settle, wait_for_address
from tests.tools.living_map import PIXELS, Stage, bytes_of, visit_map

# Pins and the path between them


def test_clicks_set_a_then_b_and_the_path_is_decoded(page):
    visit_map(page, "/?model=digits-ae-16&a=none")
    stage = Stage(page, "digits-ae-16")
    stage.click(*stage.on_screen(stage.map.positions[12]))
    row = int(re.search(r"\ba=(\d+)", wait_for_address(page, r"\ba=\d+"))[1])
    spot = stage.click(*stage.empty_spot(5))
    text = re.search(rf"\bb=z{stage.id}%3A([^&]+)", wait_for_address(page, r"\bb=z"))[1]
    code = np.array([float(number) for number in text.split("%2C")], np.float32)
    np.testing.assert_allclose(code, stage.map.invert(spot[None], stage.codes[row])[0], rtol=1e-5, atol=1e-5)
    path = linear(stage.codes[row], code, 11)
    measured = stage.checkpoint.support.measure(path)
    assert (
        f"off the data in {measured.off_support.sum()} of 11 steps"
        in page.locator(".lm-strip-title").inner_text()
    )
    steps = page.locator(".lm-strip li")
    for step, image in enumerate(stage.checkpoint.model.decode(path)):
        pixels = 255 - np.array(steps.nth(step).locator("canvas").evaluate(PIXELS)).reshape(28, 28)
        assert np.abs(pixels - bytes_of(image)).max() <= 1
        is_off = "lm-is-off" in (steps.nth(step).get_attribute("class") or "")
        assert is_off == measured.off_support[step] == ("off" in steps.nth(step).inner_text().split())


def test_a_link_reopens_pins_view_layer_and_classes(page):
    model = load_checkpoint("digits-ae-2").fingerprint[:8]
    address = f"/?model=digits-ae-2&a=5&b=z{model}%3A3%2C-2.5&layer=density&classes=1.7&view=1%2C-1%2C3"
    visit_map(page, address)
    stage = Stage(page, "digits-ae-2", view="1,-1,3")
    for place in (stage.map.positions[5], (3, -2.5)):
        assert stage.marked(stage.on_screen(place)) == [255]
    assert page.get_by_label("Layer").input_value() == "density"
    pressed = page.locator(".lm-legend [aria-pressed=true]")
    assert pressed.all_inner_texts() == ["1", "7"]
    page.reload()
    settle(page)
    for part in ("a=5", f"b=z{model}", "layer=density", "classes=1.7", "view=1"):
        assert part in page.url


def test_a_pin_is_dragged_onto_a_point_and_undone(page):
    visit_map(page, "/?model=digits-vae-2&a=5&b=9")
    stage = Stage(page, "digits-vae-2")
    titles = page.locator(".lm-pin").nth(1)
    stage.move(*stage.on_screen(stage.map.positions[9]))
    page.mouse.down()
    stage.move(*stage.empty_spot(2))
    expect(titles).to_contain_text("a code of no image")
    step = page.locator(".lm-strip canvas").nth(5)
    before = step.evaluate(PIXELS)
    stage.move(*stage.on_screen(stage.map.positions[200]))
    expect(titles).to_contain_text("image ")
    page.wait_for_function(
        f"([canvas, before]) => String(({PIXELS})(canvas)) !== String(before)",
        arg=[step.element_handle(), before],
    )
    assert "b=9" in page.url  # nothing is told before the pin is dropped
    page.mouse.up()
    wait_for_address(page, r"\bb=(?!9\b)\d+")
    page.get_by_role("button", name="Undo").first.click()
    wait_for_address(page, r"\bb=9\b")
    expect(titles).to_contain_text("image 9")


def test_the_keyboard_does_what_the_pointer_does(page):
    visit_map(page, "/?model=digits-vae-2&a=none")
    stage = Stage(page, "digits-vae-2")
    stage.element.focus()
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowUp"):
        page.keyboard.press(key)
    x, y = stage.on_map(stage.width / 2 - 16, stage.height / 2 - 40)
    expect(stage.pane.locator(".lm-card figcaption").first).to_contain_text(
        f"{x:.2f}, {y:.2f}".replace("-", "−")
    )
    expect(page.locator(".lm [role=status]")).to_contain_text("near the codes of real images")
    page.keyboard.press("Enter")
    wait_for_address(page, r"\ba=(?!none)")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    wait_for_address(page, r"\ba=none\b")


def test_ctrl_z_undoes_the_last_pin(page):
    visit_map(page, "/?model=digits-vae-2&a=5&b=9")
    stage = Stage(page, "digits-vae-2")
    stage.click(*stage.on_screen(stage.map.positions[200]))
    moved = re.search(r"\bb=(\d+)", wait_for_address(page, r"\bb=(?!9\b)\d+"))[1]
    page.keyboard.press("Control+z")
    wait_for_address(page, r"\bb=9\b")
    page.keyboard.press("Control+Shift+z")
    wait_for_address(page, rf"\bb={moved}\b")
    page.get_by_role("button", name="Undo").click()
    wait_for_address(page, r"\bb=9\b")
    page.get_by_role("button", name="Redo").click()
    wait_for_address(page, rf"\bb={moved}\b")


def test_a_pan_that_comes_back_sets_no_pin(page):
    visit_map(page, "/?model=digits-vae-2&a=none")
    stage = Stage(page, "digits-vae-2")
    stage.outline((200, 200), (300, 200), (200, 200))
    expect(page.locator(".lm-pin").first).to_contain_text("not set")


@pytest.mark.parametrize("numbers", ["3", "3,1e39", "3,1,2"])
def test_numbers_that_are_no_code_of_the_model_are_no_place(page, numbers):
    visit_map(page, f"/?model=digits-ae-2&b=7&a=z{load_checkpoint('digits-ae-2').fingerprint[:8]}:{numbers}")
    pin = page.locator(".lm-pin").first
    assert "a place between" not in pin.inner_text()
    assert not page.locator(".lm-strip").is_visible()
    assert "A, decoded" not in page.locator(".lm-card").inner_text()


def test_a_typed_number_pins_its_image(page):
    visit_map(page, "/?model=digits-vae-2&a=none")
    page.get_by_label("Number of an image").fill("33")
    page.get_by_role("button", name="Pin this image").click()
    wait_for_address(page, r"\ba=33\b")
    expect(page.locator(".lm-pin").first).to_contain_text("image 33")


@pytest.mark.parametrize("number", ["99999", "-1", ""])
def test_a_typed_number_of_no_image_is_said(page, number):
    visit_map(page, "/?model=digits-vae-2&a=none")
    page.get_by_label("Number of an image").fill(number)
    page.get_by_role("button", name="Pin this image").click()
    expect(page.locator(".lm-numbered [role=alert]")).to_contain_text("from 0 to 359")
    expect(page.locator(".lm-pin").first).to_contain_text("not set")


def test_a_pin_on_an_image_that_is_not_here_says_so(page):
    visit_map(page, "/?model=digits-vae-2&a=9999")
    expect(page.locator(".lm-pin").first).to_contain_text("not among these")


def test_the_path_goes_on_to_the_interpolation_page(page):
    visit_map(
        page, f"/?model=digits-vae-2&a=12&b=z{load_checkpoint('digits-vae-2').fingerprint[:8]}%3A1%2C0.5"
    )
    page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Walk from A to B").click()
    expect(page.get_by_role("heading", name="Interpolation")).to_be_visible()
    expect(page.get_by_text("B is a place between")).to_contain_text("image 12")


# One dimension at a time


def test_a_slider_moves_one_dimension_and_starts_from_the_point(page):
    visit_map(page, "/?model=digits-vae-16&a=3")
    stage = Stage(page, "digits-vae-16")
    page.get_by_text("Move one dimension at a time").click()
    sliders = stage.pane.locator(".lm-slider input")
    order = np.argsort(-stage.codes.var(axis=0))
    assert sliders.count() == 16
    for number, dimension in enumerate(order[:3]):
        slider = sliders.nth(number)
        assert slider.get_attribute("aria-label").split()[0] == f"z{dimension + 1}"
        assert np.float32(slider.input_value()) == stage.codes[3, dimension]
    sliders.first.evaluate("(input) => { input.value = input.max; input.dispatchEvent(new Event('input')); }")
    expect(stage.pane.locator(".lm-card figcaption").first).to_contain_text("Moved from the start")
    moved = stage.codes[[3]].copy()
    moved[0, order[0]] = stage.codes[:, order[0]].max()
    assert np.abs(stage.drawn - bytes_of(stage.checkpoint.model.decode(moved)[0])).max() <= 1
    page.get_by_role("button", name="Pin as B").click()
    text = re.search(rf"\bb=z{stage.id}%3A([^&]+)", wait_for_address(page, r"\bb=z"))[1]
    np.testing.assert_allclose(np.array(text.split("%2C"), np.float32), moved[0], rtol=1e-6)
    page.get_by_role("button", name="Back to the start").click()
    expect(stage.pane.locator(".lm-card figcaption").first).to_contain_text("B, decoded")
    assert np.float32(sliders.first.input_value()) == stage.codes[3, order[0]]


def test_dead_dimensions_are_marked(page):
    visit_map(page, "/?data=mnist&model=mnist-vae-32")
    page.get_by_text("Move one dimension at a time").click()
    labels = page.locator(".lm-slider input").evaluate_all("all => all.map((input) => input.ariaLabel)")
    variance = load_checkpoint("mnist-vae-32").atlas.latents.var(axis=0)
    assert 0 < (variance < 0.01).sum() == sum("(dead)" in label for label in labels)
