// The same spread as /summary has, so that live runs and filtered views need no request while something is measured.

// 97.5 % quantiles of Student's t for 1 to 20 degrees of freedom; beyond, Fisher's expansion, right to 1e-6.
const quantiles = [
  12.706204736, 4.30265273, 3.182446305, 2.776445105, 2.570581836, 2.446911851, 2.364624252,
  2.306004135, 2.262157163, 2.228138852, 2.20098516, 2.17881283, 2.160368657, 2.144786688,
  2.131449546, 2.119905299, 2.109815578, 2.10092204, 2.093024054, 2.085963447,
];

export function quantile(degrees) {
  if (degrees <= quantiles.length) return quantiles[degrees - 1];
  const z = 1.959963984540054;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((sum, term, i) => sum + term / degrees ** (i + 1), z);
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
