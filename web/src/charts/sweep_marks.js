// The marks of a figure over the sweep: every repetition is a point, the median a larger symbol on the line, the span from the
// lowest to the highest a bar. The lower edge shows failed runs as crosses, and a dash for runs without a value.
import * as Plot from '@observablehq/plot';
import { bytes, count } from '../format.js';
import { engineLabel, looks, threadLook } from '../engine_style.js';
import { reasonsFor } from '../missing_values.js';
import { dimensions, distinct } from '../series.js';
import { draw, frame, measuredAxis, panels, ring, valueAxis } from './base.js';

const engineShift = 5; // px: engines are side by side at one size, each with its own bar

const whereOf = (d, name) => `${name}, ${bytes(d.message_bytes)}, ${count(d.threads, 'thread')}`;

function medianTitle({ spread, unit, ...cell }, name) {
  const span = spread.n > 1 ? `, ${unit.text(spread.min)} to ${unit.text(spread.max)}` : '';
  return `${whereOf(cell, name)}\nmedian of ${spread.n}: ${unit.text(spread.median)}${span} ${unit.unit}`;
}

const lowest = /** @type {const} */ ({ frameAnchor: 'bottom', dy: -5, fontWeight: 700 });

// all: the engine's cells. place: {fx, fy, x, dx}. look: of a cell, by its thread count.
function layer(all, engine, name, place, look) {
  const own = all.filter((cell) => cell.spread);
  const { color, symbol, dash } = looks[engine];
  const median = { ...place, y: (d) => d.spread.median, symbol, r: 4.6, strokeWidth: 1.8 };
  const points = own.flatMap((cell) => cell.points.map((point) => ({ ...point, panel: cell.panel, unit: cell.unit })));
  const title = (d) =>
    `${whereOf(d, name)}\nrun ${d.run_id}, repetition ${d.repetition}: ${d.unit.text(d.value)} ${d.unit.unit}` +
    d.flags.map(({ detail }) => `\n${detail}`).join('');
  return [
    Plot.line(own, {
      ...place,
      y: (d) => d.spread.median,
      z: (d) => d.line,
      stroke: color,
      strokeDasharray: dash,
      strokeWidth: (d) => look(d).width,
      strokeOpacity: (d) => look(d).opacity,
      className: `line-${engine}`,
    }),
    Plot.ruleX(
      own.filter((cell) => cell.spread.n > 1),
      {
        ...place,
        y1: (d) => d.spread.min,
        y2: (d) => d.spread.max,
        stroke: color,
        strokeWidth: 1.5,
        strokeOpacity: 0.55,
        className: `spread-${engine}`,
      },
    ),
    Plot.dot(own, { ...median, stroke: 'none', fill: 'var(--page)' }),
    Plot.dot(own, {
      ...median,
      stroke: color,
      fill: color,
      fillOpacity: (d) => look(d).fill,
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
      title,
    }),
    Plot.dot(
      points.filter(({ flags }) => flags.length),
      {
        ...place,
        y: 'value',
        r: 5.5,
        ...ring,
        className: `doubtful-${engine}`,
        title,
      },
    ),
    Plot.text(
      all.filter((cell) => cell.missing.length),
      {
        ...place,
        ...lowest,
        text: () => '–',
        fontSize: 16,
        fill: color,
        className: `missing-${engine}`,
        title: (d) =>
          `${whereOf(d, name)}: ${count(d.missing.length, 'run')} without a value\n${reasonsFor(d.missing, d.unit.name).join('\n')}`,
      },
    ),
  ];
}

// The thread count beside each line's last point.
function endLabels(list, place, x) {
  const last = new Map();
  for (const cell of list) if (cell.spread) last.set(cell.line, cell);
  return Plot.text([...last.values()], {
    ...place,
    x: (d) => d[x],
    y: (d) => d.spread.median,
    text: (d) => `${d.threads}`,
    dx: 15,
    textAnchor: 'start',
    fontSize: 10,
    fill: (d) => looks[d.engine].color,
    className: 'thread-counts',
  });
}

// list: cells with `panel`, `line` and `unit`. threads: the thread counts that lines are distinguished by; empty if they are not.
// labelled: lines carry their thread count. Returns null if there is no value to draw.
export function drawCells({
  list,
  x,
  xAxis,
  xKind,
  yKind,
  yLabel,
  panelKeys,
  panelTitle,
  threads,
  labelled,
  labels,
  width,
}) {
  const values = list.flatMap((cell) => cell.points.map((point) => point.value));
  if (values.length === 0) return null;
  const panel = panels(panelKeys, panelTitle, width);
  const columns = Math.max(...panelKeys.map((key) => panel.of(key).fx)) + 1;
  const at = { fx: (d) => panel.of(d.panel).fx, fy: (d) => panel.of(d.panel).fy };
  const failed = list.flatMap((cell) => cell.failed.map((run) => ({ ...run, panel: cell.panel })));
  const { engines } = dimensions(list);
  const together = engines.filter((engine) =>
    list.some((cell) => cell.engine === engine && cell.panel === list[0].panel),
  );
  const xs = distinct(list.map((cell) => cell[x])).sort((a, b) => a - b);
  const look = (cell) => threadLook(cell.threads, threads);
  return draw({
    width,
    ...panel.options,
    marginRight: labelled ? 34 : 18,
    opacity: { type: 'identity' },
    x: { ...measuredAxis(xKind, xs, xAxis, (width - 74) / columns), inset: 8 },
    y: valueAxis(yKind, values, yLabel),
    marks: [
      frame(),
      ...engines.flatMap((engine) => {
        const shift = together.length > 1 ? together.indexOf(engine) - (together.length - 1) / 2 : 0;
        const own = list.filter((cell) => cell.engine === engine);
        const place = { ...at, x: (d) => d[x], dx: shift * engineShift };
        return layer(own, engine, engineLabel(engine, labels), place, look);
      }),
      labelled ? endLabels(list, at, x) : null,
      Plot.text(failed, {
        ...at,
        ...lowest,
        x: (d) => d[x],
        text: () => '✕',
        fill: 'var(--bad)',
        className: 'failed-runs',
        title: (d) => `${whereOf(d, engineLabel(d.engine))}: ${d.reason ?? d.state}`,
      }),
      ...panel.marks,
    ],
  });
}
