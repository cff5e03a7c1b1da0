// Converts runs into sentences and the figures behind them. Pure. A mode is called fastest only if it is significantly ahead of
// every other one (ranks.js). With too few repetitions for that, a sentence says how many are needed.
import { count, interval, listed, bytes, percent } from './format.js';
import { engineLabel } from './engine_style.js';
import { comparePairs } from './ranks.js';
import { cells, dimensions, isFailed, zerocopyLabels } from './series.js';

const nameOf = (engine) => engineLabel(engine);
const capital = (text) => text[0].toUpperCase() + text.slice(1);
// The names for readers: zero-copy with a label of what it really did.
export const namer = (runs) => {
  const labels = zerocopyLabels(runs);
  return (engine) => engineLabel(engine, labels);
};
const plus = (share) => `+${percent(share)}`;

// Pairs the values of two cells by repetition, whose runs are interleaved over the modes.
function pairsOf(base, head) {
  const of = new Map(base.points.map(({ repetition, value }) => [repetition, value]));
  return head.points
    .filter(({ repetition }) => of.has(repetition))
    .map(({ repetition, value }) => [of.get(repetition), value]);
}

// The verdict of one size at one thread count: {kind, winner, second, over, ranking, contenders, rivals, far, needed,
// repetitions}. winner: the best by median, significant or not. over: {ratio, low, high} of the winner over the second. rivals:
// [{engine, ratio, low, high}], the modes that the winner is not significantly ahead of, with its ratio over each. contenders:
// the winner and the rivals. far: [{engine, ratios}], the modes that every contender is significantly ahead of, with the ratios.
// kind: none (no value), alone (one mode has values), few (too few repetitions; `needed` at least), close (no significant
// difference), ahead. compare(head, base): compares two cells of the ranking, the higher one first.
function judge(ranking, compare) {
  if (ranking.length === 0) return { kind: 'none', ranking };
  const [first, second] = ranking;
  if (ranking.length === 1) return { kind: 'alone', winner: first.engine, ranking };
  const others = ranking.slice(1);
  const comparisons = others.map((base) => compare(first, base));
  const unsure = comparisons.filter(({ higher }) => !higher);
  const rivals = others.filter((_, i) => !comparisons[i].higher);
  const contenders = [first, ...rivals];
  const verdict = {
    winner: first.engine,
    second: second.engine,
    over: comparisons[0],
    ranking,
    contenders: contenders.map(({ engine }) => engine),
    rivals: rivals.map((base) => ({ ...compare(first, base), engine: base.engine })),
    far: others
      .filter((base) => contenders.every((head) => compare(head, base)?.higher))
      .map((base) => ({ engine: base.engine, ratios: contenders.map((head) => compare(head, base).ratio) })),
    repetitions: Math.min(...comparisons.map(({ n }) => n)),
  };
  if (unsure.length === 0) return { ...verdict, kind: 'ahead' };
  if (unsure.some(({ n, needed }) => n > 0 && needed === null)) return { ...verdict, kind: 'close' };
  return { ...verdict, kind: 'few', needed: Math.max(...unsure.map(({ needed }) => needed ?? 0)) };
}

// [{threads, sizes: [{message_bytes, ...judge()}]}], by throughput.
export function leaders(runs) {
  const all = cells(runs, 'throughput_gbps');
  const { sizes, threads } = dimensions(runs);
  const rankings = threads.map((thread) =>
    sizes.map((size) =>
      all
        .filter((cell) => cell.threads === thread && cell.message_bytes === size && cell.spread)
        .sort((a, b) => b.spread.median - a.spread.median),
    ),
  );
  // All pairs of modes at every size and thread count: the correction is for all of them, as in /comparisons.
  const pairs = rankings.flat().flatMap((ranking) =>
    ranking.flatMap((head, i) => ranking.slice(i + 1).map((base) => ({ head, base, pairs: pairsOf(base, head) }))),
  );
  const comparisons = comparePairs(pairs.map((pair) => pair.pairs));
  const compare = (head, base) => comparisons[pairs.findIndex((pair) => pair.head === head && pair.base === base)];
  return threads.map((thread, t) => ({
    threads: thread,
    sizes: sizes.map((size, s) => ({ message_bytes: size, ...judge(rankings[t][s], compare) })),
  }));
}

// The points where the lead passes from one engine to another. between: the last size of the one and the first of the other;
// sizes without a clear verdict may lie in between.
export function leadChanges(sizes) {
  const changes = [];
  const decided = sizes.filter(({ kind }) => kind === 'ahead');
  decided.forEach((verdict, i) => {
    const before = decided[i - 1];
    if (!before || before.winner === verdict.winner) return;
    changes.push({
      from: before.winner,
      to: verdict.winner,
      between: [before.message_bytes, verdict.message_bytes],
    });
  });
  return changes;
}

