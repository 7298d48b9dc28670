"""Frame of the pages in a browser: menu, tab, history, projector view, and pictures in the first screen."""

import pytest

from tests.tools.browser import choose, chosen, expect, go_to, let_timers_fire, settle, visit

SCREENS = {"laptop": (1280, 720), "large laptop": (1366, 768), "phone": (390, 844)}
VIEWS = [("laptop", "light"), ("large laptop", "dark"), ("phone", "dark"), ("phone", "light")]
FIRST_PICTURES = {
    "reconstruction": ".lse-strip img",
    "interpolation": ".lse-strip img",
    "gaps": ".lse-strip img",
    "gaps?part=space": ".lse-big img",
    "generate": ".lse-strip img",
    "few-labels": ".lse-big img",
    "lesson": ".lm-stage",
}
FIRST_CHARTS = {"gaps?part=study": 0.5, "outliers": 0.3}  # and the part of the chart that is seen at least


def resize(page, screen: str, scheme: str = "light") -> None:
    width, height = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)


@pytest.mark.parametrize("path", [*FIRST_PICTURES, *FIRST_CHARTS])
def test_the_first_picture_of_a_page_is_within_every_first_screen(page, path):
    visit(page, f"/{path}")
    picture = FIRST_PICTURES.get(path, "[data-testid=stPlotlyChart]")
    for screen, scheme in VIEWS:
        resize(page, screen, scheme)
        settle(page)
        let_timers_fire(page)
        first, main = page.locator(picture).first, page.get_by_test_id("stMain")
        expect(first).to_be_visible()
        box = first.bounding_box()
        seen = box["y"] + FIRST_CHARTS.get(path, 1) * box["height"]
        assert box["y"] >= 0 and seen <= SCREENS[screen][1], (screen, scheme)
        assert main.evaluate("main => main.scrollWidth <= main.clientWidth"), "no sideways scrolling"


def test_the_menu_of_a_phone_closes_when_a_page_is_chosen(page):
    resize(page, "phone")
    visit(page, "/reconstruction")
    expect(page.locator("[data-testid=menu_closer][data-mounted]")).to_be_attached()
    page.get_by_test_id("stExpandSidebarButton").click()
    link = page.get_by_test_id("stSidebar").get_by_role("link", name="Generate")
    link.click()
    expect(page.get_by_role("heading", name="Generate", level=1)).to_be_visible()
    expect(link).not_to_be_in_viewport()


def test_the_tab_names_the_page(page):
    visit(page, "/")
    expect(page).to_have_title("Latent Space Explorer")
    go_to(page, "Gaps")
    expect(page).to_have_title("Gaps · Latent Space Explorer")


def test_back_brings_the_model_and_the_projection_back(page):
    visit(page, "/?data=digits&model=digits-vae-16")
    choose(page, "Model", "digits-ae-16")
    assert "model=digits-ae-16" in page.url
    page.get_by_role("button", name="More").click()
    page.get_by_role("radio", name="t-SNE").or_(page.get_by_role("button", name="t-SNE")).first.click()
    page.wait_for_url("**projection=t-SNE**")
    settle(page)
    page.go_back()
    settle(page)
    assert "projection" not in page.url and chosen(page, "Model") == "digits-ae-16"
    page.go_back()
    settle(page)
    assert chosen(page, "Model") == "digits-vae-16"
    page.go_forward()
    settle(page)
    assert chosen(page, "Model") == "digits-ae-16"


@pytest.mark.parametrize("path", ["", "lesson", "lesson?scene=4", "interpolation"])
def test_the_projector_view_shows_the_picture_without_the_menu(page, path):
    resize(page, "laptop")
    visit(page, f"/{path}")
    page.get_by_role("button", name="Projector view").click()
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.locator("html")).to_have_css("font-size", "20px")
    picture = page.locator(".lm-stage, .lse-strip img").first
    expect(picture).to_be_visible()
    box = picture.bounding_box()
    assert box["y"] >= 0 and box["y"] + min(box["height"], 300) <= SCREENS["laptop"][1]
    assert "large" not in page.url and "project" not in page.url
    page.get_by_role("button", name="Leave the projector view").click()
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
