import assert from 'node:assert/strict';
import test from 'node:test';
import { crossoverAnswer, scales, verdictText } from '../../web/src/views/crossover.js';
import { progressText, repeatsText } from '../../web/src/views/progress.js';

const size = (field_bytes, ratio) => ({ field_bytes, ratio, ci95: ratio && { low: ratio * 0.9, high: ratio * 1.1 } });

test('sizes go from left to right, a ratio of 1 is in the middle, a larger one above it', () => {
  const { x, y } = scales([size(64, 0.5), size(1024, null), size(16384, 2)], 640, 200);
  assert.equal(x(64), 30);
  assert.equal(Math.round(x(1024)), 320);
  assert.equal(x(16384), 610);
  assert.equal(y(1), 100);
  assert.ok(y(2.2) >= 16 && y(2) < 100 && y(0.5) > 100);
});

test('a path without a value yet has its places all the same', () => {
  const { x, y } = scales([size(64, null)], 640, 200);
  assert.ok(Number.isFinite(x(64)) && Number.isFinite(y(1)));
});

test('verdicts in words', () => {
  assert.equal(verdictText({ verdict: 'better', better: 'one_copy' }), 'one-copy is better');
  assert.equal(verdictText({ verdict: 'no_difference', better: null }), 'no significant difference');
});

test('progress tells what is planned and what may follow', () => {
  const progress = { runs_done: 5, runs_total: 10, runs_at_most: 60, runs_failed: 0, eta_s: null };
  assert.equal(progressText({ state: 'completed', progress }), '5 of 10 runs, at most 60');
  const repeats = { configurations: 3, interval_reached: 1, cap_reached: 1, given_up: 0 };
  assert.equal(repeatsText(repeats), 'interval reached in 1 of 3 configurations, 1 at the cap of repetitions');
});

test('the answer is told in the names of the page', () => {
  const labels = new Map([['zero_copy', 'requested, copied by the kernel']]);
  const answer = 'one_copy has the better system_cpu_ns_per_byte up to fields of 512 bytes, zero_copy from 1024 bytes on.';
  assert.equal(
    crossoverAnswer({ answer, metric: 'system_cpu_ns_per_byte' }, labels),
    'one-copy has the better machine CPU time per byte up to fields of 512 bytes, ' +
      'zero-copy (requested, copied by the kernel) from 1024 bytes on.',
  );
  assert.match(crossoverAnswer({ answer: 'by cycles_per_byte', metric: 'cycles_per_byte' }), /^by CPU cycles per byte$/);
});
