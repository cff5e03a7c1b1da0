// Charts of a figure over the sweep: every repetition a point, the median a larger symbol on the line, the span from the
// lowest to the highest a bar. Failed runs stand as crosses on the lower edge.
import * as Plot from '@observablehq/plot';
import { bytes, count } from '../format.js';
import { figure, percentiles, withUnit } from '../figures.js';
import { engineLabel, looks } from '../look.js';
import { cells, dimensions, distinct } from '../series.js';
import { draw, frame, measuredAxis, panels, valueAxis } from './base.js';

const engineShift = 5; // px: engines stand side by side at one size, each with its own bar

// Widths and end labels tell thread counts apart where they share one panel.
const lineWidth = (thread, threads) => 1 + (1.6 * threads.indexOf(thread)) / Math.max(1, threads.length - 1);

function layer(list, engine, shift, { panel, x, threads, overlaid, labels }) {
  const { color, symbol, dash } = looks[engine];
  const name = engineLabel(engine, labels);
  const own = list.filter((cell) => cell.engine === engine && cell.spread);
  const dx = shift * engineShift;
  const place = { fx: (d) => panel.of(d.panel).fx, fy: (d) => panel.of(d.panel).fy, x: (d) => d[x], dx };
  const width = (d) => (overlaid ? lineWidth(d.threads, threads) : 1.8);
  const points = own.flatMap((cell) => cell.points.map((point) => ({ ...point, panel: cell.panel, unit: cell.unit })));
  const repeated = own.filter((cell) => cell.spread.n > 1);
  return [
    Plot.line(own, {
      ...place,
      y: (d) => d.spread.median,
      z: (d) => d.line,
      stroke: color,
      strokeDasharray: dash,
      strokeWidth: width,
      className: `line-${engine}`,
    }),
    Plot.ruleX(repeated, {
      ...place,
      y1: (d) => d.spread.min,
      y2: (d) => d.spread.max,
      stroke: color,
      strokeWidth: 1.5,
      strokeOpacity: 0.55,
      className: `spread-${engine}`,
    }),
    Plot.dot(own, {
      ...place,
      y: (d) => d.spread.median,
      symbol,
      r: 4.6,
      stroke: color,
      strokeWidth: 1.8,
      fill: 'var(--page)',
      className: `medians-${engine}`,
      title: (d) => medianTitle(d, name),
    }),
    Plot.dot(points, {
      ...place,
      y: 'value',
      symbol,
      r: 2,
      fill: color,
      fillOpacity: 0.75,
      className: `runs-${engine}`,
      title: (d) =>
        `${name}, ${bytes(d.message_bytes)}, ${count(d.threads, 'thread')}\nrun ${d.run_id}, repetition ${d.repetition}: ${d.unit.text(d.value)} ${d.unit.unit}`,
    }),
  ];
}

function medianTitle({ message_bytes, threads, spread, unit }, name) {
  const where = `${name}, ${bytes(message_bytes)}, ${count(threads, 'thread')}`;
  const span = spread.n > 1 ? `, ${unit.text(spread.min)} to ${unit.text(spread.max)}` : '';
  return `${where}\nmedian of ${spread.n}: ${unit.text(spread.median)}${span} ${unit.unit}`;
}

function endLabels(list, panel, x) {
  const last = new Map();
  for (const cell of list) if (cell.spread) last.set(cell.line, cell);
  return Plot.text([...last.values()], {
    x: (d) => d[x],
    y: (d) => d.spread.median,
    text: (d) => `${d.threads}`,
    dx: 15,
    textAnchor: 'start',
    fontSize: 10,
    fill: (d) => looks[d.engine].color,
    fx: (d) => panel.of(d.panel).fx,
    fy: (d) => panel.of(d.panel).fy,
    className: 'thread-counts',
  });
}

// list: cells with `panel`, `line` and `unit`. Returns null where there is no value to draw.
function drawCells({ list, x, xLabel, xKind, yKind, yLabel, panelKeys, panelTitle, threads, overlaid, labels, width }) {
  const values = list.flatMap((cell) => cell.points.map((point) => point.value));
  if (values.length === 0) return null;
  const panel = panels(panelKeys, panelTitle, width);
  const columns = Math.max(...panelKeys.map((key) => panel.of(key).fx)) + 1;
  const failed = list.flatMap((cell) => cell.failed.map((run) => ({ ...run, panel: cell.panel })));
  const { engines } = dimensions(list);
  const xs = distinct(list.map((cell) => cell[x])).sort((a, b) => a - b);
  return draw({
    width,
    ...panel.options,
    marginRight: overlaid ? 34 : 18,
    x: { ...measuredAxis(xKind, xs, xLabel, (width - 74) / columns), inset: 8 },
    y: valueAxis(yKind, values, yLabel),
    marks: [
      frame(),
      ...engines.flatMap((engine, i) =>
        layer(list, engine, i - (engines.length - 1) / 2, { panel, x, threads, overlaid, labels }),
      ),
      overlaid ? endLabels(list, panel, x) : null,
      Plot.text(failed, {
        fx: (d) => panel.of(d.panel).fx,
        fy: (d) => panel.of(d.panel).fy,
        x: (d) => d[x],
        frameAnchor: 'bottom',
        dy: -5,
        text: () => '✕',
        fontWeight: 700,
        fill: 'var(--bad)',
        className: 'failed-runs',
        title: (d) =>
          `${looks[d.engine].name}, ${bytes(d.message_bytes)}, ${count(d.threads, 'thread')}: ${d.reason ?? d.state}`,
      }),
      ...panel.marks,
    ],
  });
}

