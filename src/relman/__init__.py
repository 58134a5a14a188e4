"""relman: releases from git, planned from facts, carried out in one atomic step, undoable."""

__version__ = "0.1.0"
