"""Your images: what becomes of my own images?"""

from ui.state.session import refusal
from ui.views.your_images import check, choose_images, explain_formats, offer_use, show_image_sets
from ui.widgets.frame import open_page

open_page(
    "Bring images of your own: look how a model draws them again that was trained on others, and train one "
    "on them."
)
with refusal():
    found = choose_images()
    if found:
        offer_use(check(found))
explain_formats()
show_image_sets()
