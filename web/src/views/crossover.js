// A crossover search: its path of sizes as a drawing and as a table.
import { crossoverDrawing, isTooWide } from '../charts/crossover.js';
import { element, missing, table } from '../dom.js';
import { bytes, count } from '../format.js';
import { figure, withUnit } from '../figures.js';
import { engineLabel } from '../engine_style.js';

// labels: see zerocopyLabels().
export const verdictText = ({ verdict, better }, labels) =>
  ({
    measuring: 'measuring …',
    better: better && `${engineLabel(better, labels)} is better`,
    no_difference: 'no significant difference',
    not_measured: 'its runs failed',
  })[verdict];

const ratioText = (value) => value.toLocaleString('en', { minimumFractionDigits: 3, maximumFractionDigits: 3 });

const intervalText = (ci95) =>
  isTooWide(ci95)
    ? element('span', { class: 'missing' }, 'too wide yet')
    : `${ratioText(ci95.low)} to ${ratioText(ci95.high)}`;

// The evidence for the answer above. Empty if the experiment is a sweep.
export function crossoverView(crossover, labels) {
  if (!crossover) return [];
  const { of, metric, path } = crossover;
  const columns = [
    { label: 'Message', number: true, cell: (row) => bytes(row.field_bytes * 8) },
    { label: 'Field', number: true, cell: (row) => bytes(row.field_bytes) },
    {
      label: of.map((engine) => engineLabel(engine, labels)).join(' / '),
      number: true,
      wrap: true,
      cell: (row) => (row.ratio === null ? missing('nothing measured yet') : ratioText(row.ratio)),
    },
    {
      label: '95 % interval',
      unit: 'of this size alone',
      number: true,
      cell: ({ ci95 }) => (ci95 ? intervalText(ci95) : missing('needs two pairs')),
    },
    { label: 'Pairs', number: true, cell: (row) => String(row.pairs) },
    { label: 'Verdict', cell: (row) => verdictText(row, labels) },
  ];
  return [
    element('h2', {}, 'Crossover'),
    crossoverDrawing(crossover, labels),
    table(`${count(path.length, 'size')} of the search, by ${withUnit(figure(metric))}`, columns, path),
  ];
}
