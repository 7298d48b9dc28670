"""Under the pointer of the map is what the data and PyTorch say, at every spot."""

import re

import numpy as np
import pytest

from tests.tools.browser import expect, let_timers_fire, settle, wait_for_address
from tests.tools.living_map import Stage, bytes_of, visit_map

# Under the pointer


def test_what_is_drawn_is_the_decoded_code_under_the_pointer(page):
    visit_map(page, "/?model=digits-ae-2&a=none")
    stage = Stage(page, "digits-ae-2")
    for seed in range(6):
        x, y = spot = stage.move(*stage.empty_spot(seed))
        expect(stage.pane.locator(".lm-card figcaption").first).to_contain_text(
            f"{x:.2f}, {y:.2f}".replace("-", "−")
        )
        code = spot[None].astype(np.float32)
        expected = bytes_of(stage.checkpoint.model.decode(code)[0])
        assert np.abs(stage.drawn - expected).max() <= 1
        measured = stage.checkpoint.support.measure(code)
        words = stage.pane.locator(".lm-oddity").inner_text()
        distance = float(f"{measured.neighbour_distance[0]:.3g}")
        place = "far from" if distance > 1 else "near"
        assert f"{place} the codes of real images (distance {distance:g}; above 1 is far)" in words
        assert f"round-trip error {float(f'{measured.round_trip[0]:.3g}'):g}" in words
        distances = np.linalg.norm(stage.codes - code, axis=1)
        expect(stage.pane.locator(".lm-card figcaption").nth(1)).to_contain_text(
            f"image {distances.argmin()}\n"
        )
        assert "nearest in code space" in stage.caption(1)
        np.testing.assert_array_equal(stage.near, stage.dataset.images[distances.argmin()])


@pytest.mark.parametrize("view", ["", "-0.4,0.3,6"])
@pytest.mark.parametrize("classes", ["", "3.8"])
def test_the_image_in_the_card_is_that_of_the_ringed_row(page, view, classes):
    visit_map(page, f"/?model=digits-vae-2&view={view}&classes={classes}&a=none")
    stage = Stage(page, "digits-vae-2", view=view)
    labels = stage.dataset.labels
    shown = np.isin(labels, [int(label) for label in classes.split(".")]) if classes else labels >= 0
    places = np.array([stage.on_screen(point) for point in stage.map.positions])
    inside = ((places > 40) & (places < [stage.width - 40, stage.height - 40])).all(axis=1)
    for row in np.random.default_rng(0).choice(np.flatnonzero(shown & inside), 5, replace=False):
        left, top = places[row] + [2, -1]
        spot = stage.move(left, top)
        distances = np.linalg.norm(stage.map.positions - spot, axis=1)
        expected = np.flatnonzero(shown)[distances[shown].argmin()]
        expect(stage.pane.locator(".lm-card figcaption").nth(1)).to_contain_text(f"image {expected}\n")
        assert stage.caption(1) == f"{labels[expected]} · image {expected}\nnearest on the map"
        np.testing.assert_array_equal(stage.near, stage.dataset.images[expected])
        x, y = places[expected]
        radius = (4 if len(stage.codes) <= 2000 else 2.6) * min(
            2, max(1, float(view[-1] or 1) ** 0.35 if view else 1)
        ) + 5
        radii = np.arange(16, 32, 0.5) if view else [radius]  # close by, it goes around the image
        angles = np.arange(8) * np.pi / 4
        rings = [[(x + r * np.cos(angle), y + r * np.sin(angle)) for angle in angles] for r in radii]
        assert max(min(stage.marked(*ring)) for ring in rings) > 200


def test_leaving_the_map_shows_what_was_there(page):
    visit_map(page, "/?model=digits-vae-2&a=7")
    stage = Stage(page, "digits-vae-2")
    before = stage.drawn, stage.near, stage.caption(0)
    np.testing.assert_array_equal(before[1], stage.dataset.images[7])
    assert np.abs(before[0] - bytes_of(stage.checkpoint.model.decode(stage.codes[[7]])[0])).max() <= 1
    stage.move(*stage.empty_spot(3))
    expect(stage.pane.locator(".lm-card figcaption").first).to_contain_text("Drawn by the decoder")
    assert stage.pane.locator(".lm-float").is_visible()
    page.mouse.move(2, 2)
    expect(stage.pane.locator(".lm-card figcaption").first).to_contain_text("A, decoded")
    np.testing.assert_array_equal(stage.drawn, before[0])
    assert not stage.pane.locator(".lm-float").is_visible()


