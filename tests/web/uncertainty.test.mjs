import assert from 'node:assert/strict';
import test from 'node:test';
import { repeatsText } from '../../web/src/views/uncertainty.js';

test('how repetitions ended, with the final width', () => {
  assert.equal(repeatsText({ state: 'interval_reached', interval_pct: 1.618 }), 'interval reached (1.62 %)');
  assert.equal(repeatsText({ state: 'given_up', interval_pct: null }), 'given up: runs failed');
});
