// Computes the same spread as /summary, so that live runs and filtered views need no request during a measurement.

// The probability that the k-th lowest and the k-th highest of n values enclose the median of any continuous distribution.
function coverageAt(n, k) {
  let term = 2 ** -n;
  let below = 0;
  for (let i = 0; i < k; i += 1) {
    below += term;
    term *= (n - i) / (i + 1);
  }
  return 1 - 2 * below;
}

const confidence = 0.95;
const between = (a, b, share) => a + (b - a) * share;

// Hettmansperger and Sheather's interval of the median, as in core/stats/statistics.cpp: {low, high, coverage}. Up to five values
// cannot reach 95 %: their interval is lowest to highest, with its actual coverage.
function medianInterval(sorted) {
  const n = sorted.length;
  if (n < 2) return { low: null, high: null, coverage: null };
  if (n < 6) return { low: sorted[0], high: sorted[n - 1], coverage: coverageAt(n, 1) };
  let depth = 1;
  while (coverageAt(n, depth + 1) >= confidence) depth += 1;
  const outer = coverageAt(n, depth);
  const share = (outer - confidence) / (outer - coverageAt(n, depth + 1));
  const inwards = ((n - depth) * share) / (depth + (n - 2 * depth) * share);
  return {
    low: between(sorted[depth - 1], sorted[depth], inwards),
    high: between(sorted[n - depth], sorted[n - depth - 1], inwards),
    coverage: confidence,
  };
}

// {n, median, min, max, low, high, coverage}: low and high bound the median, and are null below two values.
export function spread(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const n = sorted.length;
  if (n === 0) return null;
  const middle = n >> 1;
  const median = n % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { n, median, min: sorted[0], max: sorted[n - 1], ...medianInterval(sorted) };
}
