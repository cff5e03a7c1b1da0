import assert from 'node:assert/strict';
import test from 'node:test';
import { intervalText, repeatsText } from '../../web/src/views/uncertainty.js';

test('an interval says when it covers less than 95 %', () => {
  assert.equal(intervalText({ low: 1, high: 2.5, coverage: 0.95 }), '1.000 to 2.500');
  assert.equal(intervalText({ low: 1, high: 2, coverage: 0.9375 }), '1.000 to 2.000 (covers 94 %)');
  assert.equal(intervalText(null), null);
});

test('how repetitions ended, with the width that was reached', () => {
  assert.equal(repeatsText({ state: 'interval_reached', interval_pct: 1.618 }), 'interval reached (1.62 %)');
  assert.equal(repeatsText({ state: 'given_up', interval_pct: null }), 'given up: runs failed');
});
