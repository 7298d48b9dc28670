"""Where do the codes of the images lie, and which image is behind each point?"""

import streamlit as st

from ui.choice import chosen_checkpoint
from ui.frame import open_page, why
from ui.map_view import card, choose_view, downloads, draw_map
from ui.pair import chosen_codes

open_page(
    "Latent map",
    "Every point is one image, placed by its code. **Click a point** to see the image and what the model "
    "makes of it; look for groups that overlap, and for empty space between them.",
)
checkpoint, codes = chosen_checkpoint(), chosen_codes()
latent_map, classes = choose_view(codes)
left, right = st.columns([2, 1], gap="large")
with right:
    marks = card(checkpoint, codes)
with left:
    draw_map(codes, latent_map, classes, marks)
    downloads(checkpoint, codes, latent_map, classes)
why(
    "A code of two dimensions is drawn as it is. Longer codes are drawn on the plane in which they spread"
    " most (principal component analysis); the axes say how much of their variance that plane shows. "
    "Distances on such a map are shadows of the real ones: two points can lie close here and far apart in"
    " the code. t-SNE keeps neighbours together and distorts everything else; sizes of groups and the "
    "gaps between them mean nothing there (van der Maaten & Hinton 2008)."
)
