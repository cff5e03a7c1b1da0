"""Ratios of paired measurements, with intervals. Pure.

Programs that were measured within one round saw the same machine, so the ratio is taken within the round; over the rounds
its median is told with an interval by order statistics, which assumes nothing of the distribution. A geometric mean over
points is of their medians, its interval a percentile bootstrap that draws whole rounds: one disturbed round disturbs many
points.
"""
import math
import random
import statistics

LEVEL = 0.95
DRAWS = 2000
SEED = 1


def median_interval(values):
    """(low, high, coverage): the narrowest pair of order statistics that covers the median at LEVEL; with fewer than 6
    values none does, and it is the range with what that covers."""
    ordered = sorted(values)
    n = len(ordered)
    rank, tail = 1, 0.5 ** n
    below = tail
    while rank < n // 2:
        tail *= (n - rank + 1) / rank
        if 1 - 2 * (below + tail) < LEVEL:
            break
        below += tail
        rank += 1
    return ordered[rank - 1], ordered[n - rank], max(0.0, 1 - 2 * below)


def paired(ours, theirs):
    """Each is {round: figure}; the ratios of the rounds that both have."""
    return [ours[at] / theirs[at] for at in sorted(ours.keys() & theirs.keys())]


def geometric_mean(values):
    return math.exp(statistics.fmean(map(math.log, values)))


def geometric_mean_interval(points):
    """points: of each a list of ratios, the same rounds in the same order. (mean, low, high)."""
    rounds = min(map(len, points))
    draw = random.Random(SEED)
    means = []
    for _ in range(DRAWS):
        chosen = [draw.randrange(rounds) for _ in range(rounds)]
        means.append(geometric_mean([statistics.median(point[at] for at in chosen) for point in points]))
    means.sort()
    tail = (1 - LEVEL) / 2
    return (geometric_mean([statistics.median(point) for point in points]),
            means[int(tail * DRAWS)], means[math.ceil((1 - tail) * DRAWS) - 1])
