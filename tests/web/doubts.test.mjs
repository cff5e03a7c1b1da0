import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doubts, doubtsOf, flagsOf, wordsFor } from '../../web/src/doubts.js';
import { cells } from '../../web/src/series.js';
import { run } from './runs.mjs';

const flag = (kind, detail = 'A sentence.') => ({ kind, detail });

test('doubts are listed by kind, the most frequent first, each with its runs and an example', () => {
  const runs = [
    run({ flags: [flag('drift', 'By 7 %.'), flag('steal')] }),
    run({ flags: [] }),
    run({ flags: [flag('drift', 'By 9 %.')] }),
  ];
  const [drift, steal] = doubts(runs);
  assert.equal(drift.kind, 'drift');
  assert.deepEqual(drift.runs, [runs[0], runs[2]]);
  assert.equal(drift.example, 'By 7 %.');
  assert.equal(steal.runs.length, 1);
});

test('runs of an older daemon have no flags, and a kind unknown to this page is shown by its name', () => {
  assert.deepEqual(flagsOf(run()), []);
  assert.deepEqual(doubts([run()]), []);
  assert.equal(wordsFor('solar_wind'), 'solar wind');
});

test('a chart knows its doubtful points', () => {
  const [cell] = cells([run({ flags: [flag('step')] }), run({ repetition: 2 })], 'throughput_gbps');
  assert.deepEqual(
    cell.points.map(({ flags }) => flags.length),
    [1, 0],
  );
});

test('single runs are named with their doubts', () => {
  const runs = [run({ run_id: 7, flags: [flag('step', 'It fell.'), flag('steal', 'Time was taken.')] }), run({ flags: [] })];
  assert.equal(doubtsOf(runs, () => 'one-copy'), 'Run 7, one-copy, is doubtful: It fell. Time was taken.');
  assert.equal(doubtsOf([runs[1]], () => 'one-copy'), '');
});
