"""`smartcontent down`: stop what outlives its starter."""

from llm import local_server
from memory import chroma_server
from smartcontent.commands.screen import say
from smartcontent.settings import Settings
from store import embedded


def run() -> None:
    folder = Settings().data_dir
    model = local_server.stop(folder)
    vectors = chroma_server.stop(folder)
    database = embedded.stop(folder)
    say(f"Language model: {'stopped' if model else 'was not running'}.")
    say(f"Vector server: {'stopped' if vectors else 'was not running'}.")
    say(f"Database: {'stopped' if database else 'was not running'}.")
