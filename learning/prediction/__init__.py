"""Engagement before anybody saw the post, with how sure that is."""
