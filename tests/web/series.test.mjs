import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cells, dimensions, distribution, representative, steadiness, zerocopyLabels } from '../../web/src/series.js';
import { run } from './runs.mjs';

test('dimensions have engines in their fixed order and numbers ascending', () => {
  const runs = [run({ engine: 'zero_copy', threads: 8 }), run({ engine: 'two_copy', threads: 1, field_bytes: 4096 })];
  assert.deepEqual(dimensions(runs), { engines: ['two_copy', 'zero_copy'], sizes: [4096, 32768], threads: [1, 8] });
});

test('a cell distinguishes values, failures and missing values', () => {
  const runs = [
    run({ throughput_gbps: 3 }),
    run({ throughput_gbps: 1 }),
    run({ throughput_gbps: 2 }),
    run({ throughput_gbps: null }),
    run({ state: 'failed', throughput_gbps: null, reason: 'broke' }),
    run({ state: 'timed_out', throughput_gbps: null }),
    run({ state: 'interrupted', throughput_gbps: null }),
    run({ state: 'cancelled', throughput_gbps: null }),
    run({ state: 'queued', throughput_gbps: null }),
  ];
  const [cell, ...others] = cells(runs, 'throughput_gbps');
  assert.equal(others.length, 0);
  assert.equal(cell.points.length, 3);
  assert.equal(cell.failed.length, 2);
  assert.equal(cell.cancelled.length, 1);
  assert.equal(cell.missing.length, 1);
  assert.equal(cell.spread.median, 2);
  assert.deepEqual([cell.spread.min, cell.spread.max], [1, 3]);
});

test('a missing value never becomes a false zero, and a true zero stays', () => {
  assert.equal(cells([run({ retransmits: 0 })], 'retransmits')[0].points.length, 1);
  assert.equal(cells([run({ retransmits: null })], 'retransmits')[0].spread, null);
});

test('the representative run is the median one, or the chosen repetition', () => {
  const runs = [5, 1, 3, 4].map((value, i) => run({ throughput_gbps: value, repetition: i + 1, run_id: i + 1 }));
  assert.equal(representative(runs, 'two_copy', 4096, 1, 'median').throughput_gbps, 3);
  assert.equal(representative(runs, 'two_copy', 4096, 1, 2).run_id, 2);
  assert.equal(representative(runs, 'two_copy', 4096, 1, 9), null);
  assert.equal(representative(runs, 'one_copy', 4096, 1, 'median'), null);
  assert.equal(representative([run({ state: 'failed' })], 'two_copy', 4096, 1, 1), null);
});

test('the label of several zero-copy runs claims only what holds for all', () => {
  const labelled = (zerocopy) => run({ engine: 'zero_copy', zerocopy });
  assert.equal(zerocopyLabels([labelled('achieved'), labelled('achieved')]).get('zero_copy'), 'achieved');
  assert.equal(
    zerocopyLabels([labelled('achieved'), labelled('requested, copied by the kernel')]).get('zero_copy'),
    'partly copied',
  );
  assert.equal(zerocopyLabels([run()]).size, 0);
});

test('cumulative samples become throughput at the middle of each interval', () => {
  const points = steadiness({ every_ms: 100, bytes: [12_500_000, 37_500_000] });
  assert.deepEqual(
    points.map(({ gbps }) => gbps),
    [1, 2],
  );
  assert.deepEqual(
    points.map(({ seconds }) => seconds.toFixed(3)),
    ['0.050', '0.150'],
  );
  assert.deepEqual(steadiness({ every_ms: 100, bytes: [] }), []);
  assert.deepEqual(steadiness(null), []);
  assert.deepEqual(steadiness({ every_ms: null, bytes: null }), []);
});

test('an hour of samples draws as hundreds of points with the same mean', () => {
  const bytes = Array.from({ length: 36_000 }, (_, i) => (i + 1) * 1000);
  const points = steadiness({ every_ms: 100, bytes });
  assert.ok(points.length <= 600 && points.length > 500);
  assert.ok(points.every(({ gbps }) => Math.abs(gbps - 0.00008) < 1e-9));
});

test('a histogram becomes shares that rise to just below all', () => {
  assert.deepEqual(
    distribution([
      [2000, 1],
      [1000, 1],
    ]),
    [
      { share: 0.5, us: 1 },
      { share: 0.75, us: 2 },
    ],
  );
  const long = distribution(Array.from({ length: 5000 }, (_, i) => [1000 + i, 10]));
  assert.ok(long.length < 600);
  assert.equal(long[0].us, 1);
  assert.equal(long.at(-1).us, 5.999);
  assert.ok(long.every((point, i) => i === 0 || point.share > long[i - 1].share));
  assert.deepEqual(distribution([]), []);
  assert.deepEqual(distribution(undefined), []);
  assert.deepEqual(distribution([[1000, 0]]), []);
});
