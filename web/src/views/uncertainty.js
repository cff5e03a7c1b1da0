// How sure the throughputs are, as /summary says it: intervals with their methods, variation, outliers, repetitions.
import { element, missing, table } from '../dom.js';
import { bytes, listed, percent } from '../format.js';
import { engineLabel } from '../look.js';

const gbps = (value) => value.toLocaleString('en', { minimumFractionDigits: 3, maximumFractionDigits: 3 });

// An interval that covers less than 95 % says so.
export function intervalText(interval) {
  if (!interval) return null;
  const text = `${gbps(interval.low)} to ${gbps(interval.high)}`;
  return interval.coverage < 0.95 ? `${text} (covers ${percent(interval.coverage)})` : text;
}

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

const methods = (rows, key) => [...new Set(rows.map(({ spread }) => spread?.[key]?.method).filter(Boolean))];

// labels: what its zero-copy runs were. Empty before there is a summary.
export function uncertaintyView(summary, labels) {
  if (!summary) return [];
  const rows = summary.configurations.map((line) => ({ ...line, spread: line.figures.throughput_gbps }));
  const cell = (text) => (row) => (row.spread && text(row.spread)) ?? missing('too few values');
  const columns = [
    { label: 'Mode', cell: (row) => engineLabel(row.engine, labels) },
    { label: 'Message', number: true, cell: (row) => bytes(row.message_bytes) },
    { label: 'Threads', number: true, cell: (row) => String(row.threads) },
    { label: 'Runs', number: true, cell: cell(({ n }) => String(n)) },
    { label: 'Median', unit: 'Gbit/s', number: true, cell: cell(({ median }) => gbps(median)) },
    { label: '95 % interval', unit: 'of the median', number: true, cell: cell((it) => intervalText(it.ci95_median)) },
    { label: 'Mean', unit: 'Gbit/s', number: true, cell: cell(({ mean }) => gbps(mean)) },
    { label: '95 % interval', unit: 'of the mean', number: true, cell: cell((it) => intervalText(it.ci95_mean)) },
    { label: 'Variation', unit: 'CV', number: true, cell: cell(({ cv }) => (cv === null ? null : percent(cv))) },
    { label: 'Outliers', unit: 'runs', cell: cell(({ outliers }) => (outliers.length ? outliers.join(', ') : 'none')) },
  ];
  if (rows.some(({ repeats }) => repeats)) {
    columns.push({ label: 'Repetitions', cell: (row) => (row.repeats ? repeatsText(row.repeats) : '') });
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
