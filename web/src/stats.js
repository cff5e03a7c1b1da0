// The same spread as /summary has, so that live runs and filtered views need no request while something is measured.

// Two-sided 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom; beyond, an expansion that is right to 1e-4.
const quantiles = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314,
  2.1199, 2.1098, 2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
];

export function quantile(degrees) {
  if (degrees <= quantiles.length) return quantiles[degrees - 1];
  const z = 1.959964;
  return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2);
}

// {n, median, mean, min, max, low, high}: low and high bound the 95 % interval of the mean and are null below two values.
export function spread(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const n = sorted.length;
  if (n === 0) return null;
  const middle = n >> 1;
  const median = n % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const half = n < 2 ? null : quantile(n - 1) * Math.sqrt(squares / (n - 1) / n);
  return {
    n,
    median,
    mean,
    min: sorted[0],
    max: sorted[n - 1],
    low: half === null ? null : mean - half,
    high: half === null ? null : mean + half,
  };
}
