import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spread } from '../../web/src/stats.js';

const near = (value, expected, within = 1e-4) =>
  assert.ok(Math.abs(value - expected) < within, `${value} is not ${expected}`);

test('a spread with the interval of its median', () => {
  const { n, median, min, max, low, high, coverage } = spread([4, 1, 3, 2]);
  assert.deepEqual([n, median, min, max, low, high, coverage], [4, 2.5, 1, 4, 1, 4, 0.875]);
  const ten = spread([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.equal(ten.coverage, 0.95);
  near(ten.low + ten.high, 11);
  assert.ok(ten.low > 2 && ten.low < 3, `${ten.low}`);
  near(spread([1, 2, 3, 4, 5, 6]).low, 1 + 0.5 / 1.4);
});

test('one value has no interval, zero values have no spread', () => {
  assert.deepEqual(spread([7]), { n: 1, median: 7, min: 7, max: 7, low: null, high: null, coverage: null });
  assert.equal(spread([]), null);
  assert.equal(spread([null, undefined, NaN]), null);
});