const dataColumns = (unit) => [
  { key: 'engine', label: 'Engine', text: (row) => row.engine_label },
  { key: 'message_bytes', label: 'Message', number: true, text: (row) => bytes(row.message_bytes) },
  { key: 'threads', label: 'Threads', number: true },
  { key: 'figure', label: 'Figure', text: () => unit?.label ?? '' },
  { key: 'n', label: 'Runs', number: true },
  ...['median', 'min', 'max', 'ci95_low', 'ci95_high'].map((key) => ({
    key,
    number: true,
    label: { median: 'Median', min: 'Lowest', max: 'Highest', ci95_low: '95 % from', ci95_high: 'to' }[key],
    text: (row) => (row[key] === null ? '–' : row.unit.text(row[key])),
  })),
  { key: 'failed', label: 'Failed', number: true },
  { key: 'missing', label: 'No value', number: true },
];

const rowOf =
  (labels) =>
  ({ engine, message_bytes, threads, spread, failed, missing, unit }) => ({
    engine,
    engine_label: engineLabel(engine, labels),
    message_bytes,
    threads,
    figure: unit.name,
    unit,
    n: spread?.n ?? 0,
    median: spread?.median ?? null,
    min: spread?.min ?? null,
    max: spread?.max ?? null,
    ci95_low: spread?.low ?? null,
    ci95_high: spread?.high ?? null,
    failed: failed.length,
    missing: missing.length,
  });

function legend(list, labels, threadsText) {
  return dimensions(list).engines.map((engine) => ({
    engine,
    label: engineLabel(engine, labels) + threadsText(engine),
  }));
}

// A figure against message size; a panel for each thread count, or all in one. `context`: {runs (those shown), state,
// labels, reasons}.
export function againstSize(id, number, title, name, context) {
  const { runs, state, labels } = context;
  const unit = figure(name);
  const { threads } = dimensions(runs);
  const overlaid = !state.panels && threads.length > 1;
  const list = cells(runs, name).map((cell) => ({
    ...cell,
    unit,
    panel: overlaid ? 0 : cell.threads,
    line: `${cell.engine} ${cell.threads}`,
  }));
  const counts = `${threads.join(', ')} ${threads.at(-1) === 1 ? 'thread' : 'threads'}`;
  return {
    id,
    number,
    title,
    figureName: name,
    legend: overlaid
      ? legend(list, labels, () => `, ${counts} (thicker: more)`)
      : legend(list, labels, () => (threads.length === 1 ? `, ${counts}` : '')),
    panelText: overlaid || threads.length === 1 ? '' : `Panels: ${counts}`,
    plot: (width) =>
      drawCells({
        list,
        x: 'message_bytes',
        xLabel: 'Message size',
        xKind: state.x,
        yKind: state.y === 'auto' ? 'linear' : state.y,
        yLabel: withUnit(unit),
        panelKeys: overlaid ? [0] : threads,
        panelTitle: (key) => count(key, 'thread'),
        threads,
        overlaid,
        labels,
        width,
      }),
    columns: dataColumns(unit).filter(({ key }) => key !== 'figure'),
    rows: list.map(rowOf(labels)),
    cells: list,
  };
}

// Latency against thread count at one message size: a panel for the mean and for each percentile, on one scale.
export function latencyAgainstThreads(id, number, title, size, context) {
  const { runs, state, labels } = context;
  const own = runs.filter((run) => run.message_bytes === size);
  const { threads } = dimensions(own);
  const list = percentiles.flatMap((name) =>
    cells(own, name).map((cell) => ({ ...cell, unit: figure(name), panel: name, line: cell.engine })),
  );
  return {
    id,
    number,
    title,
    figureName: percentiles[0],
    legend: legend(list, labels, () => ''),
    panelText: `Messages of ${bytes(size ?? 0)}; panels: mean and percentiles`,
    plot: (width) =>
      drawCells({
        list,
        x: 'threads',
        xLabel: 'Threads',
        xKind: state.x,
        yKind: state.y === 'auto' ? 'log' : state.y,
        yLabel: 'Latency (µs)',
        panelKeys: percentiles,
        panelTitle: (key) => figure(key).label.replace('Latency, ', ''),
        threads,
        overlaid: false,
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
