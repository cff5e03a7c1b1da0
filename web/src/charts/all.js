// The charts of an experiment, from the shown runs. Pure: a drawing depends only on runs, evidence and state.
import { bytes, count } from '../format.js';
import { eventChoices, figure } from '../figures.js';
import { defaults } from '../permalink.js';
import { engineLabel } from '../engine_style.js';
import { reasonsFor } from '../missing_values.js';
import { dimensions, distinct, isFailed, zerocopyLabels } from '../series.js';
import { againstSize, latencyAgainstThreads } from './sweep.js';
import { cpuByState, latencyDistribution, overTime } from './run.js';

export const sweepCharts = ['throughput', 'latency', 'cache', 'cost', 'switches', 'retransmits'];
export const runCharts = ['cpu', 'steady', 'distribution'];

// Ignores chosen values that no run has. If none are left, all are shown.
export function shownRuns(runs, state) {
  const chosen = (key, values) => {
    const own = state[key].filter((value) => values.includes(value));
    return own.length ? own : values;
  };
  const all = dimensions(runs);
  const [engines, threads] = [chosen('engines', all.engines), chosen('threads', all.threads)];
  return runs.filter((run) => engines.includes(run.engine) && threads.includes(run.threads));
}

// The drawn cost: as chosen, else cycles if any run has them, else CPU time under its own name.
export const costOf = (runs, { cost }) =>
  cost !== 'auto'
    ? cost
    : runs.some((run) => Number.isFinite(run.cycles_per_byte))
      ? 'cycles_per_byte'
      : 'cpu_ns_per_byte';

// The configuration of the charts of single runs: as chosen, else the largest message at the fewest threads.
export function lookedInto(runs, state) {
  const { sizes, threads } = dimensions(runs);
  return {
    size: sizes.includes(state.size) ? state.size : (sizes.at(-1) ?? null),
    at: threads.includes(state.at) ? state.at : (threads[0] ?? null),
  };
}

const costTitles = {
  cycles_per_byte: 'CPU cycles per byte against message size (server)',
  cpu_ns_per_byte: 'CPU nanoseconds per byte against message size (server)',
  system_cpu_ns_per_byte: 'CPU nanoseconds per byte against message size (whole machine)',
};

// The event whose misses are drawn: as chosen, if this experiment counted it, else the default.
export const eventOf = (runs, { cache }) => (eventChoices(runs).includes(cache) ? cache : defaults.cache);

export function buildSweepCharts(runs, state) {
  const context = { runs, state, labels: zerocopyLabels(runs) };
  const event = eventOf(runs, state);
  const { size } = lookedInto(runs, state);
  const cost = costOf(runs, state);
  const charts = {
    throughput: againstSize('throughput', 1, 'Throughput against message size', 'throughput_gbps', context),
    latency: latencyAgainstThreads(
      'latency',
      2,
      `Latency against thread count, messages of ${bytes(size ?? 0)}`,
      size,
      context,
    ),
    cache: againstSize('cache', 3, `${figure(event).label} against message size`, event, context),
    cost: againstSize('cost', 4, costTitles[cost], cost, context),
    switches: againstSize('switches', '8a', 'Context switches against message size', 'context_switches', context),
    retransmits: againstSize('retransmits', '8b', 'Retransmits against message size', 'retransmits', context),
  };
  for (const chart of Object.values(charts)) chart.empty = emptyReason(chart, runs);
  const uncounted = reasonsFor(runs, 'cycles_per_byte');
  if (state.cost === 'auto' && cost === 'cpu_ns_per_byte' && uncounted.length) {
    charts.cost.note = `CPU cycles could not be counted here (${uncounted.join('; ')}), so this is the server’s CPU time.`;
  }
  return charts;
}

function emptyReason(chart, runs) {
  if (runs.length === 0) return 'No run yet.';
  if (!runs.some((run) => run.state === 'completed')) {
    return runs.some(isFailed) ? 'No run completed; the reasons stand above.' : 'No run has been measured yet.';
  }
  return `No run has this figure: ${reasonsFor(runs, chart.figureName).join('; ')}.`;
}

export function buildRunCharts(shown, labels, where, pending) {
  const charts = {
    cpu: cpuByState('cpu', 5, `CPU by state: whole machine beside the server, ${where}`, shown, labels),
    steady: overTime('steady', 6, `Throughput over time within a run, ${where}`, shown, labels),
    distribution: latencyDistribution('distribution', 7, `Latency by percentile, ${where}`, shown, labels),
  };
  for (const chart of Object.values(charts)) {
    if (pending) Object.assign(chart, { [shown.length ? 'note' : 'empty']: pending });
    else if (shown.length === 0) Object.assign(chart, { empty: 'No run of this configuration completed.', note: '' });
  }
  return charts;
}

// Notes on the runs behind a chart: which failed, which were cancelled, and which have no value.
export function chartNotes(chart, labels) {
  // If nothing completed, the reasons are shown once, above the charts.
  if (!chart.cells?.some((cell) => cell.points.length || cell.missing.length)) return [];
  const failed = chart.cells.filter(
    (cell) => cell.failed.length && (chart.id !== 'latency' || cell.unit.name === 'latency_us'),
  );
  const missing = chart.cells.filter(
    (cell) => cell.missing.length && (cell.points.length || chart.cells.some((other) => other.points.length)),
  );
  const cancelled = chart.cells.filter(
    (cell) => cell.cancelled.length && (chart.id !== 'latency' || cell.unit.name === 'latency_us'),
  );
  const notes = [];
  const place = (cell) => `${engineLabel(cell.engine, labels)} ${bytes(cell.message_bytes)} × ${cell.threads}`;
  const some = (list) =>
    `${list.slice(0, 6).map(place).join(', ')}${list.length > 6 ? ` and ${list.length - 6} more` : ''}`;
  if (failed.length) {
    const runs = failed.reduce((sum, cell) => sum + cell.failed.length, 0);
    notes.push(
      `✕ ${count(runs, 'run')} failed (${some(failed)}): ${[...new Set(failed.flatMap((cell) => cell.failed.map((run) => run.reason ?? run.state)))].slice(0, 3).join('; ')}`,
    );
  }
  if (cancelled.length) {
    const runs = cancelled.reduce((sum, cell) => sum + cell.cancelled.length, 0);
    notes.push(`– ${count(runs, 'run')} cancelled, not measured (${some(cancelled)})`);
  }
  if (missing.length) {
    const figures = distinct(missing.map((cell) => cell.unit.name));
    const lacking = (name) => missing.filter((cell) => cell.unit.name === name).flatMap((cell) => cell.missing);
    const why = new Set(figures.flatMap((name) => reasonsFor(lacking(name), name)));
    notes.push(
      `– No value: ${some([...new Map(missing.map((cell) => [place(cell), cell])).values()])} (${[...why].join('; ')})`,
    );
  }
  return notes;
}
