// Why figures are missing, from what each run says of itself. Pure.
import { figures } from './figures.js';
import { valueOf } from './series.js';

const lacks = (run, name) => run.state === 'completed' && !Number.isFinite(valueOf(run, name));

// What makes two reasons one: each run has its own times in them, each figure its own event.
const kindOf = (reason) => reason.replace(/(did not ask perf for) .*/, '$1 it').replace(/\d[\d.]*/g, '#');

// Of reasons of one kind the first, told as one of them where they differ.
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

// [{reason, names, runs, all}]: figures and counters that completed runs lack for a reason, together where the same runs lack
// them; all: no completed run has them. That only zero-copy has its own counts is no gap.
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
