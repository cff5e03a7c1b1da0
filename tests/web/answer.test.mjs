import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  headline,
  leadChanges,
  leaders,
  namer,
  peaks,
  threadSentences,
  verdictText,
  zerocopySentence,
} from '../../web/src/answer.js';
import { run, runs } from './runs.mjs';

// Enough repetitions for a verdict, not all equal.
const near = (value) => [0.99, 1, 1.01, 0.995, 1.005, 0.985, 1.008, 0.992].map((factor) => factor * value);
const zigzag = (value) => near(value).reverse();
const verdictOf = (list) => leaders(list)[0].sizes[0];

test('a mode leads if it is significantly ahead of every other one', () => {
  const verdict = verdictOf([
    ...runs('two_copy', 512, near(10)),
    ...runs('one_copy', 512, near(20)),
    ...runs('zero_copy', 512, near(5)),
  ]);
  assert.equal(verdict.kind, 'ahead');
  assert.equal(verdict.winner, 'one_copy');
  assert.equal(verdict.second, 'two_copy');
  assert.match(verdictText(verdict), /^one-copy, \+100 % \(\+\d+ % to \+\d+ %\)$/);
});

test('insignificant leads are too close to call, with the ratio; modes far behind are still named', () => {
  const list = [
    ...runs('two_copy', 512, near(10)),
    ...runs('one_copy', 512, zigzag(10.01)),
    ...runs('zero_copy', 512, near(2)),
  ];
  const verdict = verdictOf(list);
  assert.equal(verdict.kind, 'close');
  assert.deepEqual([...verdict.contenders].sort(), ['one_copy', 'two_copy']);
  assert.equal(verdictText(verdict), 'too close to call: one-copy or two-copy');
  const { sentences } = threadSentences(leaders(list)[0]);
  assert.match(
    sentences[0],
    /^Too close to call at 4 KiB between one-copy and two-copy: one-copy \/ two-copy 1\.00\d \(95 % interval 0\.9\d\d to 1\.0\d\d\)\.$/,
  );
  assert.match(sentences[1], /^Both are 5 times as fast as zero-copy/);
  const all = verdictOf([...runs('two_copy', 512, near(9)), ...runs('one_copy', 512, zigzag(9))]);
  assert.equal(verdictText(all), 'too close to call: one-copy or two-copy');
});

test('modes without common repetitions are not compared, and have no ratio', () => {
  const later = runs('zero_copy', 512, near(9.9)).map((one) => ({ ...one, repetition: one.repetition + 100 }));
  const list = [...runs('two_copy', 512, near(10)), ...runs('one_copy', 512, zigzag(10.01)), ...later];
  const [sentence] = threadSentences(leaders(list)[0]).sentences;
  assert.match(sentence, /between one-copy, two-copy and zero-copy .*: one-copy \/ two-copy 1\.0\d+ \([^;]*\)\.$/);
});

test('several sizes that are too close to call share a sentence, each with its ratio', () => {
  const list = [512, 4096].flatMap((field) => [
    ...runs('two_copy', field, near(10)),
    ...runs('one_copy', field, zigzag(10.01)),
    ...runs('zero_copy', field, near(field === 512 ? 9 : 10).map((value, i) => value * (i % 2 ? 0.995 : 1.005))),
  ]);
  const text = threadSentences(leaders(list)[0]).sentences.join(' ');
  assert.match(text, /Too close to call at 4 KiB between one-copy and two-copy: one-copy \/ two-copy 1\.00\d/);
  assert.doesNotMatch(text, /is fastest/);
});

test('with few repetitions no mode wins, however far ahead; the answer says how many are needed', () => {
  const list = [...runs('two_copy', 512, [10, 11, 12, 13, 14]), ...runs('one_copy', 512, [40, 41, 42, 43, 44])];
  const verdict = verdictOf(list);
  assert.equal(verdict.kind, 'few');
  assert.equal(verdict.needed, 6);
  assert.equal(verdictText(verdict), 'too few repetitions: 6 needed');
  const text = threadSentences(leaders(list)[0]).sentences.join(' ');
  assert.match(text, /Too few repetitions to tell at 4 KiB: 5 are there, and 6 or more are needed to rule out chance\./);
  assert.match(text, /may be chance: one-copy at 4 KiB/);
  assert.match(
    headline(list),
    /Too few repetitions to call a winner at the only comparable combination.*5 are there, and 6 or more .* Repeat with 6 or more repetitions\.$/,
  );
});

test('one mode with too few repetitions leaves the leader without proof', () => {
  const list = [...runs('two_copy', 512, near(10)), ...runs('one_copy', 512, near(20)), ...runs('zero_copy', 512, [1])];
  assert.equal(verdictOf(list).kind, 'few');
  assert.deepEqual(verdictOf(list).contenders, ['one_copy', 'zero_copy']);
});

test('repetitions form the pairs: a drift common to all modes hides nothing', () => {
  const drift = [1, 2, 3, 4, 5, 6, 7, 8];
  const verdict = verdictOf([
    ...runs('two_copy', 512, near(1).map((value, i) => value * drift[i])),
    ...runs('one_copy', 512, zigzag(1.1).map((value, i) => value * drift[i])),
  ]);
  assert.equal(verdict.kind, 'ahead');
  assert.equal(verdict.winner, 'one_copy');
});

test('the lead changes only between sizes with a verdict', () => {
  const list = [512, 1024, 4096].flatMap((field, i) => [
    ...runs('two_copy', field, near([20, 10, 10][i])),
    ...runs('one_copy', field, i === 1 ? zigzag(10.01) : near([10, 0, 20][i])),
  ]);
  const [change, ...others] = leadChanges(leaders(list)[0].sizes);
  assert.equal(others.length, 0);
  assert.deepEqual(change, { from: 'two_copy', to: 'one_copy', between: [4096, 32768] });
  const text = threadSentences(leaders(list)[0]).sentences.join(' ');
  assert.match(text, /Two-copy is fastest at 4 KiB: 2 times as fast as the next/);
  assert.match(text, /The lead passes from two-copy to one-copy between 4 KiB and 32 KiB/);
  assert.match(text, /Too close to call at 8 KiB/);
});

test('a mode without a value is not ranked', () => {
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

test('zero-copy is labelled with what it achieved', () => {
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
  const mixed = [zero(1, 1), ...runs('two_copy', 512, [1])];
  assert.match(
    threadSentences(leaders(mixed)[0], namer(mixed)).sentences.join(' '),
    /zero-copy \(requested, copied by the kernel\) at 4 KiB/i,
  );
});

test('a large lead is given as a factor, and a single combination as such', () => {
  const list = [...runs('two_copy', 512, near(1)), ...runs('one_copy', 512, near(21))];
  assert.match(verdictText(verdictOf(list)), /^one-copy, 21 times \(\d+ times to \d+ times\)$/);
  assert.match(threadSentences(leaders(list)[0]).sentences[0], /^One-copy is fastest at 4 KiB: 21 times as fast as the next\.$/);
  assert.equal(headline(list), 'Highest throughput: one-copy at the only comparable combination of message size and threads.');
});
