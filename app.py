"""The Latent Space Explorer: `streamlit run app.py`, or `python app.py`."""

import streamlit as st

from ui.server.app import MAIN, MIDDLEWARE, ROUTES, lifespan

# Streamlit finds the application by reading this file: the call must stand here as it is.
app = st.App(MAIN, routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan)

if __name__ == "__main__":
    app.run()