def test_on_a_pca_map_the_pointer_moves_in_the_plane_through_a(page):
    for address, base in (("&a=none", None), ("&a=40", 40)):
        visit_map(page, f"/?model=digits-ae-16{address}")
        stage = Stage(page, "digits-ae-16")
        spot = stage.move(*stage.empty_spot(1))
        expect(stage.pane.locator(".lm-card figcaption").first).to_contain_text("Drawn by the decoder")
        through = stage.map.mean.astype(np.float32) if base is None else stage.codes[base]
        code = stage.map.invert(spot[None], through)
        assert np.abs(stage.drawn - bytes_of(stage.checkpoint.model.decode(code)[0])).max() <= 1
        note = stage.pane.locator(".lm-note").first.inner_text()
        assert ("through A" in note) == (base is not None) and "16 dimensions" in note


def test_a_t_sne_map_draws_nothing_between_and_says_why(page):
    visit_map(page, "/?model=digits-ae-16&a=3&b=8")
    page.get_by_role("button", name="More").click()
    page.get_by_text("t-SNE", exact=True).click()
    page.keyboard.press("Escape")
    pane = page.locator(".lm-pane")
    note = pane.locator(".lm-note").first
    expect(note).to_contain_text("t-SNE has no inverse")  # without a move of the pointer
    expect(note).to_contain_text("The path from A to B is no line here, so it is not drawn")
    settle(page)
    before = note.bounding_box()
    box = pane.locator(".lm-stage").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30)
    expect(pane.locator(".lm-card figcaption").nth(1)).to_contain_text("nearest on the map")
    assert not pane.locator(".lm-card figure").first.is_visible()
    assert "t-SNE has no inverse" in note.inner_text() and note.bounding_box() == before


def test_a_finger_is_the_pointer_and_two_fingers_zoom(browser, server):
    context = browser.new_context(viewport={"width": 390, "height": 1800}, has_touch=True, base_url=server)
    page = context.new_page()
    visit_map(page, "/?model=digits-vae-2&a=none", viewport=(390, 1800))
    stage, fingers = Stage(page, "digits-vae-2"), context.new_cdp_session(page)

    def touch(kind: str, *places) -> None:
        points = [{"x": stage.left + x, "y": stage.top + y, "id": i} for i, (x, y) in enumerate(places)]
        fingers.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    caption = stage.pane.locator(".lm-card figcaption").first
    touch("Start", (60, 60))
    touch("Move", (100, 120))
    x, y = stage.on_map(100, 120)
    expect(caption).to_contain_text(f"{x:.2f}, {y:.2f}".replace("-", "−"))
    touch("End")
    expect(caption).to_contain_text("Drawn by the decoder")  # what was found stays to be looked at
    assert "a=none" in page.url
    touch("Start", (100, 150))
    touch("End")
    wait_for_address(page, r"\ba=(?!none)")
    touch("Start", (150, 150), (200, 150))
    touch("Move", (100, 150), (250, 150))
    touch("End")
    zoom = float(re.search(r"view=[^&]*%2C([\d.]+)", wait_for_address(page, "view="))[1])
    assert zoom == pytest.approx(3, rel=0.05)
    context.close()


def test_a_wheel_scrolls_the_page_and_zooms_with_ctrl(page):
    visit_map(page, "/?model=digits-vae-2&a=none", viewport=(1280, 700))
    stage, main = Stage(page, "digits-vae-2"), page.get_by_test_id("stMain")
    stage.click(*stage.on_screen(stage.map.positions[3]))
    wait_for_address(page, r"\ba=(?!none)")
    stage.move(100, 100)
    for _ in range(2):
        page.mouse.wheel(0, 60)
    let_timers_fire(page)
    assert main.evaluate("main => main.scrollTop") == 120 and "view=" not in page.url
    expect(stage.pane.get_by_text("Ctrl or ⌘ + wheel zooms")).to_be_visible()
    page.keyboard.down("Control")  # so a trackpad reports a pinch, too
    for turned in (-10, -10, -100):
        page.mouse.wheel(0, turned)
    page.keyboard.up("Control")
    zoom = float(re.search(r"view=[^&]*%2C([\d.]+)", wait_for_address(page, "view="))[1])
    assert zoom == pytest.approx(np.exp(0.1 + 0.1 + 0.1), rel=1e-3)
    assert main.evaluate("main => main.scrollTop") == 120
