// A configuration's figure over the experiments, with the points at which its level changed. Pure.
import * as Plot from '@observablehq/plot';
import { time } from '../format.js';
import { withUnit } from '../figures.js';
import { engineLabel, looks } from '../engine_style.js';
import { draw, frame, measuredTicks, ring, valueAxis } from './base.js';

const columns = (unit) => [
  { key: 'experiment_id', label: 'Experiment', number: true },
  { key: 'name', label: 'Name' },
  { key: 'started_at', label: 'Started', text: (row) => time(row.started_at) },
  { key: 'n', label: 'Runs', number: true },
  ...['median', 'min', 'max'].map((key) => ({
    key,
    number: true,
    label: { median: 'Median', min: 'Lowest', max: 'Highest' }[key],
    text: (row) => unit.text(row[key]),
  })),
  { key: 'runs_flagged', label: 'Doubtful runs', number: true },
  { key: 'change_p', label: 'New level, p', number: true, text: (row) => (row.change_p === null ? '–' : String(row.change_p)) },
];

// Levels between the change points: [{from, to, value}], by the index of the first and the last point.
export function levels({ points, change_points: changes }) {
  const begins = [0, ...changes.map(({ experiment_id: id }) => points.findIndex((point) => point.experiment_id === id))];
  return begins.map((from, i) => ({
    from,
    to: (begins[i + 1] ?? points.length) - 1,
    value: i === 0 ? (changes[0]?.before ?? null) : changes[i - 1].after,
  }));
}

function plotted(series, engine, unit, width) {
  const points = series.points.map((point, at) => ({ ...point, at }));
  if (points.length === 0) return null;
  const { color, symbol } = looks[engine];
  const ids = points.map(({ at }) => at);
  const changes = points.filter(({ experiment_id: id }) => series.change_points.some((one) => one.experiment_id === id));
  return draw({
    width,
    height: 320,
    x: {
      type: 'linear',
      domain: [-0.5, points.length - 0.5],
      ticks: measuredTicks(ids, width - 74, 34),
      tickFormat: (at) => String(points[at]?.experiment_id ?? ''),
      label: 'Experiment',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 38,
    },
    y: valueAxis('linear', points.flatMap(({ min, max }) => [min, max]), withUnit(unit)),
    marks: [
      frame(),
      Plot.ruleX(changes, { x: (d) => d.at - 0.5, stroke: 'var(--bad)', strokeWidth: 1.5, strokeDasharray: '5 3', className: 'change-points' }),
      Plot.ruleY(
        levels(series).filter(({ value }) => value !== null),
        { y: 'value', x1: (d) => d.from - 0.4, x2: (d) => d.to + 0.4, stroke: 'var(--muted)', strokeWidth: 1.5 },
      ),
      Plot.ruleX(points, { x: 'at', y1: 'min', y2: 'max', stroke: color, strokeOpacity: 0.55 }),
      Plot.dot(points, {
        x: 'at',
        y: 'median',
        symbol,
        r: 4,
        stroke: color,
        fill: color,
        className: 'history-points',
        title: (d) => `experiment ${d.experiment_id}, ${d.name || 'no name'}, ${time(d.started_at)}\nmedian of ${d.n}: ${unit.text(d.median)} ${unit.unit}${d.runs_flagged ? `\n${d.runs_flagged} of them doubtful` : ''}`,
      }),
      Plot.dot(points.filter(({ runs_flagged: doubtful }) => doubtful), {
        x: 'at',
        y: 'median',
        r: 8,
        ...ring,
        className: 'history-doubtful',
      }),
    ],
  });
}

export function historyChart(series, number, { engine, title }, unit) {
  const changeOf = new Map(series.change_points.map((change) => [change.experiment_id, change.p]));
  return {
    id: `history-${number}`,
    number,
    title,
    legend: [
      { engine, label: engineLabel(engine) },
      ...(series.points.some(({ runs_flagged: doubtful }) => doubtful) ? [{ ring: true, label: 'with doubtful runs' }] : []),
    ],
    panelText: 'Medians of each experiment; bars from the lowest to the highest run; dashed: where the level changed.',
    plot: (width) => plotted(series, engine, unit, width),
    empty: 'No experiment has measured this.',
    columns: columns(unit),
    rows: series.points.map((point) => ({ ...point, change_p: changeOf.get(point.experiment_id) ?? null })),
  };
}
