import assert from 'node:assert/strict';
import test from 'node:test';
import { isTooWide, scales, sides } from '../../web/src/charts/crossover.js';
import { crossoverAnswer, verdictText } from '../../web/src/views/crossover.js';
import { progressText, repeatsText } from '../../web/src/views/progress.js';

const size = (field_bytes, ratio) => ({ field_bytes, ratio, ci95: ratio && { low: ratio * 0.9, high: ratio * 1.1 } });

const frame = { width: 640, height: 200, left: 40, right: 0, top: 0, bottom: 20 };

test('sizes go from left to right, a ratio of 1 is in the middle, a larger one above it, and the scale is labelled', () => {
  const { x, y, ticks } = scales([size(64, 0.5), size(1024, null), size(16384, 2)], frame);
  assert.equal(x(64), 48);
  assert.equal(Math.round(x(1024)), 340);
  assert.equal(x(16384), 632);
  assert.equal(y(1), 90);
  assert.ok(y(2.2) >= 0 && y(2) < 90 && y(0.5) > 90);
  assert.deepEqual(ticks.map((ratio) => ratio.toFixed(3)), ['2.222', '1.000', '0.450']);
  for (const ratio of ticks) assert.ok(y(ratio) >= 0 && y(ratio) <= 180);
});

test('a path without a value yet has its positions all the same', () => {
  const { x, y } = scales([size(64, null)], frame);
  assert.ok(Number.isFinite(x(64)) && Number.isFinite(y(1)));
});

test('an interval that spans more than a factor of 100 does not set the scale', () => {
  const wide = { ...size(64, 1.5), ci95: { low: 1e-9, high: 6e8 } };
  assert.deepEqual([wide.ci95, { low: 0, high: 1 }, { low: 0.1, high: 10 }].map(isTooWide), [true, true, false]);
  assert.ok(Math.abs(scales([wide, size(128, 2)], frame).ticks[0] - 2.2) < 1e-9);
});

test('either side names the better engine there: for throughput the larger, otherwise the smaller', () => {
  const of = ['one_copy', 'zero_copy'];
  assert.deepEqual(sides({ of, metric: 'throughput_gbps' }), { above: 'one_copy', below: 'zero_copy' });
  for (const metric of ['cpu_ns_per_byte', 'latency_p99_us', 'cycles_per_byte'])
    assert.deepEqual(sides({ of, metric }), { above: 'zero_copy', below: 'one_copy' });
});

test('verdicts in words', () => {
  assert.equal(verdictText({ verdict: 'better', better: 'one_copy' }), 'one-copy is better');
  assert.equal(verdictText({ verdict: 'no_difference', better: null }), 'no significant difference');
});

test('progress shows the planned runs and the possible ones', () => {
  const progress = { runs_done: 5, runs_total: 10, runs_at_most: 60, runs_failed: 0, eta_s: null };
  assert.equal(progressText({ state: 'completed', progress }), '5 of 10 runs, at most 60');
  const repeats = { configurations: 3, interval_reached: 1, cap_reached: 1, given_up: 0 };
  assert.equal(repeatsText(repeats), 'interval reached in 1 of 3 configurations, 1 at the cap of repetitions');
});

test('the answer uses the page’s names', () => {
  const labels = new Map([['zero_copy', 'requested, copied by the kernel']]);
  const answer = 'one_copy has the better system_cpu_ns_per_byte up to fields of 512 bytes, zero_copy from 1024 bytes on.';
  assert.equal(
    crossoverAnswer({ answer, metric: 'system_cpu_ns_per_byte' }, labels),
    'one-copy has the better machine CPU time per byte up to fields of 512 bytes, ' +
      'zero-copy (requested, copied by the kernel) from 1024 bytes on.',
  );
  assert.match(crossoverAnswer({ answer: 'by cycles_per_byte', metric: 'cycles_per_byte' }), /^by CPU cycles per byte$/);
});
