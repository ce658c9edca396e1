"""Where the number of each edge stands: beside its line, clear of the boxes and of the other numbers."""

from collections import defaultdict

ROOM, BETWEEN = 100, 92  # width that a number beside an edge may take, and between two boxes side by side
HIGH = 16        # and its height
BESIDE = 7       # how far a number stands from its line
ROW = 32         # numbers and boxes are looked for in rows of this height


class Labels:
    """Finds places one by one: what has a place keeps it."""

    def __init__(self, boxes, down):
        self._down, self._taken = down, defaultdict(list)
        for box in boxes:
            self._take(box)

    def place(self, track, leaving, entering):
        """Return (x, y, anchor, free?) for the number on a back track, given from the box that gets it to the box that hands it.

        `leaving` and `entering` count the edges at the two boxes: where many meet, the number stands at the other end. Where no place
        is free, it stands at the best one, and is to be shown only while its edge is talked about.
        """
        wanted = self._wanted(track, leaving, entering)
        for x, y, anchor in wanted:
            found = extent(x, y, anchor, ROOM if self._down else BETWEEN)
            if self._free(found):
                self._take(found)
                return x, y, anchor, True
        return *wanted[0], False

    def _wanted(self, track, leaving, entering):
        """The places that a number may take, the best first."""
        (x0, y0), (x1, y1) = (track[-3], track[-2]) if len(track) > 2 else (track[0], track[-1])
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        if not self._down:
            flat = abs(y1 - y0) < 12 and leaving == entering == 1
            near, far = ((x0 + share * (x1 - x0), y0 + share * (y1 - y0) + 4, "middle") for share in (0.3, 0.7))
            return [(x, y + 15 if flat else y + 4, "middle"), near, far]
        (x0, y0), (x1, y1) = track[0], track[-1]
        middle, here = [(x + BESIDE, y + 4)], [(x1 + BESIDE, y1 - 5)]
        there = [(x0 + BESIDE, y0 + 14), (x0 + BESIDE, track[1][1] + 12)]  # under the box, or under the highest box of its row
        order = [*middle, *there, *here] if leaving == entering == 1 else \
            [*there, *middle, *here] if entering >= leaving else [*here, *middle, *there]
        return [(*place, "start") for place in order] + [(left - 4 * BESIDE, height, "end") for left, height in order]

    def _free(self, found):
        left, top, right, bottom = found
        return not any(left < r and l < right and top < b and t < bottom
                       for row in range(int(top // ROW), int(bottom // ROW) + 1) for l, t, r, b in self._taken[row])

    def _take(self, found):
        for row in range(int(found[1] // ROW), int(found[3] // ROW) + 1):
            self._taken[row].append(found)


def extent(x, y, anchor, room=ROOM):
    """Return the rectangle (left, top, right, bottom) of a number whose text begins, ends or is centred at (x, y)."""
    left = x - {"start": 0, "middle": room / 2, "end": room}[anchor]
    return left, y - HIGH + 4, left + room, y + 3
