"""Fifteen kills in the suite; `make chaos` does two hundred."""

import asyncio
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # so that it may fork


async def test_kills_lose_nothing_and_double_nothing_and_the_controls_fail() -> None:
    command = ("-m", "tests.chaos.kill", "--kills", "15", "--control-kills", "4", "--json")
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
    assert report["campaigns"]["kills"] == report["sandbox"]["kills"] == 15
    assert report["campaigns"]["lost"] == report["campaigns"]["doubled"] == 0
    assert report["sandbox"]["lost"] == report["sandbox"]["doubled"] == 0
    assert report["no_keys"]["doubled"] == 0 < report["no_keys"]["unknown"]
    assert report["next_is_proof"]["lost"] > 0, "the control must lose campaigns"
    assert report["random_ids"]["doubled"] > 0, "the control must double intents"
    assert report["false_keys"]["doubled"] > 0, "the control must double posts"
    assert report["ok"] and process.returncode == 0
