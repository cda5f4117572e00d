"""One run of one command: its settings, and the directory it opens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.config import Settings
    from regulars.directory import Directory
    from regulars.model.place import Grant


class Session:
    """The global options of this run, and what hangs on them."""

    def __init__(
        self,
        *,
        data: Path | None,
        account: str | None,
        key_file: Path | None,
        database: str | None,
        as_json: bool | None,
    ) -> None:
        self._data = data
        self._account = account
        self._key_file = key_file
        self._database = database
        self.as_json = bool(as_json)

    @property
    def settings(self) -> Settings:
        """What was given, else what the environment says, else the default."""
        from regulars import config

        return config.read(
            os.environ,
            data=self._data,
            account=self._account,
            key_file=self._key_file,
            database=self._database,
        )

    @property
    def gives_data(self) -> bool:
        """Whether the command line itself names a data folder."""
        return self._data is not None

    @contextmanager
    def directory(self) -> Iterator[Directory]:
        """The directory of the data folder, made when missing, closed again."""
        from regulars.app.opening import open_as_set

        directory = open_as_set(self.settings)
        try:
            yield directory
        finally:
            directory.close()

    @contextmanager
    def account(self) -> Iterator[tuple[Directory, int]]:
        """The directory, and the number of this run's account; raises NotFound for an unknown one."""
        from regulars.directory import places

        with self.directory() as directory:
            yield directory, places.account(directory, self.settings.account).account_id

    @contextmanager
    def grant(self) -> Iterator[tuple[Directory, Grant]]:
        """The directory, and a grant to everything of this run's account: whoever has the folder may do it all."""
        from regulars.directory import places, subscriptions

        with self.directory() as directory:
            yield directory, subscriptions.everything(places.account(directory, self.settings.account))
