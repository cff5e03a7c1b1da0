// Charts of single runs, one of each engine: CPU time by state, throughput over time, distribution of latency.
// `shown`: [{run (with evidence), engine}].
import * as Plot from '@observablehq/plot';
import { doubtsOf, flagsOf } from '../doubts.js';
import { percent } from '../format.js';
import { copyLabel, cpuStates, engineLabel, engineLines, looks } from '../engine_style.js';
import { distribution, steadiness } from '../series.js';
import { draw, frame, paddedDomain, valueAxis } from './base.js';

const legend = (shown, labels) =>
  shown.map(({ engine, run }) => ({ engine, label: `${engineLabel(engine, labels)}, run ${run.run_id}` }));
const rounded = (digits) => (key) => (row) => (row[key] === null ? '–' : row[key].toFixed(digits));
const runColumns = [
  { key: 'engine', label: 'Engine', wrap: true, text: (row) => row.engine_label },
  { key: 'zerocopy', fileOnly: true },
  { key: 'run_id', label: 'Run', number: true },
  { key: 'flags', fileOnly: true },
];
const withDoubts = (note, shown, labels) => {
  const runs = shown.map(({ run }) => run);
  return [note, doubtsOf(runs, ({ engine }) => engineLabel(engine, labels))].filter(Boolean).join(' ');
};

// The rows of each run, each with the columns that identify the run.
const rowsOf = (shown, labels, of) =>
  shown.flatMap(({ engine, run }) => {
    const base = {
      engine,
      engine_label: engineLabel(engine, labels),
      zerocopy: copyLabel(engine, labels),
      run_id: run.run_id,
      flags: flagsOf(run).map(({ kind }) => kind).join(';'),
    };
    return of(run.evidence).map((row) => ({ ...base, ...row }));
  });

const serverState = { name: 'server process', color: 'var(--cpu-server)' };

// Two bars for each engine, in busy CPUs: the whole machine by state, and only the server process.
export function cpuByState(id, number, title, shown, labels) {
  const rows = rowsOf(shown, labels, ({ machine_cpu: machine, server, windows_ns: windows }) => {
    if (!machine || !windows?.client) return [];
    const states = cpuStates.map(({ key, name, color }) => ({
      of: 'machine',
      state: name,
      color,
      cpus: (machine[key] ?? 0) / windows.client,
    }));
    if (!server?.cpu_ns || !windows.server) return states;
    return [
      ...states,
      { of: 'server', state: serverState.name, color: serverState.color, cpus: server.cpu_ns / windows.server },
    ];
  });
  const drawn = rows.filter((row) => row.cpus > 0);
  const states = [...cpuStates, serverState].filter(({ name }) => drawn.some((row) => row.state === name));
  const order = new Map(states.map(({ name }, i) => [name, i]));
  const high = Math.max(
    0,
    ...shown.map(({ engine }) =>
      drawn.filter((row) => row.engine === engine && row.of === 'machine').reduce((sum, row) => sum + row.cpus, 0),
    ),
    ...drawn.filter((row) => row.of === 'server').map((row) => row.cpus),
  );
  const stack = { fx: 'engine', x: 'of', y: 'cpus', order: (d) => order.get(d.state) };
  return {
    id,
    number,
    title,
    legend: states.map(({ name, color }) => ({ swatch: color, label: name })),
    panelText: '',
    plot: (width) =>
      drawn.length === 0
        ? null
        : draw({
            width: Math.min(width, 720),
            height: 350,
            marginTop: 72,
            fx: {
              domain: shown.map(({ engine }) => engine),
              tickFormat: (engine) => engineLines(engine, labels),
              label: null,
              axis: 'top',
              padding: 0.15,
            },
            x: {
              domain: ['machine', 'server'],
              tickFormat: (of) => (of === 'machine' ? 'machine' : 'server'),
              label: null,
              padding: 0.2,
            },
            y: { label: 'CPUs busy', labelArrow: 'none', grid: true, domain: [0, high * 1.08] },
            marks: [
              Plot.barY(
                drawn,
                Plot.stackY({
                  ...stack,
                  fill: 'color',
                  stroke: 'var(--page)',
                  className: 'cpu-states',
                  title: (d) => `${d.engine_label}, ${d.of}: ${d.state} ${d.cpus.toFixed(2)} CPUs`,
                }),
              ),
              Plot.text(
                drawn,
                Plot.stackY({
                  ...stack,
                  fill: 'var(--on-bar)',
                  fontSize: 11,
                  className: 'cpu-texts',
                  text: (d) => (d.cpus > high * 0.07 ? d.cpus.toFixed(2) : ''),
                }),
              ),
              Plot.ruleY([0]),
            ],
            color: { type: 'identity' },
          }),
    columns: [
      ...runColumns,
      { key: 'of', label: 'Of' },
      { key: 'state', label: 'State' },
      { key: 'cpus', label: 'CPUs busy', number: true, text: rounded(3)('cpus') },
    ],
    rows,
    empty: 'None of these runs has CPU times of its window.',
    note: withDoubts(
      'CPU seconds for each second of the window. Idle time is left out; the kernel counts the machine’s in steps of 10 ms.',
      shown,
      labels,
    ),
  };
}

