"""Latent map: where do the codes of the images lie, and what does the decoder draw in between?"""

from ui.state.choice import chosen_checkpoint
from ui.views.home import open_home
from ui.widgets.frame import how_to_read, offer_page
from ui.widgets.map import choose_beside, choose_projection, downloads, show_map
from ui.widgets.pair import chosen_codes

home = open_home()
checkpoint = chosen_checkpoint()
with home.notes:
    codes = chosen_codes()
with home.more:
    method = choose_projection(codes)
    beside = choose_beside(checkpoint)
with home.map:
    latent_map = show_map(checkpoint, codes, beside, method)
with home.more:
    offer_page("interpolation", "Walk from A to B, step by step")
    downloads(checkpoint, codes, latent_map)
with home.notes:
    how_to_read(
        (
            "**Each dot is one image, at its code.** Images that the network sees as alike lie close to each "
            "other.",
            "**The pictures beside the map**: what the decoder draws at the pointer, and the nearest real "
            "image. A hatched frame says that the model does not know this place from real images.",
            "**A and B** are two codes: drag them, or click to move B. The strip under the map is the "
            "straight path between them, decoded.",
        ),
        "A code of two dimensions is drawn as it is. Longer codes are drawn on the plane in which they "
        "spread most (principal component analysis); the axes say how much of their variance that plane "
        "shows. There the pointer moves in the plane of the map through A: the other components of A are "
        "kept. Distances on such a map can deceive, for it is a 2-D shadow: two points can lie close here "
        "and far apart in the code, so the card says whether its image is the nearest on the map or in code "
        "space. t-SNE keeps neighbours together and distorts everything else; sizes of groups and the gaps "
        "between them mean nothing there (van der Maaten & Hinton 2008), and no place between the points "
        "belongs to a code.\n\n"
        "**Round trip**: what is drawn is encoded again, ‖E(D(z)) − z‖. **Distance to the data**: the mean "
        "distance to the five nearest codes of real images. Both are in units of the same model: 1 means "
        "stranger than 95 % of the codes that the model uses for real images; of a variational model these "
        "are draws from its posteriors. *Off the data* means a round trip above 1, or in fewer than 8 "
        "dimensions a distance above 1: there the round trip is a weak sign.",
    )
