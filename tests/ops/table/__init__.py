"""The table of cases: expressions of `a`, `b`, ..., and what shapes, dtypes and numbers these take.

Words in braces are filled in from the lists given by name. Many combinations are errors; they must be torch's errors.
"""

from dataclasses import replace

from tests.ops.table.algebra import ALGEBRA
from tests.ops.table.attention import ATTENTION
from tests.ops.table.branches import BRANCHES
from tests.ops.table.corners import CORNERS
from tests.ops.table.created import CREATED, READ
from tests.ops.table.edges import EDGES
from tests.ops.table.elementwise import DIVIDED, ELEMENTWISE
from tests.ops.table.folding import FOLDING
from tests.ops.table.layers import ACTIVATIONS, EMBEDDINGS, MORE_LOSSES, NORMS
from tests.ops.table.layouts import LAYOUTS_OF_RESULTS
from tests.ops.table.making import CONVERSIONS, CREATION, QUERIES
from tests.ops.table.mathematics import MATHEMATICS
from tests.ops.table.memory import MEMORY
from tests.ops.table.misuse import MISUSE
from tests.ops.table.named import BESIDE
from tests.ops.table.networks import IMAGE, LOSSES, MATRICES
from tests.ops.table.numbers import HELD
from tests.ops.table.order import ORDER
from tests.ops.table.outs import OUTS
from tests.ops.table.overlaps import OVERLAPS
from tests.ops.table.places import INDEXING, SHAPES
from tests.ops.table.pools import POOLS
from tests.ops.table.rearranged import REARRANGED, SCATTERED
from tests.ops.table.reductions import REDUCTIONS
from tests.ops.table.sizes import RESIZED
from tests.ops.table.ties import TIES
from tests.ops.table.windows import WINDOWS

ROOMS = {"elementwise": ELEMENTWISE + DIVIDED, "reductions": REDUCTIONS, "shapes": SHAPES, "indexing": INDEXING,
    "matrices": MATRICES, "algebra": ALGEBRA,
         "image": IMAGE, "losses": LOSSES, "conversions": CONVERSIONS, "creation": CREATION, "queries": QUERIES, "out": OUTS,
         "mathematics": MATHEMATICS,
         "rearranged": REARRANGED, "scattered": SCATTERED, "folding": FOLDING, "order": ORDER, "ties": TIES, "memory": MEMORY,
         "created": CREATED, "read": READ, "beside": BESIDE, "numbers": HELD, "overlaps": OVERLAPS, "layouts": LAYOUTS_OF_RESULTS, "edges": EDGES,
         "misuse": MISUSE, "windows": WINDOWS, "pools": POOLS,
         "norms": NORMS, "embeddings": EMBEDDINGS, "activations": ACTIVATIONS, "sizes": RESIZED, "more-losses": MORE_LOSSES,
         "branches": BRANCHES, "attention": ATTENTION, "corners": CORNERS}
# Of what networks compute the values are compared, not how they lie in memory.
LIE_AS_TORCHS = frozenset(("elementwise reductions shapes indexing matrices algebra conversions creation queries out mathematics rearranged scattered folding "
                           "order ties memory created read beside numbers overlaps layouts edges misuse corners").split())
ROOMS = {room: rows if room in LIE_AS_TORCHS else [replace(row, lies=False) for row in rows] for room, rows in ROOMS.items()}
ROWS = [row for rows in ROOMS.values() for row in rows]
NAMED = {f"{room} {number}: {row.text[:60]}": row for room, rows in ROOMS.items() for number, row in enumerate(rows)}
