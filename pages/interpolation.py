"""What lies between two images, and where does the way leave the data?"""

from ui.choice import chosen_checkpoint
from ui.frame import open_page, why
from ui.interpolation_view import (
    choose_on_map,
    choose_path,
    downloads,
    show_profile,
    show_walks,
    walk,
)
from ui.model_choice import compared_models
from ui.pair import choose_pair, chosen_codes

open_page(
    "Interpolation",
    "A path from the code of image A to that of image B, decoded step by step. Look for steps that are "
    "like no real image any more: there the path has left the data.",
)
checkpoint, codes = chosen_checkpoint(), chosen_codes()
pair = choose_pair(checkpoint, codes)
choose_on_map(checkpoint, codes)
path, n_steps = choose_path()
models = compared_models(checkpoint)
walks = [walk(model, checkpoint, codes, pair, path, n_steps) for model in models]
show_walks(codes, pair, walks)
show_profile(walks)
downloads(walks)
why(
    "**Round trip**: a step z is decoded and encoded again, ‖E(D(z)) − z‖. Where the decoder draws "
    "something that the encoder knows, the code comes back close to where it was. **Neighbours**: the "
    "mean distance to the five nearest codes of real images. **Change**: the distance between the "
    "pictures of a step and of the one before. Each is in units of the same model: 1 is the 95th "
    "percentile over the codes of its own atlas, as odd as the oddest 5 % of real images. *Off the data* "
    "means a round trip above 1. Codes of one or two dimensions are crowded rather than holed; there the "
    "jump ratio tells a gap, the largest change over the mean one. Below eight dimensions the off-support"
    " share is a weak score. A spherical path turns around the origin while its length changes evenly "
    "(White 2016, arXiv 1609.04468)."
)
