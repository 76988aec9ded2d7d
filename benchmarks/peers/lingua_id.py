"""Lingua names the language of each text, in both of its modes; run by the peers' python.

`python benchmarks/peers/lingua_id.py FOLDER`: FOLDER's settings.json has `texts` and `warm`, one
sentence that loads what is needed.  The last line says for each mode the ISO 639-1 codes (`und`
where it gives up), the processor seconds it took and those it took to load.
"""

import json
import sys
from pathlib import Path
from time import process_time

from lingua import LanguageDetectorBuilder


def told(texts: list[str], warm: str, *, low: bool) -> dict:
    began = process_time()
    builder = LanguageDetectorBuilder.from_all_languages()
    detector = (builder.with_low_accuracy_mode() if low else builder).build()
    named(detector, warm)
    loaded = process_time()
    codes = [named(detector, text) for text in texts]
    return {"codes": codes, "seconds": process_time() - loaded, "load": loaded - began}


def named(detector, text: str) -> str:
    found = detector.detect_language_of(text)
    return found.iso_code_639_1.name.lower() if found else "und"


if __name__ == "__main__":
    asked = json.loads((Path(sys.argv[1]) / "settings.json").read_text(encoding="utf-8"))
    modes = {"lingua_low": True, "lingua": False}
    print(json.dumps({name: told(**asked, low=low) for name, low in modes.items()}))
