// Runs -> sentences and the figures behind them. Pure. It never says more than was measured: a mode is called fastest only
// where it is significantly ahead of every other one (ranks.js); where there are too few repetitions for that, it says how
// many it takes.
import { count, listed, bytes, percent } from './format.js';
import { engineLabel } from './look.js';
import { comparePairs } from './ranks.js';
import { cells, dimensions, isFailed, zerocopyLabels } from './series.js';

const nameOf = (engine) => engineLabel(engine);
const capital = (text) => text[0].toUpperCase() + text.slice(1);
// Names as a reader must see them: zero-copy with what it really was.
export const namer = (runs) => {
  const labels = zerocopyLabels(runs);
  return (engine) => engineLabel(engine, labels);
};
const plus = (share) => `+${percent(share)}`;

// Values of two cells by repetition: its runs are interleaved over the modes.
function pairsOf(base, head) {
  const of = new Map(base.points.map(({ repetition, value }) => [repetition, value]));
  return head.points
    .filter(({ repetition }) => of.has(repetition))
    .map(({ repetition, value }) => [of.get(repetition), value]);
}

// One size at one thread count: {kind, winner, second, margin, ranking, contenders, needed, repetitions}. winner: the best
// by median, whether that is sure or not. contenders: it, and those that it is not significantly ahead of.
// kind: none (no value), alone (one mode has values), few (too few repetitions to tell; `needed` at least), close (no
// significant difference), ahead.
function judge(ranking, comparisons) {
  if (ranking.length === 0) return { kind: 'none', ranking };
  const [first, second] = ranking;
  if (ranking.length === 1) return { kind: 'alone', winner: first.engine, ranking };
  const behind = (i) => comparisons[i].higher;
  const others = ranking.slice(1);
  const unsure = comparisons.filter((_, i) => !behind(i));
  const verdict = {
    winner: first.engine,
    second: second.engine,
    margin: first.spread.median / second.spread.median - 1,
    ranking,
    contenders: [first, ...others.filter((_, i) => !behind(i))].map(({ engine }) => engine),
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
  // Every two modes anywhere: the correction is for all of them, as in /comparisons.
  const pairs = rankings.flat().flatMap((ranking) =>
    ranking.flatMap((head, i) => ranking.slice(i + 1).map((base) => ({ head, base, pairs: pairsOf(base, head) }))),
  );
  const comparisons = comparePairs(pairs.map((pair) => pair.pairs));
  const over = (first) => (base) => comparisons[pairs.findIndex((pair) => pair.head === first && pair.base === base)];
  return threads.map((thread, t) => ({
    threads: thread,
    sizes: sizes.map((size, s) => {
      const ranking = rankings[t][s];
      return { message_bytes: size, ...judge(ranking, ranking.slice(1).map(over(ranking[0]))) };
    }),
  }));
}

// Where the lead passes from one engine to another. between: the last size of the one and the first of the other; sizes
// without a clear verdict may lie in between.
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

// In a table's cell: "one-copy, +12 %".
export function verdictText(verdict, name = nameOf) {
  switch (verdict.kind) {
    case 'ahead':
      return `${name(verdict.winner)}, ${plus(verdict.margin)}`;
    case 'few':
      return `too few repetitions: ${verdict.needed} needed`;
    case 'close':
      return verdict.contenders.length < verdict.ranking.length
        ? `${verdict.contenders.map(name).join(' or ')}`
        : 'too close to call';
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

function marginRange(verdicts) {
  const margins = verdicts.map(({ margin }) => margin);
  const low = Math.min(...margins);
  const high = Math.max(...margins);
  return plus(low) === plus(high) ? plus(low) : `${plus(low)} to ${plus(high)}`;
}

// The sentences of one thread count.
export function threadSentences({ threads, sizes }, name = nameOf) {
  const sentences = [];
  const at = `With ${count(threads, 'thread')}`;
  const ahead = sizes.filter(({ kind }) => kind === 'ahead');
  for (const winner of [...new Set(ahead.map((verdict) => verdict.winner))]) {
    const own = ahead.filter((verdict) => verdict.winner === winner);
    sentences.push(`${name(winner)} is fastest at ${sizeRanges(own)}: ${marginRange(own)} over the next.`);
  }
  const few = sizes.filter(({ kind }) => kind === 'few');
  if (few.length) {
    const tops = [...new Set(few.map(({ winner }) => winner))].map((winner) => {
      const own = few.filter((verdict) => verdict.winner === winner);
      return `${name(winner)} at ${sizeRanges(own)}`;
    });
    sentences.push(
      `Too few repetitions to tell at ${sizeRanges(few)}: ${neededOf(few)} are needed, ` +
        `${Math.min(...few.map(({ repetitions }) => repetitions))} there. ` +
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
    for (const [names, verdicts] of groups) {
      sentences.push(`Too close to call at ${sizeRanges(verdicts)}: no significant difference between ${names}.`);
    }
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

// One line for the whole: which mode is ahead most often, or that none is.
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
  const few = compared.filter(({ kind }) => kind === 'few');
  const close = compared.length - few.length - [...wins.values()].reduce((sum, won) => sum + won, 0);
  const unsure = [
    close ? `${close} too close to call` : '',
    few.length ? `${few.length} with too few repetitions to tell (${neededOf(few)} needed)` : '',
  ].filter(Boolean);
  if (few.length === compared.length) {
    return `Too few repetitions to call a winner at any of ${pairs}: ${neededOf(few)} are needed to rule out chance.`;
  }
  if (wins.size === 0) return `No mode is significantly ahead at any of ${pairs}: ${unsure.join('; ')}.`;
  const order = [...wins].sort((a, b) => b[1] - a[1]).map(([engine, won]) => `${name(engine)} at ${won}`);
  return `Highest throughput: ${listed(order)} of ${pairs}${unsure.map((part) => `; ${part}`).join('')}.`;
}

// [{engine, spread, message_bytes, threads} or {engine, spread: null}]: the original's table.
export function peaks(runs) {
  const all = cells(runs, 'throughput_gbps');
  return dimensions(runs).engines.map((engine) => {
    const own = all.filter((cell) => cell.engine === engine && cell.spread);
    const best = own.reduce((top, cell) => (!top || cell.spread.median > top.spread.median ? cell : top), null);
    return best ?? { engine, spread: null };
  });
}

// What zero-copy really did, over its completed runs; null where it was not asked for.
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

// "one-copy; messages of 4 KiB and 32 KiB; 1 and 2 threads"
export function whereOf(runs) {
  const { engines, sizes, threads } = dimensions(runs);
  return `${listed(engines.map(nameOf))}; messages of ${listed(sizes.map(bytes))}; ${listed(threads.map(String))} ${threads.at(-1) === 1 ? 'thread' : 'threads'}`;
}

// What failed: [{reason, count, where}], most frequent first.
export function failures(runs) {
  const found = new Map();
  for (const run of runs.filter(isFailed)) {
    const reason = run.reason ?? run.state.replace('_', ' ');
    if (!found.has(reason)) found.set(reason, []);
    found.get(reason).push(run);
  }
  return [...found]
    .map(([reason, list]) => ({ reason, count: list.length, where: whereOf(list) }))
    .sort((a, b) => b.count - a.count);
}
