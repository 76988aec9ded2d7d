"""Asking the peers, who live in an environment of their own (`make bench-peers`)."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PYTHON = Path(os.environ.get("SMARTCONTENT_PEERS", ROOT / ".venv-peers")) / "bin" / "python"
SCRIPTS = ROOT / "benchmarks" / "peers"


def ask(script: str, folder: Path, settings: dict[str, Any]) -> Any:
    """What a peer's script answers in its last line.  Raises SystemExit without them."""
    if not PYTHON.exists():
        raise SystemExit("The peers are not installed: run make bench-peers")
    (folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    done = subprocess.run(
        [str(PYTHON), str(SCRIPTS / script), str(folder)], capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"The peer {script} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])
