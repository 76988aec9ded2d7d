"""What every memory must do.  A check gets a memory and raises AssertionError."""

from collections.abc import Callable
from uuid import UUID, uuid4

from memory.base import Memory
from smartcontent.content import MemoryItem

Check = Callable[[Memory], None]


def note(name: str, text: str, **changed: object) -> MemoryItem:
    said = {"id": name, "text": text, "kind": "note", "source": "chat", **changed}
    return MemoryItem.model_validate(said)


def filled(memory: Memory) -> UUID:
    here = uuid4()
    memory.remember(
        here,
        [
            note("bread", "how to bake sour bread"),
            note("bikes", "how to mend a bike"),
            note("votes", "where to register to vote", kind="post", trust="untrusted"),
        ],
    )
    return here


def ids(memory: Memory, here: UUID, text: str, limit: int = 5) -> list[str]:
    return [found.item.id for found in memory.recall(here, text, limit=limit)]


def recalls_the_nearest_first(memory: Memory) -> None:
    here = filled(memory)
    found = memory.recall(here, "how to bake sour bread", limit=2)
    assert [near.item.id for near in found] == ["bread", "bikes"]
    assert abs(found[0].similarity - 1.0) < 1e-3
    assert found[0].similarity > found[1].similarity


def gives_back_what_it_got(memory: Memory) -> None:
    here, odd = uuid4(), note("odd/ID é", 'He said "no".\n\nTwice: \U0001f35e\x00 مرحبا')
    odd = odd.model_copy(update={"metadata": {"kind": "post", "n": 1, "x": 0.5, "yes": True}})
    memory.remember(here, [odd])
    assert memory.recall(here, "anything")[0].item == odd


def keeps_one_item_per_id(memory: Memory) -> None:
    here = filled(memory)
    memory.remember(here, [note("bread", "first"), note("bread", "how to fly a kite")])
    memory.remember(here, [note("bread", "how to fly a kite")])
    assert memory.count(here) == 3
    assert memory.recall(here, "how to fly a kite")[0].item.text == "how to fly a kite"


def asks_by_kind(memory: Memory) -> None:
    here = filled(memory)
    found = memory.recall(here, "how to bake sour bread", kind="post")
    assert [near.item.id for near in found] == ["votes"]
    assert memory.recall(here, "how to bake sour bread", kind="voice") == []


def gives_no_more_than_asked(memory: Memory) -> None:
    here = filled(memory)
    assert [len(ids(memory, here, "bread", limit)) for limit in (0, 1, 2, 9)] == [0, 1, 2, 3]


def forgets(memory: Memory) -> None:
    here = filled(memory)
    memory.forget(here, ["bread", "never seen"])
    memory.forget(here, [])
    memory.forget(uuid4(), ["bread"])
    assert "bread" not in ids(memory, here, "how to bake sour bread")
    assert memory.count(here) == 2


def rebuilds_exactly(memory: Memory) -> None:
    here = filled(memory)
    memory.rebuild(here, (note(name, f"a text about {name}") for name in ("bread", "tea")))
    assert sorted(ids(memory, here, "text")) == ["bread", "tea"]
    memory.rebuild(here, [])
    assert memory.count(here) == 0


def drops_everything(memory: Memory) -> None:
    here = filled(memory)
    memory.drop(here)
    memory.drop(here)
    assert memory.count(here) == 0
    assert ids(memory, here, "bread") == []
    memory.remember(here, [note("tea", "a cup of tea")])
    assert memory.count(here) == 1


def knows_nothing_of_an_unknown_workspace(memory: Memory) -> None:
    assert memory.recall(uuid4(), "bread") == []
    assert memory.count(uuid4()) == 0


def keeps_workspaces_apart(memory: Memory) -> None:
    here, there = filled(memory), uuid4()
    memory.remember(there, [note("bread", "their own bread")])
    assert [near.item.text for near in memory.recall(there, "bread")] == ["their own bread"]
    memory.forget(there, ["bikes"])
    memory.rebuild(there, [])
    memory.drop(there)
    assert memory.count(here) == 3


CHECKS: list[Check] = [
    recalls_the_nearest_first,
    gives_back_what_it_got,
    keeps_one_item_per_id,
    asks_by_kind,
    gives_no_more_than_asked,
    forgets,
    rebuilds_exactly,
    drops_everything,
    knows_nothing_of_an_unknown_workspace,
    keeps_workspaces_apart,
]