// A line for each run: axes {x, y} of Plot, with `key`, the rows' field. symbols(rows): the rows that get a symbol (`at`), with
// `r` and `title`.
/** @param {Record<string, any>} lines */
function drawLines({ rows, axes, className, symbols }, shown, width) {
  if (rows.length === 0) return null;
  const { key: x, ...xAxis } = axes.x;
  const { key: y, ...yAxis } = axes.y;
  return draw({
    width,
    height: 300,
    x: { labelAnchor: 'center', labelArrow: 'none', labelOffset: 38, inset: 6, ...xAxis },
    y: yAxis,
    marks: [
      frame(),
      ...shown.flatMap(({ engine }) => {
        const own = rows.filter((row) => row.engine === engine);
        const { color, dash, symbol } = looks[engine];
        const { at, ...dots } = symbols(own);
        return [
          Plot.line(own, { x, y, stroke: color, strokeDasharray: dash, strokeWidth: 1.8, className: `line-${engine}` }),
          Plot.dot(at, { x, y, symbol, fill: color, className: `${className}-${engine}`, ...dots }),
        ];
      }),
    ],
  });
}

// head: {id, number, title}. lines: of drawLines, with the `columns` of the rows besides the run's, `empty` and `note`.
const lineChart = (head, shown, labels, { columns, empty, note, ...lines }) => ({
  ...head,
  legend: legend(shown, labels),
  panelText: '',
  plot: (width) => drawLines(lines, shown, width),
  columns: [...runColumns, ...columns],
  rows: lines.rows,
  empty,
  note: withDoubts(note, shown, labels),
});

// Why the steadiness of a run could not be determined; null if it could.
const unjudged = ({ run }) =>
  run.evidence.steadiness?.judged === false ? `Run ${run.run_id} is not judged: ${run.evidence.steadiness.reason}.` : null;

export function overTime(id, number, title, shown, labels) {
  const rows = rowsOf(shown, labels, ({ samples }) => steadiness(samples));
  const values = rows.map((row) => row.gbps);
  return lineChart({ id, number, title }, shown, labels, {
    rows,
    className: 'samples',
    axes: {
      x: {
        key: 'seconds',
        label: 'Time in the window (s)',
        domain: [0, Math.max(...rows.map((row) => row.seconds)) * 1.03],
      },
      y: { key: 'gbps', ...valueAxis('linear', values, 'Throughput (Gbit/s)') },
    },
    symbols: (own) => ({
      at: own,
      r: own.length > 80 ? 1.6 : 3,
      title: (d) => `${d.engine_label}, ${d.seconds.toFixed(2)} s: ${d.gbps.toFixed(3)} Gbit/s`,
    }),
    columns: [
      { key: 'seconds', label: 'Time', unit: 's', number: true, text: rounded(2)('seconds') },
      { key: 'gbps', label: 'Throughput', unit: 'Gbit/s', number: true, text: rounded(3)('gbps') },
    ],
    empty: 'None of these runs has samples: a window must last 0.1 s for the first one.',
    note: ['A sample every 100 ms, drawn at the middle of its interval.', ...shown.map(unjudged).filter(Boolean)].join(' '),
  });
}

const shares = [0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999];

export function latencyDistribution(id, number, title, shown, labels) {
  const rows = rowsOf(shown, labels, ({ latency_histogram: histogram }) =>
    distribution(histogram).map((point) => ({ ...point, slower: 1 - point.share })),
  );
  const values = rows.map((row) => row.us);
  const rarest = Math.min(0.5, ...rows.map((row) => row.slower));
  return lineChart({ id, number, title }, shown, labels, {
    rows,
    className: 'percentiles',
    axes: {
      x: {
        key: 'slower',
        type: 'log',
        reverse: true,
        domain: [rarest / 1.2, 1],
        ticks: shares.map((share) => 1 - share).filter((slower) => slower >= rarest / 1.2),
        tickFormat: (slower) => `${Number(((1 - slower) * 100).toFixed(4))} %`,
        label: 'Share of messages at least as fast',
        grid: true,
      },
      y: { key: 'us', ...valueAxis('log', values, 'Latency (µs)'), domain: paddedDomain(values, true) },
    },
    symbols: (own) => ({
      at: shares
        .slice(0, 4)
        .map((share) => own.find((row) => row.share >= share))
        .filter(Boolean),
      r: 4,
      title: (d) =>
        `${d.engine_label}: ${percent(d.share)} of the messages within ${d.us.toLocaleString('en', { maximumSignificantDigits: 4 })} µs`,
    }),
    columns: [
      { key: 'share', label: 'Share at least as fast', number: true, text: rounded(6)('share') },
      { key: 'us', label: 'Latency', unit: 'µs', number: true, text: rounded(1)('us') },
    ],
    empty: 'None of these runs has a latency distribution.',
    note: 'To the right stand the rarest, slowest messages. Symbols mark p50, p90, p99 and p99.9.',
  });
}
