"""Files that a visitor has chosen while the server is started anew."""

import numpy as np

from tests.tools.browser import expect, visit
from tests.tools.server import free_port, started_server
from tests.tools.uploads import npz
from ui.server.app import HEALTH_PATH
from ui.widgets.uploader import FILES_ARE_GONE


def test_a_page_says_when_a_restart_has_taken_the_chosen_file(browser, tmp_path):
    port = free_port()
    page = browser.new_page()
    with started_server(tmp_path, HEALTH_PATH, port) as (address, _):
        visit(page, f"{address}/your-images")
        images = npz(images=np.full((12, 28, 28), 200, np.uint8))
        file = {"name": "mine.npz", "mimeType": "application/zip", "buffer": images}
        page.locator("input[type=file]").set_input_files(file)
        expect(page.get_by_text("12 images")).to_be_visible()
        expect(page.get_by_text(FILES_ARE_GONE)).to_have_count(0)
    with started_server(tmp_path, HEALTH_PATH, port):
        page.get_by_text("Invert the images").click()  # the page hears of the restart with its next question
        expect(page.get_by_text(FILES_ARE_GONE)).to_be_visible()
        expect(page.get_by_text("mine.npz")).to_be_visible()
    page.close()
