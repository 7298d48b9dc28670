"""First screen of the home page: what it is, map, card and path are seen without scrolling."""

import pytest

from tests.tools.browser import expect, settle
from tests.tools.living_map import visit_map

SCREENS = [(1280, 720), (1366, 768), (390, 844)]
PARTS = ("h1", ".lm-flow", ".lm-stage", ".lm-card .lm-figures", ".lm-oddity", ".lm-strip")


@pytest.mark.parametrize(
    ("images", "scheme"), [("mnist-5k", "light"), ("mnist-5k", "dark"), ("digits", "light")]
)
@pytest.mark.parametrize("screen", SCREENS)
def test_name_flow_map_card_and_path_are_within_the_first_screen(page, screen, images, scheme):
    page.emulate_media(color_scheme=scheme)
    visit_map(page, f"/?data={images}", viewport=screen)
    expect(page.locator("h1")).to_have_text("Latent Space Explorer")
    expect(page.locator(".lm-strip")).to_be_visible()
    for part in PARTS:
        left, top, right, bottom = edges(page, part)
        assert 0 <= top < bottom <= screen[1] and 0 <= left < right <= screen[0], part
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth") <= main.evaluate("main => main.clientWidth")


@pytest.mark.parametrize("screen", SCREENS[:2])
def test_the_pictures_of_the_card_are_seen_from_the_back_row(page, screen):
    visit_map(page, "/", viewport=screen)
    pictures = page.locator(".lm-card .picture")
    assert [pictures.nth(i).bounding_box()["width"] >= 150 for i in range(pictures.count())] == [True, True]


@pytest.mark.parametrize("screen", SCREENS)
def test_the_parts_of_the_page_lie_beside_or_below_each_other(page, screen):
    visit_map(page, "/", viewport=screen)
    expect(page.locator(".lm-strip")).to_be_visible()
    parts = (
        "h1",
        ".st-key-home_sentence",
        ".st-key-home_ways",
        ".lm-flow",
        ".lm-bar",
        ".lm-stage",
        ".lm-card",
    )
    boxes = [edges(page, part) for part in (*parts, ".lm-pins", ".lm-strip")]
    for number, (left, top, right, bottom) in enumerate(boxes):
        for other_left, other_top, other_right, other_bottom in boxes[:number]:
            assert right <= other_left or left >= other_right or bottom <= other_top or top >= other_bottom


def test_the_drawing_pad_stands_beside_the_map_in_the_first_screen(page):
    visit_map(page, "/", viewport=(1280, 720))
    page.get_by_role("button", name="Draw a digit").click()
    settle(page)
    for part in (".pad-paper", ".pad-figures", ".lm-stage", ".lm-card .lm-figures"):
        assert edges(page, part)[3] <= 720, part
    seen, rebuilt = (page.locator(".pad-figures canvas").nth(i).bounding_box() for i in range(2))
    assert seen["y"] == rebuilt["y"] and seen["width"] == rebuilt["width"]


def edges(page, part: str) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a part on the screen."""
    box = page.locator(part).first.bounding_box()
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]
