"""A few interleavings in the suite; `python -m tests.chaos.interleavings` does a thousand."""

import asyncio
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # so that it may fork


async def test_every_interleaving_ends_in_one_state_and_the_control_does_not() -> None:
    command = ("-m", "tests.chaos.interleavings", "--count", "4", "--control-count", "2", "--json")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        cwd=ROOT,
        env={**os.environ, **ONE_THREAD},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, problems = await process.communicate()
    assert told, problems.decode()
    report = json.loads(told.splitlines()[-1])
    assert list(report["states"].values()) == [5], "they and the undisturbed one end alike"
    assert report["kills"] > 0 and report["duplicates"] > 0
    assert report["control_states"] > 1, "the control must tell one order from another"
    assert report["ok"] and process.returncode == 0
