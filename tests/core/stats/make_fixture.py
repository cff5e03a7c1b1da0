#!/usr/bin/python3
"""Makes tests/data/statistics.json anew: values of SciPy and R that the tests of core/stats and core/analysis must meet.

    apt-get install python3-scipy r-base-core
    python3 tests/core/stats/make_fixture.py

The tests themselves need neither. Each case says by which call its values were made.
"""

import json
import pathlib
import platform
import subprocess
import textwrap

import numpy
import scipy
from scipy import stats

TARGET = pathlib.Path(__file__).resolve().parents[2] / "data" / "statistics.json"
random = numpy.random.default_rng(20261128)


def normal(count, shift=0.0, digits=3):
    """Few digits, so that the file is short: SciPy, R and copybench all read the same doubles."""
    return [float(value) for value in numpy.round(random.normal(10 + shift, 1, count), digits)]


def distinct(count, shift=0.0):
    """Without ties, also of sizes, sums and differences, which R's exact intervals need."""
    return [float(value) for value in numpy.round(random.normal(10 + shift, 1, count), 9)]


def r(expression, **values):
    """What R prints of an expression: numbers, in full precision."""
    assigned = "".join(f"{name} <- c({', '.join(map(repr, numbers))})\n" for name, numbers in values.items())
    script = f"{assigned}cat(sprintf('%.17g', {expression}))"
    return [float(number) for number in subprocess.run(["Rscript", "--vanilla", "-e", script], check=True, capture_output=True,
                                                       text=True).stdout.split()]


def permuted(data, statistic, kind):
    return stats.permutation_test(data, statistic, permutation_type=kind, n_resamples=numpy.inf, alternative="two-sided").pvalue


def rank_sum(base, head):
    return stats.rankdata(numpy.concatenate([base, head]))[len(base):].sum()


def positive_ranks(before, after):
    differences = (after - before)[after != before]
    return stats.rankdata(abs(differences))[differences > 0].sum()


def mann_whitney():
    for n, m, shift in ((1, 1, 0), (1, 9, 2), (2, 3, 1), (3, 3, 3), (5, 5, 1), (10, 5, 0.5), (8, 20, 0.2), (25, 25, 0.6)):
        base, head = distinct(n), distinct(m, shift)
        yield {"call": "scipy.stats.mannwhitneyu(base, head, method='exact').pvalue", "base": base, "head": head,
               "p": stats.mannwhitneyu(base, head, method="exact").pvalue}
    for n, m, shift in ((2, 2, 0), (3, 4, 1), (5, 5, 1), (6, 7, 0.7), (8, 8, 1)):
        base, head = normal(n, 0, 0), normal(m, shift, 0)
        yield {"call": "scipy.stats.permutation_test((base, head), rank sum of head, n_resamples=inf).pvalue", "base": base,
               "head": head, "p": permuted((base, head), rank_sum, "independent")}
    for n, m, shift, digits in ((26, 25, 0.5, 3), (30, 30, 0, 1), (7, 60, 1, 3), (200, 150, 0.3, 1), (300, 300, 0.2, 0)):
        base, head = normal(n, 0, digits), normal(m, shift, digits)
        yield {"call": "scipy.stats.mannwhitneyu(base, head, method='asymptotic', use_continuity=True).pvalue", "base": base,
               "head": head, "p": stats.mannwhitneyu(base, head, method="asymptotic").pvalue}


