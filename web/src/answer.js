// Runs -> sentences and the figures behind them. Pure. It never says more than was measured: "ahead" is claimed only
// where the 95 % intervals of the means do not overlap; one repetition has no interval, and is said to have none.
import { count, listed, bytes, percent } from './format.js';
import { engineLabel } from './look.js';
import { cells, dimensions, isFailed, zerocopyLabels } from './series.js';

const nameOf = (engine) => engineLabel(engine);
const capital = (text) => text[0].toUpperCase() + text.slice(1);
// Names as a reader must see them: zero-copy with what it really was.
export const namer = (runs) => {
  const labels = zerocopyLabels(runs);
  return (engine) => engineLabel(engine, labels);
};
const plus = (share) => `+${percent(share)}`;

// One size at one thread count: {kind, winner, second, margin, ranking}.
// kind: none (no value), alone (one engine has values), single (a repetition each at most: order without an interval),
// close (intervals overlap, or the medians are equal), ahead.
export function compare(group) {
  const ranking = group.filter((cell) => cell.spread).sort((a, b) => b.spread.median - a.spread.median);
  if (ranking.length === 0) return { kind: 'none', ranking };
  if (ranking.length === 1) return { kind: 'alone', winner: ranking[0].engine, ranking };
  const [first, second] = ranking;
  const margin = first.spread.median / second.spread.median - 1;
  const verdict = { winner: first.engine, second: second.engine, margin, ranking };
  // Those whose interval reaches into the first one's: any of them may be the fastest.
  verdict.contenders = ranking
    .filter(
      (cell) =>
        cell === first ||
        cell.spread.median === first.spread.median ||
        (cell.spread.low !== null && cell.spread.high >= first.spread.low),
    )
    .map((cell) => cell.engine);
  if (margin === 0) return { ...verdict, kind: 'close' };
  if (first.spread.low === null || ranking.slice(1).some((cell) => cell.spread.low === null))
    return { ...verdict, kind: 'single' };
  const apart = ranking.slice(1).every((cell) => first.spread.low > cell.spread.high);
  return { ...verdict, kind: apart ? 'ahead' : 'close' };
}

// [{threads, sizes: [{message_bytes, ...compare()}]}], by throughput.
export function leaders(runs) {
  const all = cells(runs, 'throughput_gbps');
  const { sizes, threads } = dimensions(runs);
  return threads.map((thread) => ({
    threads: thread,
    sizes: sizes.map((size) => ({
      message_bytes: size,
      ...compare(all.filter((cell) => cell.threads === thread && cell.message_bytes === size)),
    })),
  }));
}

// Where the lead passes from one engine to another. between: the last size of the one and the first of the other; sizes
// without a clear verdict may lie in between. sure: both sides were ahead by more than their spread.
export function leadChanges(sizes) {
  const changes = [];
  const decided = sizes.filter(({ kind }) => kind === 'ahead' || kind === 'single');
  decided.forEach((verdict, i) => {
    const before = decided[i - 1];
    if (!before || before.winner === verdict.winner) return;
    changes.push({
      from: before.winner,
      to: verdict.winner,
      between: [before.message_bytes, verdict.message_bytes],
      sure: before.kind === 'ahead' && verdict.kind === 'ahead',
    });
  });
  return changes;
}

// In a table's cell: "one-copy, +12 %".
export function verdictText(verdict, name = nameOf) {
  switch (verdict.kind) {
    case 'ahead':
      return `${name(verdict.winner)}, ${plus(verdict.margin)}`;
    case 'single':
      return `${name(verdict.winner)}, ${plus(verdict.margin)} (no interval)`;
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
  for (const kind of ['ahead', 'single']) {
    const winners = [...new Set(sizes.filter((verdict) => verdict.kind === kind).map(({ winner }) => winner))];
    for (const winner of winners) {
      const own = sizes.filter((verdict) => verdict.kind === kind && verdict.winner === winner);
      sentences.push(
        kind === 'ahead'
          ? `${name(winner)} is fastest at ${sizeRanges(own)}: ${marginRange(own)} over the next.`
          : `${name(winner)} was fastest at ${sizeRanges(own)}: ${marginRange(own)} over the next, ` +
              'but a mode has one repetition there: no interval, so chance is not ruled out.',
      );
    }
  }
  const close = sizes.filter(({ kind }) => kind === 'close');
  if (close.length) {
    const groups = new Map();
    for (const verdict of close) {
      const names = listed(verdict.contenders.map(name).sort());
      groups.set(names, [...(groups.get(names) ?? []), verdict]);
    }
    for (const [names, verdicts] of groups) {
      sentences.push(`Too close to call at ${sizeRanges(verdicts)}: the intervals of ${names} overlap.`);
    }
  }
  const alone = sizes.filter(({ kind }) => kind === 'alone');
  if (alone.length)
    sentences.push(`At ${sizeRanges(alone)} only one mode has a value, so there is nothing to compare.`);
  const none = sizes.filter(({ kind }) => kind === 'none');
  if (none.length) sentences.push(`No value at ${sizeRanges(none)}.`);
  for (const change of leadChanges(sizes)) {
    sentences.push(
      `The lead ${change.sure ? 'passes' : 'seems to pass'} from ${name(change.from)} to ${name(change.to)} ` +
        `between ${bytes(change.between[0])} and ${bytes(change.between[1])}.`,
    );
  }
  return { at, sentences: sentences.map(capital) };
}

// One line for the whole: which mode is ahead most often, or that none is.
export function headline(runs) {
  const name = namer(runs);
  const verdicts = leaders(runs).flatMap(({ sizes }) => sizes);
  const compared = verdicts.filter(({ kind }) => ['ahead', 'single', 'close'].includes(kind));
  if (!runs.some((run) => run.state === 'completed')) {
    return runs.some(isFailed) ? 'No run completed, so there is no answer.' : 'Nothing has been measured yet.';
  }
  if (compared.length === 0) return 'Only one mode was measured, so there is nothing to compare it with.';
  const wins = new Map();
  for (const { kind, winner } of compared) {
    if (kind !== 'close') wins.set(winner, (wins.get(winner) ?? 0) + 1);
  }
  const pairs = count(
    compared.length,
    'combination of message size and threads',
    'combinations of message size and threads',
  );
  if (wins.size === 0) return `No mode is ahead beyond its spread at any of ${pairs}.`;
  const order = [...wins].sort((a, b) => b[1] - a[1]).map(([engine, won]) => `${name(engine)} at ${won}`);
  const close = compared.filter(({ kind }) => kind === 'close').length;
  const single = compared.filter(({ kind }) => kind === 'single').length;
  const unsure =
    single === 0
      ? ''
      : ` ${single === compared.length ? 'One repetition' : `At ${single} of them a mode has one repetition`}: no interval, so this may be chance.`;
  return `Highest throughput: ${listed(order)} of ${pairs}${close ? `; ${close} too close to call` : ''}.${unsure}`;
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
