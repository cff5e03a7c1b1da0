import assert from 'node:assert/strict';
import test from 'node:test';
import { isTooWide, scales, sides } from '../../web/src/charts/crossover.js';
import { crossoverAnswer } from '../../web/src/crossover_answer.js';
import { verdictText } from '../../web/src/views/crossover.js';
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

const found = (given) => ({
  state: 'searching',
  of: ['one_copy', 'zero_copy'],
  metric: 'system_cpu_ns_per_byte',
  confidence: 0.95,
  crossings: [],
  path: [],
  without_figure: null,
  answer: 'the API’s own sentence',
  ...given,
});
const crossing = (below, above, low, high) => ({ below, above, size_bytes: (low + high) / 2, interval: { low, high } });
const at = (field_bytes, verdict, better = null) => ({ field_bytes, verdict, better });

test('the answer is told in the names of the page', () => {
  const labels = new Map([['zero_copy', 'requested, copied by the kernel']]);
  const one = found({
    state: 'found',
    crossings: [crossing('one_copy', 'zero_copy', 512, 1024)],
    path: [at(512, 'better', 'one_copy'), at(1024, 'better', 'zero_copy')],
  });
  assert.equal(
    crossoverAnswer(one, labels),
    'one-copy has the better machine CPU time per byte up to fields of 512 bytes, ' +
      'zero-copy (requested, copied by the kernel) from 1024 bytes on, and the change is at about 768 bytes ' +
      '(512 to 1024 bytes with 95 % confidence). A message is 8 fields.',
  );
  const two = { ...one, state: 'several', crossings: [...one.crossings, crossing('zero_copy', 'one_copy', 4096, 8192)] };
  assert.match(
    crossoverAnswer(two),
    /^The better engine changes 2 times: one-copy has .*; zero-copy .* \(95 % confidence for all of it\)/,
  );
});

test('every state has its answer', () => {
  const path = [at(64, 'better', 'one_copy'), at(256, 'better', 'one_copy')];
  const told = (given) => crossoverAnswer(found({ path, ...given }));
  assert.equal(told({ path: [at(64, 'better', 'one_copy'), at(256, 'measuring')] }), 'Searching: 1 of 2 sizes measured so far.');
  assert.match(
    told({ state: 'none' }),
    /^No crossover from fields of 64 to 256 bytes: one-copy has the better .* at all 2 sizes/,
  );
  assert.equal(
    told({ state: 'undecided', path: [...path, at(1024, 'no_difference'), at(4096, 'not_measured')] }),
    'No crossover could be found or ruled out by machine CPU time per byte: one-copy is better at fields of 64, 256 bytes; ' +
      'no significant difference shows at fields of 1024 bytes; the runs failed or lack the figure at fields of 4096 bytes. ' +
      'Longer runs would tell more.',
  );
  assert.match(
    told({ state: 'undecided', metric: 'cycles_per_byte', without_figure: 7 }),
    /^There is no searching by CPU cycles per byte: .* Run 7 says why/,
  );
  assert.equal(told({ state: 'cancelled' }), 'The search was cancelled before it had an answer.');
  assert.equal(told({ state: 'found' }), 'the API’s own sentence');
});
