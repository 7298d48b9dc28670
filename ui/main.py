"""The script of every page: the shared choice at the side, then the page that the address names."""

from pathlib import Path

import streamlit as st

from ui import address
from ui.choice import choose
from ui.frame import offer_large_type, refusal

ICON = Path(__file__).with_name("icon.png")  # a material icon would be fetched from a foreign host
PAGES = [
    st.Page("../pages/latent_map.py", title="Latent map", icon=":material/scatter_plot:", default=True),
    st.Page(
        "../pages/reconstruction.py",
        title="Reconstruction",
        icon=":material/compare:",
        url_path="reconstruction",
    ),
    st.Page(
        "../pages/interpolation.py",
        title="Interpolation",
        icon=":material/linear_scale:",
        url_path="interpolation",
    ),
    st.Page("../pages/gaps.py", title="Gaps", icon=":material/blur_on:", url_path="gaps"),
    st.Page("../pages/generate.py", title="Generate", icon=":material/auto_awesome:", url_path="generate"),
    st.Page("../pages/outliers.py", title="Outliers", icon=":material/help_center:", url_path="outliers"),
    st.Page("../pages/few_labels.py", title="Few labels", icon=":material/label:", url_path="few-labels"),
    st.Page("../pages/lesson.py", title="Lesson", icon=":material/school:", url_path="lesson"),
    st.Page("../pages/train.py", title="Train", icon=":material/model_training:", url_path="train"),
    st.Page("../pages/your_images.py", title="Your images", icon=":material/upload:", url_path="your-images"),
]

st.set_page_config(page_title="Latent Space Explorer", page_icon=ICON, layout="wide")
page = st.navigation(PAGES, position="hidden")  # its links would leave behind what is chosen
with refusal():
    address.follow(page.url_path)
    address.show()
    for other in PAGES:
        st.sidebar.page_link(other, query_params=address.link())
    choose()
    offer_large_type()
    page.run()
