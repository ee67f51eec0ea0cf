"""Starts the service on daphne."""

import asyncio
import os

from daphne.cli import CommandLineInterface
from daphne.server import twisted_loop


async def end_tasks() -> None:
    """Those of open connections are left waiting; CPython 3.11 may crash on them at its end."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main() -> None:
    endpoint = f"tcp:{int(os.environ.get('PORT', '0'))}:interface=127.0.0.1"
    CommandLineInterface().run(["--endpoint", endpoint, "service.asgi:application"])
    twisted_loop.run_until_complete(end_tasks())


if __name__ == "__main__":
    main()
