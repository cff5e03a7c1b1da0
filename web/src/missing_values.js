// Why figures are missing, and which runs were not measured, from the data of each run. Pure.
import { figures } from './figures.js';
import { bytes, count, listed } from './format.js';
import { engineLabel } from './engine_style.js';
import { dimensions, isFailed, valueOf } from './series.js';

const lacks = (run, name) => run.state === 'completed' && !Number.isFinite(valueOf(run, name));

const lackOf = (run, name) => ({
  run,
  name,
  reason: run.missing?.[name] ?? 'no reason is known',
  code: run.missing_codes?.[name]?.code ?? null,
});

// The code alone is the same for every event, so these have a sentence that names none.
const general = { not_requested: 'the experiment did not ask perf for it' };
const byReason = new Set([null, 'not_counted', 'not_completed']);
const mostReasons = 3;

// One text for reasons of one kind.
function told(lacks) {
  const [{ reason, code }] = lacks;
  if (lacks.every((one) => one.reason === reason)) return reason;
  return general[code] ?? `for example, ${reason}`;
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

// Reasons of one code are of one kind, unless the code leaves the rest to the words, and these are few. Older runs have times in
// their words, where newer ones have a code.
const kinds = (lacks) =>
  grouped(lacks, ({ code }) => code).flatMap((own) => {
    if (!byReason.has(own[0].code)) return [own];
    const apart = grouped(own, ({ reason }) => reason);
    return apart.length > mostReasons ? [own] : apart;
  });

// Why these runs have no value: [texts].
export const reasonsFor = (runs, name) =>
  kinds(runs.filter((run) => lacks(run, name)).map((run) => lackOf(run, name))).map(told);

// [{reason, names, runs, all}]: figures and counters that completed runs lack, grouped by reason and by the runs that lack them.
// all: no completed run has them. The zero-copy counts, which other engines do not have, are no gap there.
export function gaps(runs) {
  const completed = runs.filter((run) => run.state === 'completed');
  const lacking = completed.flatMap((run) =>
    Object.keys(run.missing ?? {})
      .map((name) => lackOf(run, name))
      .filter(({ code }) => code !== 'other_engine'),
  );
  const rank = ([{ name }]) => figures.findIndex((entry) => entry.name === name);
  const byFigure = grouped(lacking, ({ name }) => name)
    .flatMap(kinds)
    .sort((a, b) => rank(a) - rank(b));
  const kindOf = ([first, ...others]) =>
    byReason.has(first.code) && others.every(({ reason }) => reason === first.reason) ? first.reason : first.code;
  const together = grouped(byFigure, (own) => JSON.stringify([own[0].code, kindOf(own), own.map(({ run }) => run.run_id)]));
  return together.map((group) => ({
    reason: told(group.flat()),
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
