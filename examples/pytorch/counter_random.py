"""The counter-based generator of scalesweep (contract/random.ts): every draw is a function of (seed, what is drawn).

random(seed, "shuffle", epoch) names the order of an epoch's images; nothing has to be saved to draw it again.
"""

MASK = 0xFFFFFFFF


def _hash(seed, path):
    value = 0x811C9DC5 ^ (seed & MASK)
    for part in path:
        for character in f"#{part}" if isinstance(part, int) else f"${part}":
            value = (value ^ ord(character)) * 0x01000193 & MASK
        value = (value ^ value >> 15) * 0x2C1B3C6D & MASK
    return value


class Random:
    """Draws of one seed and path: 32 bits each."""

    def __init__(self, seed, *path):
        self._state = (_hash(seed, path), _hash(seed ^ 0x9E3779B9, path), _hash(seed >> 32 ^ 0x85EBCA6B, path))
        self._count = 0
        for _ in range(12):
            self.draw()

    def draw(self):
        a, b, c = self._state
        self._count += 1
        total = (a + b + self._count) & MASK
        self._state = (b ^ b >> 9, c + (c << 3) & MASK, ((c << 21 | c >> 11) & MASK) + total & MASK)
        return total

    def below(self, bound):
        """An integer in [0, bound)."""
        return self.draw() * bound >> 32


def permutation(count, source):
    """The numbers below `count`, shuffled."""
    order = list(range(count))
    for i in range(count - 1, 0, -1):
        j = source.below(i + 1)
        order[i], order[j] = order[j], order[i]
    return order
