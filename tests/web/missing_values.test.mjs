import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelledText, failures, gaps, reasonsFor } from '../../web/src/missing_values.js';
import { run } from './runs.mjs';

test('reasons come from the runs that lack the value, and from no others', () => {
  const runs = [
    run({ retransmits: null, missing: { retransmits: 'no TCP_INFO' } }),
    run({ retransmits: 0, missing: { bytes: 'another thing' } }),
    run({ state: 'failed', retransmits: null, missing: { retransmits: 'the run failed' } }),
  ];
  assert.deepEqual(reasonsFor(runs, 'retransmits'), ['no TCP_INFO']);
  assert.deepEqual(reasonsFor([run({ counters: { 'l2-misses': null }, missing: { 'l2-misses': 'x' } })], 'l2-misses'), [
    'x',
  ]);
  assert.deepEqual(reasonsFor([run({ retransmits: null })], 'retransmits'), ['no reason is known']);
});

test('reasons of one code are told once', () => {
  const late = (seconds, more) =>
    run({ page_faults: null, missing: { page_faults: `counted for ${seconds} s` }, ...more });
  const code = { missing_codes: { page_faults: { code: 'other_interval', event: 'page-faults' } } };
  assert.deepEqual(reasonsFor([late(0.31, code), late(0.32, code)], 'page_faults'), ['for example, counted for 0.31 s']);
  assert.deepEqual(reasonsFor([late(0.31, code), late(0.31, code)], 'page_faults'), ['counted for 0.31 s']);
});

test('reasons that only perf’s words tell apart are told each, unless they are many', () => {
  const own = (...reasons) =>
    reasons.map((reason) =>
      run({
        page_faults: null,
        missing: { page_faults: reason },
        missing_codes: { page_faults: { code: 'not_counted', event: 'page-faults' } },
      }),
    );
  assert.deepEqual(reasonsFor(own('not supported', 'not counted'), 'page_faults'), ['not supported', 'not counted']);
  const times = own('for 0.1 s', 'for 0.2 s', 'for 0.3 s', 'for 0.4 s');
  assert.deepEqual(reasonsFor(times, 'page_faults'), ['for example, for 0.1 s']);
  assert.deepEqual(
    gaps(times).map(({ reason, all }) => [reason, all]),
    [['for example, for 0.1 s', true]],
  );
});

test('gaps join figures that the same runs lack for the same reason, and tell which runs', () => {
  const none = {
    missing: { cpu_cycles: 'not supported', cycles_per_byte: 'not supported' },
    missing_codes: { cpu_cycles: { code: 'not_counted' }, cycles_per_byte: { code: 'not_counted' } },
  };
  const runs = [
    run({
      missing: { ...none.missing, page_faults: 'too short: 0.1 s' },
      missing_codes: { ...none.missing_codes, page_faults: { code: 'other_interval' } },
    }),
    run({ ...none, engine: 'one_copy' }),
    run({
      missing: { zerocopy_sends: 'zero_copy alone has it', ...none.missing },
      missing_codes: { zerocopy_sends: { code: 'other_engine' }, ...none.missing_codes },
    }),
    run({ state: 'failed', missing: { bytes: 'the run failed' }, missing_codes: { bytes: { code: 'not_completed' } } }),
  ];
  assert.deepEqual(
    gaps(runs).map(({ reason, names, runs: own, all }) => [reason, names, own.length, all]),
    [
      ['not supported', ['cpu_cycles', 'cycles_per_byte'], 3, true],
      ['too short: 0.1 s', ['page_faults'], 1, false],
    ],
  );
});

test('events that nobody requested are one gap', () => {
  const [gap, ...others] = gaps([
    run({
      missing: {
        instructions: 'the experiment did not ask perf for instructions',
        page_faults: 'the experiment did not ask perf for page-faults',
      },
      missing_codes: {
        instructions: { code: 'not_requested', event: 'instructions' },
        page_faults: { code: 'not_requested', event: 'page-faults' },
      },
    }),
  ]);
  assert.equal(others.length, 0);
  assert.equal(gap.reason, 'the experiment did not ask perf for it');
  assert.deepEqual(gap.names, ['instructions', 'page_faults']);
});

test('failures are grouped by their reason', () => {
  const failed = (reason, engine) => run({ state: 'failed', reason, engine });
  const list = failures([failed('a', 'two_copy'), failed('b', 'one_copy'), failed('b', 'two_copy'), run()]);
  assert.deepEqual(
    list.map(({ reason, count }) => [reason, count]),
    [
      ['b', 2],
      ['a', 1],
    ],
  );
  assert.match(list[0].where, /two-copy and one-copy; messages of 4 KiB; 1 thread$/);
});

test('cancelled runs are shown as not measured', () => {
  assert.equal(cancelledText([run()]), null);
  assert.equal(
    cancelledText([run(), run({ state: 'cancelled' }), run({ state: 'cancelled', threads: 2 })]),
    '2 of 3 runs were cancelled, and not measured (two-copy; messages of 4 KiB; 1 and 2 threads).',
  );
});
