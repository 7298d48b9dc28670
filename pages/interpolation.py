"""Interpolation: what lies between two images, and where does the way leave the data?"""

from ui.state.choice import chosen_checkpoint
from ui.views import interpolation as view
from ui.widgets.frame import how_to_read, open_page
from ui.widgets.pair import chosen_codes
from ui.widgets.paths import find_paths, move_by_hand, show_strips

open_page(
    "Each strip is a path from the code of A to the code of B, decoded step by step. Look for steps that "
    "resemble no real image: there the path has left the data."
)
checkpoint, codes = chosen_checkpoint(), chosen_codes()
pair, models, kind, n_steps = view.choose_paths(checkpoint, codes)
view.show_prompt(models, pair)
paths = find_paths(models, codes, pair, kind, n_steps)
show_strips(codes, paths, pair)
move_by_hand(paths)
view.show_details(codes, paths, pair)
view.show_profile(paths)
view.show_on_map(codes, paths[0], pair)
view.take_away(paths, pair, codes, kind)
how_to_read(
    (
        "**A hatched step is off the data.** In codes of eight numbers and more, its picture has another "
        "code when it is encoded again: a round trip above 1. In shorter codes it lies far from the codes of "
        "real images: a distance above 1. Of these codes themselves 95 % stay below 1.",
        "**Within a class** most paths stay on the data. **Between classes** a plain autoencoder's path "
        "often leaves it, for nothing in its training tells it what to draw there.",
        "**One path proves little.** The page *Gaps* measures hundreds.",
    ),
    "**Round trip**: a step z is decoded and encoded again, ‖E(D(z)) − z‖. Where the decoder draws "
    "something that the encoder knows, the code comes back close to where it was. **Distance to the data**: "
    "the mean distance to the five nearest codes of real images. **Change**: the distance between the "
    "pictures of a step and of the one before, in which 1 is the 95th percentile between neighbouring "
    "codes. In the first two, 1 means: stranger than 95 % of the codes that the model uses for real images; "
    "of a variational model these are draws from its posteriors, from which its decoder has learnt. *Off "
    "the data* means a round trip above 1; in codes of fewer than eight dimensions, where the round trip "
    "passes many a scribble, a distance to the data above 1. Codes of one or two dimensions are crowded "
    "rather than holed; there the jump ratio tells a gap, the largest change over the mean one. From three "
    "to seven dimensions the share of steps off the data is a weak score.\n\n"
    "**Paths**: a spherical path turns around the origin while its length changes evenly (White 2016, arXiv "
    "1609.04468); between codes of a vae its round trips are the longer ones. The path "
    "through the data is the shortest over the graph of codes, an edge costing its squared length; that it "
    "keeps near codes is by construction, so judge it by its round trips. The smooth path makes the energy "
    "of the decoded path small (Shao, Kumar & Fletcher 2017, arXiv 1711.08014) with a penalty on its round "
    "trips: without that penalty such a “geodesic” leaves the data (Hauberg 2018, arXiv 1806.04994).",
)
