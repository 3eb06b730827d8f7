"""Write the next numbered migration from what the models have and the migrations have not yet."""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.db.embedded import EmbeddedPostgres
from app.db.migrate import upgrade


def main(message: str) -> int:
    if not message:
        print('m="what changes" is missing', file=sys.stderr)  # noqa: T201
        return 2
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder), durable=False) as url,
    ):
        asyncio.run(upgrade(url))
        tools = Path(sys.executable).parent
        environment = os.environ | {"DATABASE_URL": url, "PATH": f"{tools}:{os.environ['PATH']}"}
        command = [tools / "alembic", "revision", "--autogenerate", "-m", message]
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    raise SystemExit(main(" ".join(sys.argv[1:]).strip()))