def signed_rank():
    for n, shift in ((1, 1), (2, 0), (5, 2), (6, 1), (12, 0.5), (25, 0.3), (50, 0.3)):
        differences = [value - 10 for value in distinct(n, shift)]
        yield {"call": "scipy.stats.wilcoxon(differences, mode='exact').pvalue", "differences": differences,
               "p": stats.wilcoxon(differences, mode="exact").pvalue}
    for n, shift in ((3, 1), (6, 1), (10, 0.5), (14, 0.5)):
        differences = [value - 10 for value in normal(n, shift, 0)]
        yield {"call": "scipy.stats.permutation_test((zeros, differences), sum of positive ranks, 'samples').pvalue",
               "differences": differences,
               "p": permuted((numpy.zeros(n), numpy.array(differences)), positive_ranks, "samples")}
    for n, shift, digits in ((51, 0.3, 3), (80, 0.2, 1), (400, 0.1, 0)):
        differences = [round(value - 10, 3) for value in normal(n, shift, digits)]
        while sum(value != 0 for value in differences) <= 50:
            differences.append(0.1)
        yield {"call": "scipy.stats.wilcoxon(differences, zero_method='wilcox', correction=True, mode='approx').pvalue",
               "differences": differences, "p": stats.wilcoxon(differences, correction=True, mode="approx").pvalue}


def shifts_between():
    call = "wilcox.test(head, base, exact = TRUE, conf.int = TRUE)"
    for n, m, shift in ((4, 4, 1), (5, 7, 0), (10, 12, 0.7), (25, 25, 0.4)):
        base, head = distinct(n), distinct(m, shift)
        estimate, low, high = r(f"with({call}, c(estimate, conf.int))", base=base, head=head)
        yield {"call": "R: " + call, "base": base, "head": head, "estimate": estimate, "low": low, "high": high}
    for n, m, digits in ((1, 2, 3), (8, 9, 0), (120, 90, 1)):
        base, head = normal(n, 0, digits), normal(m, 1, digits)
        yield {"call": "numpy.median(numpy.subtract.outer(head, base))", "base": base, "head": head,
               "estimate": float(numpy.median(numpy.subtract.outer(head, base)))}


def shifts_of():
    call = "wilcox.test(differences, exact = TRUE, conf.int = TRUE)"
    for n, shift in ((6, 0), (7, 1), (15, 0.5), (40, 0.2)):
        differences = [value - 10 for value in distinct(n, shift)]
        estimate, low, high = r(f"with({call}, c(estimate, conf.int))", differences=differences)
        yield {"call": "R: " + call, "differences": differences, "estimate": estimate, "low": low, "high": high}
    for n, digits in ((2, 3), (9, 0), (120, 1)):
        differences = normal(n, -10, digits)
        walsh = numpy.add.outer(differences, differences)[numpy.triu_indices(n)] / 2
        yield {"call": "numpy.median of numpy.add.outer(differences, differences)[numpy.triu_indices(n)] / 2",
               "differences": differences, "estimate": float(numpy.median(walsh))}


def corrections():
    for p in ([0.03], [0.01, 0.02, 0.03, 0.04, 0.05], [0.04, 0.001, 0.9, 0.5], [0.5, 0.5, 0.5, 0.01], [1, 1, 0],
              [float(value) for value in numpy.round(random.uniform(0, 1, 60) ** 3, 5)]):
        yield {"call": "R: p.adjust(p, method = 'BH')", "p": p, "corrected": r("p.adjust(p, method = 'BH')", p=p)}


def t_intervals():
    for n, confidence in ((2, 0.95), (3, 0.95), (5, 0.99), (30, 0.95), (400, 0.95)):
        values = normal(n)
        low, high = stats.t.interval(confidence, n - 1, loc=numpy.mean(values), scale=stats.sem(values))
        yield {"call": "scipy.stats.t.interval(confidence, n - 1, loc=numpy.mean(values), scale=scipy.stats.sem(values))",
               "values": values, "confidence": confidence, "low": low, "high": high}


def t_tails():
    for t, degrees in ((0, 1), (1, 1), (12.7, 1), (2.776445, 4), (-2.5, 7.31), (40, 3), (1.96, 1000), (9, 100)):
        yield {"call": "2 * scipy.stats.t.sf(abs(t), degrees)", "t": t, "degrees": degrees,
               "p": 2 * stats.t.sf(abs(t), degrees)}


