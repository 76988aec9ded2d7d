"""Policies, segments, timing, rewards and their measurement, over plain numbers."""
