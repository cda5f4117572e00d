"""What the engine reaches the world with, and what it says of each step."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from msgspec import Struct

from regulars.model.pulling import Counts, Pull, Run
from regulars.sources import registry
from regulars.sources.contract import Kind
from regulars.sources.http import Transport


class Parts(Struct, frozen=True):
    """What the engine reaches the world with. `unseal` and `reseal`: a source's credentials, as they are kept."""

    transport: Transport
    unseal: Callable[[Pull], str | None]
    reseal: Callable[[Pull, str], bytes]
    kind: Callable[[str], Kind] = registry.kind
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


class Step(Struct, frozen=True):
    """What one step did: the counts of the run so far, and whether there is more to do at once.

    `until`: when to go on (microseconds), if not at once; `message` says why. `run` is one that ended.
    """

    goes_on: bool
    counts: Counts = Counts()
    total: int | None = None
    until: int | None = None
    message: str | None = None
    run: Run | None = None
