import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changePoints, costWords, sampledText, sharePercent, shareRows } from '../../web/src/copies.js';

const label = 'requested, copied by the kernel';
const labels = new Map([['zero_copy', label]]);
const part = (share) => ({ share, samples: 100 * share, symbols: [] });
const item = {
  run_id: 4,
  engine: 'zero_copy',
  message_bytes: 65536,
  threads: 1,
  event: 'cpu-clock',
  frequency_hz: 3999,
  scope: 'machine',
  copy_share: {
    busy_samples: 100,
    total: 0.25,
    gather: part(0),
    send: part(0),
    deferred: part(0.17),
    receive: part(0.08),
  },
  reason: null,
};

test('shares are percent, and zero differs from a little', () => {
  assert.deepEqual([0, 0.0004, 0.012, 0.1734, 1].map(sharePercent), ['0 %', '0.04 %', '1.2 %', '17.3 %', '100.0 %']);
  assert.deepEqual([0.021, -0.004, 0.0002, -0.0002].map(changePoints), ['+2.1', '−0.4', '±0.0', '±0.0']);
});

test('the table has each configuration, with its samples', () => {
  const [row] = shareRows({ items: [item] }, [{ run_id: 4 }], labels);
  assert.deepEqual([row.gather, row.deferred, row.receive, row.total, row.other], [0, 0.17, 0.08, 0.25, 0.75]);
  assert.deepEqual([row.busy_samples, row.zerocopy, row.event], [100, label, 'cpu-clock']);
  assert.equal(row.sampled, 'cpu-clock, 3,999 Hz, whole machine');
  assert.equal(sampledText({ ...item, event: 'cycles', scope: 'processes' }), 'cycles, 3,999 Hz, server and client');
});

test('missing shares are null, with the reason', () => {
  const runs = [
    { run_id: 4 },
    { run_id: 5, engine: 'one_copy', message_bytes: 64, threads: 2, state: 'failed', reason: 'a profile needs perf' },
    { run_id: 6, engine: 'one_copy', message_bytes: 64, threads: 4, state: 'cancelled', reason: null },
  ];
  const few = { ...item, copy_share: null, reason: '20 samples are too few' };
  const rows = shareRows({ items: [few] }, runs, labels);
  for (const row of rows)
    for (const key of ['gather', 'send', 'deferred', 'receive', 'total', 'other', 'busy_samples'])
      assert.equal(row[key], null);
  assert.deepEqual(
    rows.map(({ reason }) => reason),
    ['20 samples are too few', 'a profile needs perf', 'the run was cancelled'],
  );
  assert.deepEqual(
    rows.map(({ event }) => event),
    ['cpu-clock', null, null],
  );
});

test('what the copies cost is told in the page’s names, and says what zero-copy was', () => {
  const finding = (given) => ({ busy_samples: 1000, copies: [], without: [], ...given });
  const findings = [
    finding({
      code: 'spends',
      engine: 'one_copy',
      share: 0.463,
      copies: [
        { copy: 'send', share: 0.246 },
        { copy: 'receive', share: 0.217 },
      ],
    }),
    finding({ code: 'spends', engine: 'two_copy', share: 0.001 }),
    finding({ code: 'not_its_own', engine: 'one_copy', share: 0.12, copies: [{ copy: 'deferred', share: 0.12 }] }),
    finding({
      code: 'only_some_do',
      engine: 'one_copy',
      share: 0.246,
      copies: [{ copy: 'send', share: 0.246 }],
      without: ['zero_copy'],
    }),
    finding({
      code: 'only_some_do',
      engine: 'zero_copy',
      share: 0.173,
      copies: [{ copy: 'deferred', share: 0.173 }],
      without: ['two_copy', 'one_copy'],
    }),
  ];
  assert.deepEqual(costWords([{ message_bytes: 65536, threads: 1, findings }], labels)[0].sentences, [
    'one-copy spends 46.3 % of the busy CPU time in copying the payload: 24.6 % in the send copy and 21.7 % in the ' +
      'receive copy (1,000 samples).',
    'two-copy spends no measurable share of the busy CPU time (1,000 samples) in copying the payload.',
    'one-copy has 12.0 % of its samples in a deferred copy, which it cannot have: of other programs’ packets that were handled ' +
      'on its threads.',
    `one-copy spends 24.6 % in the send copy that zero-copy (${label}) does not have.`,
    `zero-copy (${label}) spends 17.3 % in the deferred copy that two-copy and one-copy do not have.`,
  ]);
});
