// The uncertainty of the throughputs, from /summary: intervals with their methods, variation, outliers, repetitions.
import { element, missing, table, valueWithSpan } from '../dom.js';
import { bytes, interval, listed, percent } from '../format.js';
import { figure } from '../figures.js';
import { engineLabel } from '../engine_style.js';

const gbps = figure('throughput_gbps').text;

const withInterval = (value, span) => valueWithSpan(gbps(value), span ? interval(span, gbps) : 'no interval');

const repeatStates = {
  running: 'going on',
  interval_reached: 'interval reached',
  cap_reached: 'cap reached',
  given_up: 'given up: runs failed',
  cancelled: 'cancelled',
};

// "interval reached (1.6 %)"
export const repeatsText = ({ state, interval_pct: width }) =>
  `${repeatStates[state]}${width === null ? '' : ` (${width.toLocaleString('en', { maximumFractionDigits: 2 })} %)`}`;

const runLinks = (ids) => ids.map((id, i) => [i ? ', ' : '', element('a', { href: `runs/${id}` }, `run ${id}`)]);

const methods = (rows, key) => [...new Set(rows.map(({ spread }) => spread?.[key]?.method).filter(Boolean))];

// labels: see zerocopyLabels(). Empty before there is a summary.
export function uncertaintyView(summary, labels) {
  if (!summary) return [];
  const rows = summary.configurations.map((line) => ({ ...line, spread: line.figures.throughput_gbps }));
  const cell = (text) => (row) => (row.spread && text(row.spread)) ?? missing('too few values');
  const columns = [
    { label: 'Mode', wrap: true, cell: (row) => engineLabel(row.engine, labels) },
    { label: 'Message', number: true, cell: (row) => bytes(row.message_bytes) },
    { label: 'Threads', number: true, cell: (row) => String(row.threads) },
    { label: 'Runs', number: true, cell: ({ spread }) => String(spread?.n ?? 0) },
    {
      label: 'Median (95 % interval)',
      unit: 'Gbit/s',
      wrap: true,
      number: true,
      cell: cell((it) => withInterval(it.median, it.ci95_median)),
    },
    {
      label: 'Mean (95 % interval)',
      unit: 'Gbit/s',
      wrap: true,
      number: true,
      cell: cell((it) => withInterval(it.mean, it.ci95_mean)),
    },
    { label: 'Variation', unit: 'CV', number: true, cell: cell(({ cv }) => (cv === null ? null : percent(cv))) },
    { label: 'Outliers', wrap: true, cell: cell(({ outliers }) => (outliers.length ? runLinks(outliers) : 'none')) },
  ];
  if (rows.some(({ repeats }) => repeats)) {
    columns.push({ label: 'Repetitions', wrap: true, cell: (row) => (row.repeats ? repeatsText(row.repeats) : '') });
  }
  return [
    element('h2', {}, 'How sure this is'),
    table('Throughput of each configuration with its intervals', columns, rows),
    element(
      'p',
      { class: 'muted' },
      `Median: ${listed(methods(rows, 'ci95_median')) || 'no interval'}. `,
      `Mean: ${listed(methods(rows, 'ci95_mean')) || 'no interval'}. `,
      `Outliers are marked and kept. ${summary.outlier_rule}.`,
    ),
  ];
}
