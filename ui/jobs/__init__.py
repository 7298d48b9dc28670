"""Job queue and worker processes; imports no Streamlit."""
