"""The Latent Space Explorer: `streamlit run app.py`, or `python app.py`."""

from ui.server import create_app

app = create_app()

if __name__ == "__main__":
    app.run()
