// Why figures are missing, and which runs were not measured, from the data of each run. Pure.
import { figures } from './figures.js';
import { bytes, count, listed } from './format.js';
import { engineLabel } from './engine_style.js';
import { dimensions, isFailed, valueOf } from './series.js';

const lacks = (run, name) => run.state === 'completed' && !Number.isFinite(valueOf(run, name));

// A key that is equal for reasons of one kind: it leaves out each run's own times and each figure's own event.
const kindOf = (reason) => reason.replace(/(did not ask perf for) .*/, '$1 it').replace(/\d[\d.]*/g, '#');

// One text for reasons of one kind: the first if they are equal, else an example or their common part.
function told(reasons) {
  const [first] = reasons;
  if (reasons.every((reason) => reason === first)) return first;
  return kindOf(first).includes('#') ? `for example, ${first}` : kindOf(first);
}

const grouped = (items, keyOf) => {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return [...groups.values()];
};

// Why these runs have no value: [texts].
export function reasonsFor(runs, name) {
  const reasons = runs.filter((run) => lacks(run, name)).map((run) => run.missing?.[name] ?? 'no reason is known');
  return grouped(reasons, kindOf).map(told);
}

// [{reason, names, runs, all}]: figures and counters that completed runs lack, grouped by reason and by the runs that lack them.
// all: no completed run has them. The zero-copy counts, which other engines do not have, are no gap there.
export function gaps(runs) {
  const completed = runs.filter((run) => run.state === 'completed');
  const lacking = completed.flatMap((run) =>
    Object.entries(run.missing ?? {})
      .filter(([name]) => !name.startsWith('zerocopy_') || run.engine === 'zero_copy')
      .map(([name, reason]) => ({ run, name, reason })),
  );
  const rank = ([{ name }]) => figures.findIndex((entry) => entry.name === name);
  const byFigure = grouped(lacking, ({ name, reason }) => `${name} ${kindOf(reason)}`).sort(
    (a, b) => rank(a) - rank(b),
  );
  const together = grouped(byFigure, (own) => `${kindOf(own[0].reason)} ${own.map(({ run }) => run.run_id)}`);
  return together.map((group) => ({
    reason: told(group.flat().map(({ reason }) => reason)),
    names: group.map(([{ name }]) => name),
    runs: group[0].map(({ run }) => run),
    all: group[0].length === completed.length,
  }));
}

// "one-copy; messages of 4 KiB and 32 KiB; 1 and 2 threads"
export function whereOf(runs) {
  const { engines, sizes, threads } = dimensions(runs);
  return `${listed(engines.map((engine) => engineLabel(engine)))}; messages of ${listed(sizes.map(bytes))}; ${listed(threads.map(String))} ${threads.at(-1) === 1 ? 'thread' : 'threads'}`;
}

// The failed runs: [{reason, count, where}], most frequent first.
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

// "17 of 20 runs were cancelled, and not measured (…)."; null if none was.
export function cancelledText(runs) {
  const own = runs.filter(({ state }) => state === 'cancelled');
  if (own.length === 0) return null;
  const were = own.length === 1 ? 'was' : 'were';
  return `${own.length.toLocaleString('en')} of ${count(runs.length, 'run')} ${were} cancelled, and not measured (${whereOf(own)}).`;
}
