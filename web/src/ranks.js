// The statistical test behind the answer, the same as that of /experiments/{id}/comparisons (core/stats/rank_tests.h), so that
// live runs and filtered views need no request during a measurement. Pure.

export const significance = 0.05;
export const minEffect = 0.01;

// The probability of each sum, from 0 on, of ranks that are each chosen with probability 1/2.
function chancesOfSums(ranks) {
  const chances = [1];
  for (const rank of ranks) {
    for (let sum = chances.length - 1 + rank; sum >= 0; sum -= 1)
      chances[sum] = ((chances[sum] ?? 0) + (chances[sum - rank] ?? 0)) / 2;
  }
  return chances;
}

// Wilcoxon's signed rank test of paired differences: two-sided p, exact for any number of them. Ties get mid-ranks,
// differences of 0 are left out.
export function signedRankP(differences) {
  const own = differences.filter((difference) => difference !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  if (own.length === 0) return 1;
  const ranks = []; // doubled, so that they are integers
  for (let from = 0; from < own.length; ) {
    let to = from + 1;
    while (to < own.length && Math.abs(own[to]) === Math.abs(own[from])) to += 1;
    for (let i = from; i < to; i += 1) ranks.push(from + to + 1);
    from = to;
  }
  const chances = chancesOfSums(ranks);
  const positive = ranks.reduce((sum, rank, i) => sum + (own[i] > 0 ? rank : 0), 0);
  const total = (from, to) => chances.slice(from, to).reduce((sum, chance) => sum + chance, 0);
  return Math.min(1, 2 * Math.min(total(0, positive + 1), total(positive, chances.length)));
}

export const leastP = (pairs) => Math.min(1, 2 ** (1 - pairs));

// Benjamini and Hochberg's correction for the number of tests.
export function corrected(all) {
  const order = all.map((_, i) => i).sort((a, b) => all[b] - all[a]);
  const result = [];
  let least = 1;
  order.forEach((which, i) => {
    least = Math.min(least, (all[which] * all.length) / (all.length - i));
    result[which] = least;
  });
  return result;
}

// How many values at each end lie outside the 95 % interval: as long as the rank sums up to there have at most 2.5 % together.
function outside(n) {
  const chances = chancesOfSums(Array.from({ length: n }, (_, i) => i + 1));
  let below = 0;
  let k = -1;
  while (below <= 0.025) below += chances[(k += 1)];
  return k;
}

// Hodges and Lehmann's shift of differences: {estimate, low, high}; low and high are null below six differences.
export function shiftOf(differences) {
  const averages = [];
  differences.forEach((one, i) => {
    for (let j = i; j < differences.length; j += 1) averages.push((one + differences[j]) / 2);
  });
  averages.sort((a, b) => a - b);
  const middle = averages.length >> 1;
  const estimate = averages.length % 2 ? averages[middle] : (averages[middle - 1] + averages[middle]) / 2;
  const cut = outside(differences.length);
  return cut > 0
    ? { estimate, low: averages[cut - 1], high: averages[averages.length - cut] }
    : { estimate, low: null, high: null };
}

// The number of pairs with which this comparison can be significant among the others; null if it has as many. All are repeated
// together, so comparisons that are unanimous so far gain as many pairs. pairs: the number of pairs of each.
function needed(all, which, pairs) {
  const grows = all.map((p, i) => i === which || p <= leastP(pairs[i]));
  const possible = (more) =>
    corrected(all.map((p, i) => (grows[i] ? leastP(pairs[i] + more) : p)))[which] <= significance;
  if (possible(0)) return null;
  let more = 1;
  while (!possible(more)) more += 1;
  return pairs[which] + more;
}

// The repetitions with which a winner can be called, whatever the other comparisons show. comparisons: their number.
export function enoughFor(comparisons) {
  let n = 1;
  while (leastP(n) * comparisons > significance) n += 1;
  return n;
}

// groups: for each comparison, [[base, head], …] -> [{n, ratio, low, high, p, q, higher, lower, needed}].
// higher, lower: the head is significantly, and by the minimum effect, above or below the base.
export function comparePairs(groups) {
  const fit = groups.map((pairs) => pairs.filter(([base, head]) => base > 0 && head > 0));
  const tested = fit.filter((pairs) => pairs.length);
  const p = tested.map((pairs) => signedRankP(pairs.map(([base, head]) => Math.log(head / base))));
  const q = corrected(p);
  let next = -1;
  return fit.map((pairs) => {
    if (pairs.length === 0) return { n: 0, ratio: null, low: null, high: null, p: null, q: null, needed: null };
    next += 1;
    const { estimate, low, high } = shiftOf(pairs.map(([base, head]) => Math.log(head / base)));
    const sure = q[next] <= significance && low !== null;
    const higher = sure && Math.exp(low) > 1 + minEffect;
    const lower = sure && Math.exp(high) < 1 - minEffect;
    return {
      n: pairs.length,
      ratio: Math.exp(estimate),
      low: low === null ? null : Math.exp(low),
      high: high === null ? null : Math.exp(high),
      p: p[next],
      q: q[next],
      higher,
      lower,
      needed: higher || lower ? null : needed(p, next, tested.map((own) => own.length)),
    };
  });
}
