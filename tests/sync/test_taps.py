"""A tap through the engine: whoever goes on after an end in the middle has everybody, once."""

from __future__ import annotations

import shlex
import sys
from itertools import islice
from pathlib import Path

from regulars.sources.kinds import singer
from tests.sync.shop import shop

# Four thousand customers, a state after each 1,500; it goes on from one.
TAP = """
import json, sys
state = json.load(open(sys.argv[2])) if len(sys.argv) > 1 else 0
print('{"type": "SCHEMA", "stream": "customers", "schema": {}, "key_properties": ["id"]}')
for n in range(state, 4_000):
    record = {"id": f"C-{n:04}", "first_name": f"Ada {n}"}
    print(json.dumps({"type": "RECORD", "stream": "customers", "record": record}))
    if n % 1_500 == 1_499:
        print(json.dumps({"type": "STATE", "value": n + 1}))
"""


def test_ended_again_and_again_a_tap_is_pulled_to_its_end(tmp_path: Path) -> None:
    """What was committed is let pass, and nothing is read twice: a run is that of its pages, whoever read them."""
    tap = shlex.join([sys.executable, "-c", TAP])
    with shop(tmp_path, kind=singer.KIND, options={"tap": tap}) as here:
        for _ in range(3):
            steps = here.steps()
            assert len(list(islice(steps, 1))) == 1
            steps.close()  # type: ignore[attr-defined]

        last = here.sync()

        assert last.run is not None
        assert last.run.outcome == "done"
        assert (last.run.counts.read, last.run.counts.created) == (4_000, 4_000)
        assert here.pull.bookmark == {"tap": 3_000}
        again = here.sync()
        assert again.run is not None
        assert (again.run.counts.read, again.run.counts.unchanged) == (1_000, 1_000)
