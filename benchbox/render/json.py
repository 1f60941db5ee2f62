"""Table -> JSON, strict: null, never NaN. Everything the table holds, at full precision.

Names stay exactly what they are: JSON itself escapes what cannot be shown, and all but ASCII.
"""

import json
from dataclasses import asdict
from typing import Any

from benchbox.leaderboard.table import Table

SCHEMA = 1


def render(table: Table) -> str:
    content = {
        "schema": SCHEMA,
        "by": table.by,
        "primary": table.primary,
        "confidence": table.confidence,
        "measures": [asdict(measure) for measure in table.measures],
        "rows": [_row(table, row) for row in map(asdict, table.rows)],
        "notes": table.notes,
    }
    return json.dumps(content, indent=2, allow_nan=False) + "\n"


def _row(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "group": dict(zip(table.by, row["group"], strict=True))}