const ratioText = (value) => value.toLocaleString('en', { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const times = (ratio) => ratio.toLocaleString('en', { maximumSignificantDigits: 2 });
function signed(ratio) {
  if (ratio >= 10) return `${times(ratio)} times`;
  return ratio < 1 ? `−${percent(1 - ratio)}` : plus(ratio - 1);
}

// In a table's cell: "one-copy, +12 % (+10 % to +14 %)", "too close to call: one-copy or two-copy".
export function verdictText(verdict, name = nameOf) {
  switch (verdict.kind) {
    case 'ahead':
      return `${name(verdict.winner)}, ${signed(verdict.over.ratio)} (${interval(verdict.over, signed)})`;
    case 'few':
      return `too few repetitions: ${verdict.needed} needed`;
    case 'close':
      return `too close to call: ${verdict.contenders.map(name).sort().join(' or ')}`;
    case 'alone':
      return `only ${name(verdict.winner)} has a value`;
    default:
      return 'not measured';
  }
}

function sizeRanges(verdicts) {
  return listed(verdicts.map(({ message_bytes: size }) => bytes(size)));
}

const neededOf = (verdicts) => Math.max(...verdicts.map(({ needed }) => needed));

// "5 are there, and 6 or more are needed to rule out chance"
function lackingText(verdicts) {
  const there = Math.min(...verdicts.map(({ repetitions }) => repetitions));
  return `${there} ${there === 1 ? 'is' : 'are'} there, and ${neededOf(verdicts)} or more are needed to rule out chance`;
}

const fromTo = (values, text) => {
  const [low, high] = [Math.min(...values), Math.max(...values)].map(text);
  return low === high ? low : `${low} to ${high}`;
};

// "+10 % to +14 %", or "6.9 to 7.2 times" for a large lead.
const aheadText = (ratios) =>
  Math.max(...ratios) < 2
    ? fromTo(ratios, signed)
    : `${fromTo(ratios, times)} times`;

// Sentences on modes that are too close to call: their ratios, and the modes that all of them are ahead of.
function closeSentences(verdicts, name) {
  const names = verdicts[0].contenders.map(name).sort();
  const pairs = verdicts.flatMap((verdict) =>
    verdict.rivals
      .filter(({ ratio }) => ratio !== null) // no repetition in which both were measured
      .map((rival) => ({
        pair: `${name(verdict.winner)} / ${name(rival.engine)}`,
        rival,
        at: verdicts.length > 1 ? ` at ${bytes(verdict.message_bytes)}` : '',
      })),
  );
  const told = pairs.map(({ pair, rival, at }, i) => {
    const span = rival.low === null ? '' : ` (${i ? '' : '95 % interval '}${interval(rival, ratioText)})`;
    return `${pair} ${ratioText(rival.ratio)}${span}${at}`;
  });
  const engines = [...new Set(verdicts.flatMap(({ far }) => far.map(({ engine }) => engine)))];
  const far = engines.map((engine) => {
    const own = verdicts.filter((verdict) => verdict.far.some((one) => one.engine === engine));
    const where = own.length < verdicts.length ? ` at ${sizeRanges(own)}` : '';
    const all = own.flatMap((verdict) => verdict.far.find((one) => one.engine === engine).ratios);
    const by = aheadText(all);
    return by.endsWith('times') ? `${by} as fast as ${name(engine)}${where}` : `ahead of ${name(engine)} by ${by}${where}`;
  });
  return [
    `Too close to call at ${sizeRanges(verdicts)} between ${listed(names)}: ${told.join('; ')}.`,
    ...(far.length ? [`${names.length === 2 ? 'Both' : 'All of them'} are ${listed(far)}.`] : []),
  ];
}

// The sentences of one thread count.
export function threadSentences({ threads, sizes }, name = nameOf) {
  const sentences = [];
  const at = `With ${count(threads, 'thread')}`;
  const ahead = sizes.filter(({ kind }) => kind === 'ahead');
  for (const winner of [...new Set(ahead.map((verdict) => verdict.winner))]) {
    const own = ahead.filter((verdict) => verdict.winner === winner);
    const by = aheadText(own.map(({ over }) => over.ratio));
    sentences.push(`${name(winner)} is fastest at ${sizeRanges(own)}: ${by} ${by.endsWith('times') ? 'as fast as' : 'over'} the next.`);
  }
  const few = sizes.filter(({ kind }) => kind === 'few');
  if (few.length) {
    const tops = [...new Set(few.map(({ winner }) => winner))].map((winner) => {
      const own = few.filter((verdict) => verdict.winner === winner);
      return `${name(winner)} at ${sizeRanges(own)}`;
    });
    sentences.push(
      `Too few repetitions to tell at ${sizeRanges(few)}: ${lackingText(few)}. ` +
        `The highest medians, which may be chance: ${listed(tops)}.`,
    );
  }
  const close = sizes.filter(({ kind }) => kind === 'close');
  if (close.length) {
    const groups = new Map();
    for (const verdict of close) {
      const names = listed(verdict.contenders.map(name).sort());
      groups.set(names, [...(groups.get(names) ?? []), verdict]);
    }
    for (const verdicts of groups.values()) sentences.push(...closeSentences(verdicts, name));
  }
  const alone = sizes.filter(({ kind }) => kind === 'alone');
  if (alone.length)
    sentences.push(`At ${sizeRanges(alone)} only one mode has a value, so there is nothing to compare.`);
  const none = sizes.filter(({ kind }) => kind === 'none');
  if (none.length) sentences.push(`No value at ${sizeRanges(none)}.`);
  for (const change of leadChanges(sizes)) {
    sentences.push(
      `The lead passes from ${name(change.from)} to ${name(change.to)} ` +
        `between ${bytes(change.between[0])} and ${bytes(change.between[1])}.`,
    );
  }
  return { at, sentences: sentences.map(capital) };
}

// The headline of all: which mode is ahead most often, or that none is.
export function headline(runs) {
  const name = namer(runs);
  const verdicts = leaders(runs).flatMap(({ sizes }) => sizes);
  const compared = verdicts.filter(({ kind }) => ['ahead', 'few', 'close'].includes(kind));
  if (!runs.some((run) => run.state === 'completed')) {
    return runs.some(isFailed) ? 'No run completed, so there is no answer.' : 'Nothing has been measured yet.';
  }
  if (compared.length === 0) return 'Only one mode was measured, so there is nothing to compare it with.';
  const wins = new Map();
  for (const { kind, winner } of compared) {
    if (kind === 'ahead') wins.set(winner, (wins.get(winner) ?? 0) + 1);
  }
  const pairs = count(
    compared.length,
    'combination of message size and threads',
    'combinations of message size and threads',
  );
  const only = 'at the only comparable combination of message size and threads';
  const any = compared.length === 1 ? only : `at any of ${pairs}`;
  const few = compared.filter(({ kind }) => kind === 'few');
  const close = compared.length - few.length - [...wins.values()].reduce((sum, won) => sum + won, 0);
  const unsure = [
    close ? `${close} too close to call` : '',
    few.length ? `${few.length} with too few repetitions to tell: repeat with ${neededOf(few)} or more` : '',
  ].filter(Boolean);
  if (few.length === compared.length) {
    return (
      `Too few repetitions to call a winner ${any}: ${lackingText(few)}. ` +
      `Repeat with ${neededOf(few)} or more repetitions.`
    );
  }
  if (wins.size === 0) return `No mode is significantly ahead ${any}: ${unsure.join('; ')}.`;
  if (compared.length === 1) return `Highest throughput: ${name(compared[0].winner)} ${only}.`;
  const order = [...wins].sort((a, b) => b[1] - a[1]).map(([engine, won]) => `${name(engine)} at ${won}`);
  return `Highest throughput: ${listed(order)} of ${pairs}${unsure.map((part) => `; ${part}`).join('')}.`;
}

// The peak of each engine, as in the original's table: [{engine, spread, message_bytes, threads} or {engine, spread: null}].
export function peaks(runs) {
  const all = cells(runs, 'throughput_gbps');
  return dimensions(runs).engines.map((engine) => {
    const own = all.filter((cell) => cell.engine === engine && cell.spread);
    const best = own.reduce((top, cell) => (!top || cell.spread.median > top.spread.median ? cell : top), null);
    return best ?? { engine, spread: null };
  });
}

// What zero-copy really did in its completed runs; null if there are none.
export function zerocopySentence(runs) {
  const own = runs.filter((run) => run.engine === 'zero_copy' && run.state === 'completed');
  if (own.length === 0) return null;
  const sum = (name) => own.reduce((total, run) => total + (run[name] ?? 0), 0);
  const completions = sum('zerocopy_completions');
  const copied = sum('zerocopy_copied');
  const refused = sum('zerocopy_enobufs');
  const memory = refused
    ? ` The kernel refused ${count(refused, 'send')} for want of memory (ENOBUFS); they were made again.`
    : '';
  if (completions === 0)
    return `Zero-copy was requested; the kernel reported no completion, so what it did is not known.${memory}`;
  const share = percent(Math.min(copied / completions, 1));
  if (copied >= completions) {
    return (
      `Zero-copy was requested, copied by the kernel: ${share} of ${count(completions, 'completion')} were copies after all, ` +
      `so it saved no copy here. On loopback and veth that is always so.${memory}`
    );
  }
  if (copied > 0) {
    return (
      `Zero-copy was partly copied: about ${share} of ${count(completions, 'completion')} were copies after all ` +
      `(approximate, as merged notifications carry the first one’s mark).${memory}`
    );
  }
  return `Zero-copy was achieved: none of ${count(completions, 'completion')} says that the kernel copied.${memory}`;
}
