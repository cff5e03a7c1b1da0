"""Ratios of paired measurements, with intervals. Pure.

Programs measured in one round saw the same machine, so each ratio is taken within a round. The median over the rounds has
an interval by order statistics, which assumes no distribution. A geometric mean over points is of their medians; its
interval is a percentile bootstrap that draws whole rounds, since one disturbed round disturbs many points.
"""
import math
import random
import statistics

LEVEL = 0.95
DRAWS = 2000
SEED = 1


def median_interval(values):
    """Returns (low, high, coverage): the narrowest pair of order statistics that covers the median at LEVEL. With fewer than 6
    values no pair does, and this is the full range with its coverage."""
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
    """Each argument is {round: figure}; returns the ratios of the rounds that both have."""
    return [ours[at] / theirs[at] for at in sorted(ours.keys() & theirs.keys())]


def geometric_mean(values):
    return math.exp(statistics.fmean(map(math.log, values)))


def geometric_mean_interval(points):
    """points: a list of ratios for each point, the same rounds in the same order. Returns (mean, low, high)."""
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