def spreads():
    for values in ([1.0, 2.0, 4.0, 8.0, 16.0], normal(6), normal(25, 0, 1), normal(100)):
        first, third = numpy.percentile(values, [25, 75])
        yield {"call": "numpy.percentile; scipy.stats.variation(values, ddof=1); scipy.stats.median_abs_deviation",
               "values": values, "median": float(numpy.median(values)), "low_fence": first - 3 * (third - first),
               "high_fence": third + 3 * (third - first), "variation": stats.variation(values, ddof=1),
               "deviation": 1.4826 * stats.median_abs_deviation(values)}


def coverages():
    for n in (2, 3, 4, 5):
        yield {"call": "1 - 2 * scipy.stats.binom.cdf(0, n, 0.5)", "n": n, "coverage": 1 - 2 * stats.binom.cdf(0, n, 0.5)}


def is_plain_line(samples, slope):
    """Whether the samples lie nearer to a line than to any step, and neighbours are not alike: then p needs no correction."""
    at = numpy.arange(len(samples))
    residuals = samples - slope * at
    residuals = residuals - numpy.median(residuals)
    steps = (abs(samples[:k] - numpy.median(samples[:k])).sum() + abs(samples[k:] - numpy.median(samples[k:])).sum()
             for k in range(1, len(samples)))
    correlation = (residuals[3:] * residuals[2:-1]).sum() / (residuals[2:] ** 2).sum()
    return abs(residuals).sum() < min(steps) and correlation < 0.5 / len(samples) ** 0.5


def trends():
    """Lines with noise. Their p lie on both sides of the 0.003 below which a run is flagged."""
    call = "cor.test(seq_along(samples), samples, method = 'kendall', exact = FALSE, continuity = TRUE)$p.value"
    # The smaller the noise, the smaller p.
    for n, noise in ((20, 0.06), (20, 0.075), (20, 0.12), (20, 0.13), (30, 0.08), (30, 0.15), (60, 0.13), (60, 0.18),
                     (100, 0.2)):
        at = numpy.arange(n)
        plain = False
        while not plain:
            samples = numpy.round(1000 * (1 + 0.2 * at / (n - 1) + noise * random.normal(size=n)), 4)
            slope = stats.theilslopes(samples, at)[0]
            plain = is_plain_line(samples, slope)
        listed = [float(value) for value in samples]
        yield {"call": "scipy.stats.theilslopes(samples).slope * (n - 1) / numpy.median(samples)",
               "p_call": f"R: {call}", "samples": listed, "effect": slope * (n - 1) / float(numpy.median(samples)),
               "p": r(call, samples=listed)[0]}


def nile():
    yield {"call": "R: datasets::Nile", "finding": "The flow is lower from 1899 on.",
           "source": "G. W. Cobb, The problem of the Nile: conditional solution to a change-point problem, Biometrika 65, 1978",
           "samples": r("as.numeric(datasets::Nile)"), "first_year": 1871, "lower_from": 1899}


def written(value, indent):
    """JSON with lines that end before column 130."""
    blank = " " * indent
    if isinstance(value, dict):
        inner = ",\n".join(f"{blank}  {json.dumps(key)}: {written(item, indent + 2)}" for key, item in value.items())
        return f"{{\n{inner}\n{blank}}}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[" + ", ".join(written(item, indent) for item in value) + "]"
    if isinstance(value, list):
        filled = textwrap.fill(", ".join(map(json.dumps, value)), 128, initial_indent=blank + "  ",
                               subsequent_indent=blank + "  ")
        return f"[\n{filled}\n{blank}]"
    return json.dumps(value)


def main():
    made = {"made_by": {"script": "tests/core/stats/make_fixture.py", "python": platform.python_version(),
                        "scipy": scipy.__version__, "numpy": numpy.__version__,
                        "r": subprocess.run(["Rscript", "--version"], capture_output=True, text=True, check=True).stdout.strip()}}
    for cases in (mann_whitney, signed_rank, shifts_between, shifts_of, corrections, t_intervals, t_tails, spreads, coverages,
                  trends, nile):
        made[cases.__name__] = list(cases())
    TARGET.write_text(written(made, 0) + "\n")


if __name__ == "__main__":
    main()
