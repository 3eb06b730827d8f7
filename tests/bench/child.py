"""A measuring process: arguments as JSON on standard input, findings as JSON on the last line of output."""

import importlib
import json
import os
import resource
import sys
import time
import traceback
from pathlib import Path
from typing import Any


def peak_mib() -> float:
    """Largest resident size of this process so far. From the kernel's own mark where there is one, because
    ``ru_maxrss`` begins with what the parent had."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    module, _, name = sys.argv[1].partition(":")
    arguments: dict[str, Any] = json.load(sys.stdin)
    try:
        found = getattr(importlib.import_module(f"bench.{module}"), name)(**arguments)
    except Exception:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # libraries would end with pages of their own and bury the reason
    spent = {"peak_mib": round(peak_mib(), 1), "cpu_seconds": round(time.process_time(), 2)}
    print(json.dumps({**spent, **found}))  # a task that measures them itself knows better


if __name__ == "__main__":
    main()
