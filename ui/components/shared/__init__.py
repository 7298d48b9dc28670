"""Parts of the components that all of them share, and the texts by which links keep places."""
