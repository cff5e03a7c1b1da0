import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantile, spread } from '../../web/src/stats.js';

const near = (value, expected, within = 1e-4) =>
  assert.ok(Math.abs(value - expected) < within, `${value} is not ${expected}`);

test('quantiles of Student’s t, tabled and beyond the table', () => {
  near(quantile(1), 12.7062);
  near(quantile(4), 2.7764);
  near(quantile(30), 2.0423);
  near(quantile(31), 2.0395, 2e-4);
  near(quantile(100), 1.984, 2e-4);
  near(quantile(1e6), 1.96, 1e-3);
});

test('a spread with its interval', () => {
  const result = spread([4, 1, 3, 2]);
  assert.deepEqual([result.n, result.median, result.mean, result.min, result.max], [4, 2.5, 2.5, 1, 4]);
  near(result.high, 2.5 + 3.1824 * Math.sqrt(5 / 3 / 4), 1e-3);
  near(result.low, 2.5 - 3.1824 * Math.sqrt(5 / 3 / 4), 1e-3);
});

test('one value has no interval, none has no spread', () => {
  assert.deepEqual(spread([7]), { n: 1, median: 7, mean: 7, min: 7, max: 7, low: null, high: null });
  assert.equal(spread([]), null);
  assert.equal(spread([null, undefined, NaN]), null);
});
