"""Files that visitors keep, and their limits; imports no Streamlit."""
