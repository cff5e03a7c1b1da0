// Converts runs into the data of charts. Pure.
import { engines } from './engine_style.js';
import { spread } from './stats.js';

const rank = (engine) => engines.indexOf(engine);
const byNumber = (a, b) => a - b;
export const distinct = (values) => [...new Set(values)];

// A figure's value, or the count of an event that is not a figure.
export const valueOf = (run, name) => (Object.hasOwn(run, name) ? run[name] : run.counters?.[name]);

export const isFailed = (run) => run.state === 'failed' || run.state === 'timed_out';

// The engines of the runs in their fixed order, and their sizes and thread counts, ascending.
export function dimensions(runs) {
  return {
    engines: distinct(runs.map((run) => run.engine)).sort((a, b) => rank(a) - rank(b)),
    sizes: distinct(runs.map((run) => run.message_bytes)).sort(byNumber),
    threads: distinct(runs.map((run) => run.threads)).sort(byNumber),
  };
}

// One cell for each configuration: {engine, message_bytes, field_bytes, threads, points, spread, failed, cancelled,
// missing}.
// points: completed runs with a value. missing: completed runs without. failed: failed and timed out. Runs that wait,
// run, or were interrupted and measured again, are in none of them.
export function cells(runs, name) {
  const found = new Map();
  for (const run of runs) {
    const key = `${run.engine} ${run.message_bytes} ${run.threads}`;
    let cell = found.get(key);
    if (!cell) {
      const { engine, field_bytes, message_bytes, threads } = run;
      cell = { engine, field_bytes, message_bytes, threads, points: [], failed: [], cancelled: [], missing: [] };
      found.set(key, cell);
    }
    if (isFailed(run)) cell.failed.push(run);
    else if (run.state === 'cancelled') cell.cancelled.push(run);
    else if (run.state === 'completed') {
      const value = valueOf(run, name);
      if (Number.isFinite(value)) cell.points.push({ ...pick(run), value });
      else cell.missing.push(run);
    }
  }
  const list = [...found.values()];
  for (const cell of list) cell.spread = spread(cell.points.map((point) => point.value));
  return list.sort(
    (a, b) => rank(a.engine) - rank(b.engine) || a.threads - b.threads || a.message_bytes - b.message_bytes,
  );
}

const pick = ({ run_id, engine, message_bytes, threads, repetition, flags }) => ({
  run_id,
  engine,
  message_bytes,
  threads,
  repetition,
  flags: flags ?? [],
});

// Each engine's zero-copy label. If runs differ, the weakest claim that is true of all.
export function zerocopyLabels(runs) {
  const found = new Map();
  for (const run of runs) {
    if (!run.zerocopy || run.state !== 'completed') continue;
    const before = found.get(run.engine);
    found.set(run.engine, before && before !== run.zerocopy ? 'partly copied' : run.zerocopy);
  }
  return found;
}

// The run that represents a configuration: a repetition, or the run with the median throughput (the lower one of an even
// number, so that it is a measured run).
export function representative(runs, engine, messageBytes, threads, repetition) {
  const own = runs.filter(
    (run) =>
      run.state === 'completed' &&
      run.engine === engine &&
      run.message_bytes === messageBytes &&
      run.threads === threads,
  );
  if (repetition !== 'median') return own.find((run) => run.repetition === repetition) ?? null;
  const sorted = own
    .filter((run) => Number.isFinite(run.throughput_gbps))
    .sort((a, b) => a.throughput_gbps - b.throughput_gbps || a.run_id - b.run_id);
  return sorted[(sorted.length - 1) >> 1] ?? null;
}

const mostSteps = 600;

// Cumulative samples since the beginning of the window, the first after one interval -> [{seconds (the middle of its interval),
// gbps}]. In a long window several intervals make one point, so that a line has no more points than pixels.
export function steadiness(samples) {
  const every = samples?.every_ms;
  const totals = samples?.bytes;
  if (!every || !Array.isArray(totals)) return [];
  const stride = Math.max(1, Math.ceil(totals.length / mostSteps));
  const points = [];
  for (let end = stride; end <= totals.length; end += stride) {
    const begin = end - stride;
    const bytes = totals[end - 1] - (begin === 0 ? 0 : totals[begin - 1]);
    points.push({ seconds: ((begin + end) / 2) * (every / 1000), gbps: (bytes * 8) / (stride * every * 1e6) });
  }
  return points;
}

// Histogram [[highest_ns, count], …] -> [{share, us}]: the share of messages at least as fast. The last bucket's share
// would be 1, which a logarithmic axis of the remaining share cannot show, so it is half a message lower.
export function distribution(histogram) {
  if (!Array.isArray(histogram) || histogram.length === 0) return [];
  const total = histogram.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return [];
  let below = 0;
  const points = [];
  for (const [ns, count] of [...histogram].sort((a, b) => a[0] - b[0])) {
    below += count;
    points.push({ share: Math.min(below / total, 1 - 0.5 / total), us: ns / 1000 });
  }
  return thinned(points);
}

// Reduces thousands of buckets to a few hundred points: one for each step of about a pixel on the percentile axis.
function thinned(points) {
  const kept = [];
  let last = -Infinity;
  points.forEach((point, i) => {
    const at = -Math.log10(1 - point.share);
    if (i === 0 || i === points.length - 1 || at - last >= 0.01) {
      kept.push(point);
      last = at;
    }
  });
  return kept;
}
