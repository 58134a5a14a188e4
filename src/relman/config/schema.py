"""The JSON schema of the configuration, for editors; generated from the record, shipped beside this file."""

import msgspec

from relman.config.record import Config

FILE = "relman.schema.json"


def schema() -> bytes:
    """Gives the schema (draft 2020-12) as indented JSON with a final newline."""
    # For editors only: msgspec's schema writer is slow to import.
    from msgspec.json import schema as of

    document = of(Config)
    for definition in document["$defs"].values():
        definition["additionalProperties"] = False
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "relman.toml",
        **document,
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n"
