// The same cases as tests/core/model/rank_tests_test.cpp: the two must agree.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparePairs, corrected, enoughFor, leastP, shiftOf, signedRankP } from '../../web/src/ranks.js';

const near = (actual, expected, by = 1e-9) => assert.ok(Math.abs(actual - expected) < by, `${actual} is not ${expected}`);
const counted = (n) => Array.from({ length: n }, (_, i) => i + 1);

test('Wilcoxon’s signed ranks: the example of Hollander and Wolfe', () => {
  const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
  const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
  const differences = before.map((value, i) => value - after[i]);
  near(signedRankP(differences), 0.0390625);
  const { estimate, low, high } = shiftOf(differences);
  near(estimate, 0.46);
  near(low, 0.01);
  near(high, 0.786);
});

test('the published critical values of the signed rank sum', () => {
  for (const [n, critical] of [
    [6, 0],
    [8, 3],
    [10, 8],
    [20, 52],
    [25, 89],
  ]) {
    const withSum = (sum) => {
      let left = sum;
      return counted(n)
        .reverse()
        .map((rank) => {
          if (rank > left) return rank;
          left -= rank;
          return -rank;
        });
    };
    assert.ok(signedRankP(withSum(critical)) <= 0.05);
    assert.ok(signedRankP(withSum(critical + 1)) > 0.05);
  }
});

test('ties get mid-ranks, zeros are dropped, the smallest p is that of one sign', () => {
  near(signedRankP([1, 1, -1]), 1);
  near(signedRankP([0, 0]), 1);
  for (const n of [1, 5, 6, 12]) near(signedRankP(counted(n)), leastP(n));
  assert.equal(shiftOf(counted(5)).low, null);
  near(shiftOf(counted(6)).low, 1);
  near(signedRankP(counted(100)), leastP(100));
});

test('Benjamini and Hochberg’s correction', () => {
  for (const value of corrected([0.01, 0.02, 0.03, 0.04, 0.05])) near(value, 0.05);
  corrected([0.04, 0.001, 0.9, 0.5]).forEach((value, i) => near(value, [0.08, 0.004, 0.9, 2 / 3][i]));
});

test('certain results are separated from uncertain ones, with the repetitions that those need', () => {
  const apart = (n) => counted(n).map((i) => [10 + i / 100, 12 + i / 99]);
  const [six, five, none] = comparePairs([apart(6), [], []]).concat(comparePairs([apart(5)]));
  assert.ok(six.higher && !six.lower && six.needed === null);
  assert.equal(five.n, 0);
  assert.equal(none.p, null);
  const [few] = comparePairs([apart(5)]);
  assert.ok(!few.higher && few.needed === 6);
  // Certain but small: within the minimum effect.
  const [slight] = comparePairs([counted(10).map((i) => [10, 10.05 + i / 1000])]);
  assert.ok(slight.q < 0.01 && !slight.higher && slight.needed === null);
});

test('repetitions are computed for all cells at once: twelve clear cells of five need one more, not more each', () => {
  const clear = (n) => counted(n).map((i) => [10 + i / 100, 12 + i / 99]);
  for (const { needed } of comparePairs(Array.from({ length: 12 }, () => clear(5)))) assert.equal(needed, 6);
  // Beside eleven without a result, a single one must pass the correction for all.
  const noise = Array.from({ length: 11 }, () => [1, -1, 1, -1, 1].map((sign, i) => [10, 10 + (sign * (i + 1)) / 100]));
  const [alone] = comparePairs([clear(5), ...noise]);
  assert.equal(alone.needed, enoughFor(12));
  assert.deepEqual([1, 3, 12].map(enoughFor), [6, 7, 9]);
});
