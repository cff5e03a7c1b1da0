import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  failures,
  headline,
  leadChanges,
  leaders,
  peaks,
  threadSentences,
  verdictText,
  zerocopySentence,
} from '../../web/src/answer.js';
import { run, runs } from './runs.mjs';

const near = (value) => [value * 0.99, value, value * 1.01];
const verdictOf = (list) => leaders(list)[0].sizes[0];

test('a mode is ahead where its interval lies above all others', () => {
  const verdict = verdictOf([
    ...runs('two_copy', 512, near(10)),
    ...runs('one_copy', 512, near(20)),
    ...runs('zero_copy', 512, near(5)),
  ]);
  assert.equal(verdict.kind, 'ahead');
  assert.equal(verdict.winner, 'one_copy');
  assert.equal(verdict.second, 'two_copy');
  assert.equal(verdictText(verdict), 'one-copy, +100 %');
});

test('overlapping intervals are too close to call, and name who may be fastest', () => {
  const verdict = verdictOf([
    ...runs('two_copy', 512, [9, 10, 11]),
    ...runs('one_copy', 512, [9.5, 10.5, 11.5]),
    ...runs('zero_copy', 512, near(2)),
  ]);
  assert.equal(verdict.kind, 'close');
  assert.deepEqual([...verdict.contenders].sort(), ['one_copy', 'two_copy']);
  assert.equal(verdictText(verdict), 'one-copy or two-copy');
  const all = verdictOf([...runs('two_copy', 512, [9, 11]), ...runs('one_copy', 512, [9, 11])]);
  assert.equal(verdictText(all), 'too close to call');
});

test('one repetition gives an order but no interval, and says so', () => {
  const list = [...runs('two_copy', 512, [10]), ...runs('one_copy', 512, [40])];
  assert.equal(verdictOf(list).kind, 'single');
  assert.match(verdictText(verdictOf(list)), /no interval/);
  assert.match(threadSentences(leaders(list)[0]).sentences.join(' '), /no interval/);
  assert.match(headline(list), /One repetition: no interval/);
});

test('one repetition of a mode far behind still leaves the first without proof', () => {
  const list = [...runs('two_copy', 512, near(10)), ...runs('one_copy', 512, near(20)), ...runs('zero_copy', 512, [1])];
  assert.equal(verdictOf(list).kind, 'single');
});

test('the lead changes only between sizes with a verdict', () => {
  const list = [512, 1024, 4096].flatMap((field, i) => [
    ...runs('two_copy', field, i === 1 ? [9, 11] : near([20, 0, 10][i])),
    ...runs('one_copy', field, i === 1 ? [9.1, 11.1] : near([10, 0, 20][i])),
  ]);
  const [change, ...others] = leadChanges(leaders(list)[0].sizes);
  assert.equal(others.length, 0);
  assert.deepEqual(change, { from: 'two_copy', to: 'one_copy', between: [4096, 32768], sure: true });
  const text = threadSentences(leaders(list)[0]).sentences.join(' ');
  assert.match(text, /Two-copy is fastest at 4 KiB: \+100 % over the next/);
  assert.match(text, /The lead passes from two-copy to one-copy between 4 KiB and 32 KiB/);
  assert.match(text, /Too close to call at 8 KiB/);
});

test('a single measurement only seems to change the lead', () => {
  const list = [
    ...runs('two_copy', 512, [2]),
    ...runs('one_copy', 512, [1]),
    ...runs('two_copy', 1024, [1]),
    ...runs('one_copy', 1024, [2]),
  ];
  assert.equal(leadChanges(leaders(list)[0].sizes)[0].sure, false);
  assert.match(threadSentences(leaders(list)[0]).sentences.join(' '), /seems to pass/);
});

test('what has no value is not ranked', () => {
  const list = [...runs('two_copy', 512, [10]), run({ engine: 'one_copy', state: 'failed', throughput_gbps: null })];
  assert.equal(verdictOf(list).kind, 'alone');
  assert.equal(verdictOf([run({ state: 'failed', throughput_gbps: null })]).kind, 'none');
});

test('headlines of experiments without an answer', () => {
  assert.equal(headline([]), 'Nothing has been measured yet.');
  assert.equal(headline([run({ state: 'failed' })]), 'No run completed, so there is no answer.');
  assert.match(headline(runs('two_copy', 512, [1, 2])), /Only one mode/);
});

test('the peak is that of the best median, with its configuration', () => {
  const list = [
    ...runs('two_copy', 512, [10, 11, 30]),
    ...runs('two_copy', 4096, [20, 20, 20]),
    run({ engine: 'one_copy', state: 'failed', throughput_gbps: null }),
  ];
  const [two, one] = peaks(list);
  assert.deepEqual([two.message_bytes, two.spread.median], [32768, 20]);
  assert.equal(one.spread, null);
});

test('zero-copy is told as what it was', () => {
  const zero = (zerocopy_completions, zerocopy_copied, zerocopy_enobufs = 0) =>
    run({
      engine: 'zero_copy',
      zerocopy_completions,
      zerocopy_copied,
      zerocopy_enobufs,
      zerocopy: 'requested, copied by the kernel',
    });
  assert.equal(zerocopySentence(runs('two_copy', 512, [1])), null);
  assert.match(zerocopySentence([zero(100, 100)]), /requested, copied by the kernel: 100 % of 100 completions/);
  assert.match(zerocopySentence([zero(100, 25)]), /partly copied: about 25 % .*approximate/);
  assert.match(zerocopySentence([zero(100, 0)]), /achieved: none of 100/);
  assert.match(zerocopySentence([zero(0, 0)]), /no completion, so what it did is not known/);
  assert.match(zerocopySentence([zero(100, 100, 3)]), /refused 3 sends/);
  assert.match(
    headline([zero(1, 1), ...runs('two_copy', 512, [1])]),
    /zero-copy \(requested, copied by the kernel\) at 1/,
  );
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
