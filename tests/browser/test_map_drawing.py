"""A digit drawn beside the map is encoded, pinned and walked from."""

import base64
import re

import numpy as np
import pytest

from tests.tools.browser import expect, let_timers_fire, wait_a_frame, wait_for_address
from tests.tools.living_map import PIXELS, Stage, bytes_of, visit_map

# Write down, at every frame, where the paper of the drawing pad is.
WATCH_PAPER = """() => {
  window.tops = [];
  const host = [...document.querySelectorAll("*")].find((one) => one.shadowRoot?.querySelector(".pad-paper"));
  const paper = (host?.shadowRoot ?? document).querySelector(".pad-paper");
  const note = () => requestAnimationFrame(note, tops.push(paper.getBoundingClientRect().top));
  note();
}"""
SEVEN = [(0.3, 0.2), (0.7, 0.25), (0.5, 0.5), (0.45, 0.85)]
BAR = [(0.25, 0.55), (0.5, 0.5), (0.75, 0.55)]


def open_pad(page) -> None:
    page.get_by_role("button", name="Draw", exact=True).click()


def draw(page, points) -> None:
    """A line on the pad through places given as parts of it, as slow as a hand."""
    box = page.locator(".pad-paper").bounding_box()
    for number, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=6)
        page.wait_for_timeout(50)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


# Drawing


def test_a_drawn_digit_is_encoded_as_it_is_shown(page):
    visit_map(page, "/?model=digits-vae-2&a=none")
    open_pad(page)
    draw(page, SEVEN)
    text = re.search(r"\ba=d%3A([\w-]+)", wait_for_address(page, r"\ba=d%3A"))[1]
    image = np.frombuffer(base64.urlsafe_b64decode(text + "=="), np.uint8).reshape(28, 28)
    assert image.max() > 100
    alpha = PIXELS.replace("=== 0", "=== 3")
    np.testing.assert_array_equal(page.locator(".seen").evaluate(alpha), image.ravel())
    stage = Stage(page, "digits-vae-2")
    code = stage.checkpoint.model.encode(image[None])
    let_timers_fire(page)
    assert stage.marked(stage.on_screen(code[0])) == [255]
    expected = bytes_of(stage.checkpoint.model.decode(code)[0])
    rebuilt = page.locator(".lm-drawing figure canvas").last
    let_timers_fire(page)
    assert np.abs(255 - np.array(rebuilt.evaluate(PIXELS)).reshape(28, 28) - expected).max() <= 1
    page.reload()
    visit_map(page, page.url)
    wide = Stage(page, "digits-vae-2")  # without the pad
    assert wide.marked(wide.on_screen(code[0])) == [255]


@pytest.mark.parametrize(
    ("pins", "width"), [("&a=none", 600), ("&a=none", 1280), ("&b=9", 1280), ("&a=5&b=9", 600)]
)
def test_the_paper_stays_under_the_pen(page, pins, width):
    visit_map(page, f"/?model=digits-vae-16{pins}", viewport=(width, 2400))
    open_pad(page)
    stage = Stage(page, "digits-vae-16")
    page.mouse.move(2, 2)
    let_timers_fire(page)
    page.evaluate(WATCH_PAPER)
    for seed in range(6):
        stage.move(*stage.empty_spot(seed))
        wait_a_frame(page)
    for points in (SEVEN, BAR):
        draw(page, points)
        let_timers_fire(page)
    wait_for_address(page, r"\ba=d%3A")
    page.wait_for_function("tops.length > 100")
    assert len(set(page.evaluate("tops"))) == 1


def test_two_drawings_are_walked_between(page):
    visit_map(page, "/?model=digits-vae-2&a=none")
    open_pad(page)
    draw(page, SEVEN)
    wait_for_address(page, r"\ba=d%3A")
    page.get_by_label("The drawing is").select_option("B")
    draw(page, BAR)
    wait_for_address(page, r"\bb=d%3A")
    expect(page.locator(".lm-strip")).to_be_visible()


def test_a_drawing_that_comes_back_by_undo_is_on_the_pad(page):
    visit_map(page, "/?model=digits-vae-2&a=none")
    open_pad(page)
    alpha, images = PIXELS.replace("=== 0", "=== 3"), []
    for points in (SEVEN, BAR):
        before = page.url
        draw(page, points)
        page.wait_for_function("before => location.href !== before", arg=before)
        images.append(page.locator(".seen").evaluate(alpha))
    assert images[0] != images[1] and "a=d%3A" in page.url
    pins = page.locator(".lm-pins")
    for name, shown in (("Undo", images[0]), ("Undo", [0] * 784), ("Redo", images[0]), ("Redo", images[1])):
        pins.get_by_role("button", name=name).click()
        seen = page.locator(".seen").element_handle()
        is_shown = f"([canvas, shown]) => String(({alpha})(canvas)) === String(shown)"
        page.wait_for_function(is_shown, arg=[seen, shown])
