// Charts of a figure over the sweep: what is drawn, its legend and its data.
import { bytes, count } from '../format.js';
import { figure, percentiles, withUnit } from '../figures.js';
import { copyLabel, engineLabel, engineLines, threadLook } from '../engine_style.js';
import { cells, dimensions } from '../series.js';
import { messageSizes, threadCounts } from './base.js';
import { drawCells } from './sweep_marks.js';

const dataColumns = (unit) => [
  { key: 'engine', label: 'Engine', wrap: true, text: (row) => row.engine_label },
  { key: 'zerocopy', fileOnly: true },
  { key: 'message_bytes', label: 'Message', number: true, text: (row) => bytes(row.message_bytes) },
  { key: 'threads', label: 'Threads', number: true },
  { key: 'figure', label: 'Figure', text: () => unit?.label ?? '' },
  { key: 'n', label: 'Runs', number: true },
  ...[
    ['median', 'Median'],
    ['median_ci95_low', 'Median’s 95 % from'],
    ['median_ci95_high', 'to'],
    ['min', 'Lowest'],
    ['max', 'Highest'],
  ].map(([key, label]) => ({
    key,
    number: true,
    label,
    text: (row) => (row[key] === null ? '–' : row.unit.text(row[key])),
  })),
  { key: 'failed', label: 'Failed', number: true },
  { key: 'missing', label: 'No value', number: true },
];

// The interval of fewer than six values covers less than 95 %, and goes from the lowest to the highest, which are shown anyway.
const bound = (spread, key) => (spread?.coverage >= 0.95 ? spread[key] : null);

const rowOf =
  (labels) =>
  ({ engine, message_bytes, threads, spread, failed, missing, unit }) => ({
    engine,
    engine_label: engineLabel(engine, labels),
    zerocopy: copyLabel(engine, labels),
    message_bytes,
    threads,
    figure: unit.name,
    unit,
    n: spread?.n ?? 0,
    median: spread?.median ?? null,
    median_ci95_low: bound(spread, 'low'),
    median_ci95_high: bound(spread, 'high'),
    min: spread?.min ?? null,
    max: spread?.max ?? null,
    failed: failed.length,
    missing: missing.length,
  });

const marksText = 'points: runs; larger symbols: their medians; bars: from the lowest to the highest';
const capital = (text) => text[0].toUpperCase() + text.slice(1);

const engineEntries = (list, labels) =>
  dimensions(list).engines.map((engine) => ({ engine, label: engineLabel(engine, labels) }));
const doubtEntries = (list) =>
  list.some(({ points }) => points.some(({ flags }) => flags.length)) ? [{ ring: true, label: 'doubtful run' }] : [];
const threadEntries = (threads) =>
  threads.map((thread) => ({ line: threadLook(thread, threads), label: count(thread, 'thread') }));

// How a chart is divided into panels: {key(cell), keys, title(key)}.
function parting(how, { engines, threads }, labels) {
  if (how === 'threads') return { key: (cell) => cell.threads, keys: threads, title: (key) => count(key, 'thread') };
  if (how === 'engines') return { key: (cell) => cell.engine, keys: engines, title: (key) => engineLines(key, labels) };
  return { key: () => 0, keys: [0], title: String };
}

// A figure against message size. context: {runs (those shown), state, labels}.
export function againstSize(id, number, title, name, context) {
  const { runs, state, labels } = context;
  const unit = figure(name);
  const all = dimensions(runs);
  const { threads } = all;
  const { key, keys, title: panelTitle } = parting(state.panels, all, labels);
  const list = cells(runs, name).map((cell) => ({
    ...cell,
    unit,
    panel: key(cell),
    line: `${cell.engine} ${cell.threads}`,
  }));
  return {
    id,
    number,
    title,
    figureName: name,
    legend: [...engineEntries(list, labels), ...threadEntries(threads), ...doubtEntries(list)],
    panelText: capital(marksText),
    plot: (width) =>
      drawCells({
        list,
        x: 'message_bytes',
        xAxis: messageSizes,
        xKind: state.x,
        yKind: state.y === 'auto' ? 'linear' : state.y,
        yLabel: withUnit(unit),
        panelKeys: keys,
        panelTitle,
        threads,
        labelled: state.panels === 'engines' && threads.length > 1,
        labels,
        width,
      }),
    columns: dataColumns(unit).filter((column) => column.key !== 'figure'),
    rows: list.map(rowOf(labels)),
    cells: list,
  };
}

// Latency against thread count at one message size: a panel for the mean and for each percentile, on one scale.
export function latencyAgainstThreads(id, number, title, size, context) {
  const { runs, state, labels } = context;
  const own = runs.filter((run) => run.message_bytes === size);
  const list = percentiles.flatMap((name) =>
    cells(own, name).map((cell) => ({ ...cell, unit: figure(name), panel: name, line: cell.engine })),
  );
  return {
    id,
    number,
    title,
    figureName: percentiles[0],
    legend: [...engineEntries(list, labels), ...doubtEntries(list)],
    panelText: `Messages of ${bytes(size ?? 0)}; panels: mean and percentiles; thread counts on the axis; ${marksText}`,
    plot: (width) =>
      drawCells({
        list,
        x: 'threads',
        xAxis: threadCounts,
        xKind: state.x,
        yKind: state.y === 'auto' ? 'log' : state.y,
        yLabel: 'Latency (µs)',
        panelKeys: percentiles,
        panelTitle: (key) => figure(key).label.replace('Latency, ', ''),
        threads: [],
        labelled: false,
        labels,
        width,
      }),
    columns: dataColumns().map((column) =>
      column.key === 'figure' ? { ...column, text: (row) => row.unit.label } : column,
    ),
    rows: list.map(rowOf(labels)),
    cells: list,
  };
}
