// A search for a crossover: its answer so far, in words, and the path of sizes it took, as a drawing and as a table.
import { element, missing, svg, table } from '../dom.js';
import { bytes, count } from '../format.js';
import { figure, inSentence, withUnit } from '../figures.js';
import { engineLabel, inPageNames } from '../look.js';

// labels: what its zero-copy runs were.
export const verdictText = ({ verdict, better }, labels) =>
  ({
    measuring: 'measuring …',
    better: better && `${engineLabel(better, labels)} is better`,
    no_difference: 'no significant difference',
    not_measured: 'its runs failed',
  })[verdict];

const ratioText = (value) => value.toLocaleString('en', { minimumFractionDigits: 3, maximumFractionDigits: 3 });

// Where a ratio and a size stand in the drawing; both axes are logarithmic, and a ratio of 1 is in the middle.
export function scales(path, width, height) {
  const sizes = path.map(({ field_bytes: size }) => Math.log(size));
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  const ratios = path.flatMap(({ ci95, ratio }) => [ratio, ci95?.low, ci95?.high]).filter((value) => value > 0);
  const reach = Math.max(0.01, ...ratios.map((value) => Math.abs(Math.log(value))));
  return {
    x: (size) => 30 + ((Math.log(size) - low) / (high - low || 1)) * (width - 60),
    y: (ratio) => height / 2 - (Math.log(ratio) / reach) * (height / 2 - 16),
    reach: Math.exp(reach),
  };
}

function drawing({ of, metric, path, interval }, labels) {
  const [width, height] = [640, 200];
  const { x, y } = scales(path, width, height);
  const names = of.map((engine) => engineLabel(engine, labels));
  const label = `${names.join(' divided by ')}, ${figure(metric).label}, by message size: the table has the values`;
  const marks = path
    .filter(({ ratio }) => ratio !== null)
    .flatMap(({ field_bytes: size, ratio, ci95, verdict }) => [
      ci95 && svg('line', { x1: x(size), x2: x(size), y1: y(ci95.low), y2: y(ci95.high), stroke: 'currentColor' }),
      svg('circle', {
        cx: x(size),
        cy: y(ratio),
        r: 5,
        stroke: 'currentColor',
        fill: verdict === 'better' ? 'currentColor' : 'none',
      }),
    ]);
  const found = interval && [
    svg('rect', {
      x: x(interval.low),
      width: Math.max(x(interval.high) - x(interval.low), 2),
      y: 8,
      height: height - 24,
      fill: 'currentColor',
      opacity: 0.15,
    }),
  ];
  const first = path[0].field_bytes * 8;
  const last = path.at(-1).field_bytes * 8;
  return svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, class: 'crossover' },
    found,
    svg('line', { x1: 0, x2: width, y1: y(1), y2: y(1), stroke: 'currentColor', 'stroke-dasharray': '4 4' }),
    svg('text', { x: 4, y: y(1) - 4, fill: 'currentColor', 'font-size': 12 }, 'equal'),
    svg('text', { x: 4, y: height - 4, fill: 'currentColor', 'font-size': 12 }, bytes(first)),
    svg(
      'text',
      { x: width - 4, y: height - 4, 'text-anchor': 'end', fill: 'currentColor', 'font-size': 12 },
      bytes(last),
    ),
    marks,
  );
}

// The daemon's answer in the page's names. labels: what its zero-copy runs were.
export const crossoverAnswer = ({ answer, metric }, labels) =>
  inPageNames(answer, labels).replaceAll(metric, inSentence(figure(metric)));

// What the answer above rests on. Empty where the experiment is a sweep.
export function crossoverView(crossover, labels) {
  if (!crossover) return [];
  const { of, metric, path } = crossover;
  const columns = [
    { label: 'Message', number: true, cell: (row) => bytes(row.field_bytes * 8) },
    { label: 'Field', number: true, cell: (row) => bytes(row.field_bytes) },
    {
      label: of.map((engine) => engineLabel(engine, labels)).join(' / '),
      number: true,
      cell: (row) => (row.ratio === null ? missing('nothing measured yet') : ratioText(row.ratio)),
    },
    {
      label: '95 % interval',
      number: true,
      cell: (row) =>
        row.ci95 ? `${ratioText(row.ci95.low)} to ${ratioText(row.ci95.high)}` : missing('needs two pairs'),
    },
    { label: 'Pairs', number: true, cell: (row) => String(row.pairs) },
    { label: 'Verdict', cell: (row) => verdictText(row, labels) },
  ];
  return [
    element('h2', {}, 'Crossover'),
    drawing(crossover, labels),
    table(`${count(path.length, 'size')} of the search, by ${withUnit(figure(metric))}`, columns, path),
  ];
}
