"""`smartcontent down`: stop what outlives its starter."""

from memory import chroma_server
from smartcontent.commands.screen import say
from smartcontent.settings import Settings
from store import embedded


def run() -> None:
    folder = Settings().data_dir
    vectors = chroma_server.stop(folder)
    database = embedded.stop(folder)
    say(f"Vector server: {'stopped' if vectors else 'was not running'}.")
    say(f"Database: {'stopped' if database else 'was not running'}.")
