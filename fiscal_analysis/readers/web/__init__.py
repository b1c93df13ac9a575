"""Web pages as saved from a site."""
