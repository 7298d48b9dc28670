"""Latent map: where do the codes of the images lie, and what does the decoder draw in between?"""

import streamlit as st

from ui.state.choice import chosen_checkpoint
from ui.widgets.frame import offer_page, open_page, why
from ui.widgets.map import choose_beside, choose_projection, downloads, show_map
from ui.widgets.pair import chosen_codes

open_page(
    "Each dot is one image, placed by the numbers that the network has squeezed it into. Move over the map "
    "to see what the network draws for each place. Look between the groups."
)
checkpoint, codes = chosen_checkpoint(), chosen_codes()
left, right = st.columns(2)
with left:
    method = choose_projection(codes)
with right:
    beside = choose_beside(checkpoint)
latent_map = show_map(checkpoint, codes, beside, method)
offer_page("interpolation", "Walk from A to B, step by step")
downloads(checkpoint, codes, latent_map)
why(
    "A code of two dimensions is drawn as it is. Longer codes are drawn on the plane in which they spread"
    " most (principal component analysis); the axes say how much of their variance that plane shows. There "
    "the pointer moves in the plane of the map through A: the other components of A are kept. Distances on "
    "such a map can deceive, for it is a 2-D shadow: two points can lie close here and far apart in the "
    "code, so the card says whether its image is the nearest on the map or in code space. t-SNE keeps "
    "neighbours together and distorts everything else; sizes of groups and the gaps between them mean "
    "nothing there (van der Maaten & Hinton 2008), and no place between the points belongs to a code.\n\n"
    "**Round trip**: what is drawn is encoded again, ‖E(D(z)) − z‖. **Distance to the data**: the mean "
    "distance to the five nearest codes of real images. Both are in units of the same model: 1 "
    "means stranger than 95 % of real images (the 95th percentile over the codes of its atlas). *Off the "
    "data* means a round trip above 1."
)
