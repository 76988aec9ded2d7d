"""Prompts, one per agent, as Markdown.  Read them through `tools.read_prompt`."""
