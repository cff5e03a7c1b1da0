// The chart of a comparison's ratios with their intervals. Pure.
import * as Plot from '@observablehq/plot';
import { bytes, count } from '../format.js';
import { copyLabel, engineLabel, looks } from '../engine_style.js';
import { dimensions, distinct } from '../series.js';
import { draw, frame, measuredAxis, messageSizes, panels } from './base.js';

const words = {
  faster: 'faster',
  slower: 'slower',
  no_significant_difference: 'no significant difference',
  too_few_repetitions: 'too few repetitions to tell',
  not_measured: 'not measured',
  cannot_tell: 'cannot tell, most runs are flagged',
};
export const verdictWords = (verdict) => words[verdict] ?? verdict;

const number = (digits) => (value) =>
  value === null || value === undefined ? '–' : value.toLocaleString('en', { maximumSignificantDigits: digits });
export const pText = number(3);
const four = number(4);

// Flattens a configuration of the API, which has nested objects, into one row.
const rowOf = (one) => ({
  ...one,
  engine_label: engineLabel(one.engine),
  zerocopy: copyLabel(one.engine),
  base_n: one.base.n,
  base_median: one.base.median,
  head_n: one.head.n,
  head_median: one.head.median,
});

const comparisonColumns = [
  { key: 'engine', label: 'Engine', wrap: true, text: (row) => row.engine_label },
  { key: 'zerocopy', fileOnly: true },
  { key: 'message_bytes', label: 'Message', number: true, text: (row) => bytes(row.message_bytes) },
  { key: 'threads', label: 'Threads', number: true },
  { key: 'verdict', label: 'Verdict', text: (row) => verdictWords(row.verdict) },
  { key: 'ratio', label: 'Ratio', number: true, text: (row) => four(row.ratio) },
  { key: 'ratio_ci95_low', label: '95 % from', number: true, text: (row) => four(row.ratio_ci95_low) },
  { key: 'ratio_ci95_high', label: 'to', number: true, text: (row) => four(row.ratio_ci95_high) },
  { key: 'corrected_p', label: 'p, corrected', number: true, text: (row) => pText(row.corrected_p) },
  { key: 'base_median', label: 'Median, base', number: true, text: (row) => four(row.base_median) },
  { key: 'head_median', label: 'Median, head', number: true, text: (row) => four(row.head_median) },
  { key: 'base_n', label: 'Runs, base', number: true },
  { key: 'head_n', label: 'Runs, head', number: true },
  { key: 'p', label: 'p', number: true, text: (row) => pText(row.p) },
  { key: 'detail', label: 'In words' },
];
export const comparisonRows = (comparison) => comparison.configurations.map(rowOf);

// Ratios lie around 1, so the axis is linear, and includes the range of "no difference".
function ratioAxis(list, effect) {
  const values = list.flatMap((d) => [d.ratio, d.ratio_ci95_low ?? d.ratio, d.ratio_ci95_high ?? d.ratio]);
  const low = Math.min(1 - effect, ...values);
  const high = Math.max(1 + effect, ...values);
  const pad = (high - low) * 0.08 || 0.01;
  return {
    type: 'linear',
    domain: [low - pad, high + pad],
    grid: true,
    label: 'Head / base',
    labelAnchor: 'center',
    labelArrow: 'none',
  };
}

function plotted(list, effect, width) {
  if (list.length === 0) return null;
  const { engines, sizes, threads } = dimensions(list);
  const panel = panels(threads, (key) => count(key, 'thread'), width);
  const columns = Math.max(...threads.map((key) => panel.of(key).fx)) + 1;
  const at = { fx: (d) => panel.of(d.threads).fx, fy: (d) => panel.of(d.threads).fy };
  const band = threads.map((key) => panel.of(key));
  return draw({
    width,
    ...panel.options,
    x: { ...measuredAxis('log', distinct(sizes), messageSizes, (width - 74) / columns), inset: 8 },
    y: ratioAxis(list, effect),
    marks: [
      frame(),
      Plot.rect(band, {
        fx: 'fx',
        fy: 'fy',
        y1: 1 - effect,
        y2: 1 + effect,
        fill: 'var(--line)',
        fillOpacity: 0.5,
        className: 'no-effect',
      }),
      Plot.ruleY(band, { fx: 'fx', fy: 'fy', y: 1, stroke: 'var(--muted)' }),
      ...engines.flatMap((engine, i) => {
        const { color, symbol } = looks[engine];
        const own = list.filter((d) => d.engine === engine);
        const place = { ...at, x: 'message_bytes', dx: (i - (engines.length - 1) / 2) * 7 };
        return [
          Plot.ruleX(
            own.filter((d) => d.ratio_ci95_low !== null),
            { ...place, y1: 'ratio_ci95_low', y2: 'ratio_ci95_high', stroke: color, strokeWidth: 1.6 },
          ),
          Plot.dot(own, {
            ...place,
            y: 'ratio',
            symbol,
            r: 4.6,
            stroke: color,
            strokeWidth: 1.8,
            fill: (d) => (d.verdict === 'faster' || d.verdict === 'slower' ? color : 'var(--page)'),
            className: `ratios-${engine}`,
            title: (d) =>
              `${engineLabel(engine)}, ${bytes(d.message_bytes)}, ${count(d.threads, 'thread')}\n${verdictWords(d.verdict)}: ${d.detail}`,
          }),
        ];
      }),
      ...panel.marks,
    ],
  });
}

export function comparisonChart(comparison, label) {
  const list = comparison.configurations.filter(({ ratio }) => ratio !== null);
  return {
    id: 'ratio',
    number: 1,
    title: `${label}: head over base`,
    legend: dimensions(list).engines.map((engine) => ({ engine, label: engineLabel(engine) })),
    panelText:
      `Bars: 95 % intervals. Filled: significant, and beyond ${comparison.min_effect_pct} % (the band around 1). ` +
      `${comparison.better === 'higher' ? 'Above' : 'Below'} 1 is faster.`,
    plot: (width) => plotted(list, comparison.min_effect_pct / 100, width),
    empty: 'There is no ratio to draw: no configuration has values on both sides.',
    columns: comparisonColumns,
    rows: comparisonRows(comparison),
  };
}
