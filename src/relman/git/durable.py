"""What must outlive a power cut."""

import os
from pathlib import Path


def flush(place: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk: a renamed file needs its folder's too."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
