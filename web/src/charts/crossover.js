// Draws the path of a crossover search: the ratio at each size on a scale, with the meaning of either side of 1.
import { element, svg } from '../dom.js';
import { bytes } from '../format.js';
import { figure, inSentence, isBetterHigher } from '../figures.js';
import { engineLabel } from '../engine_style.js';

// About as wide as a phone, so that the text, which scales with the drawing, is legible there too.
const frame = { width: 340, height: 190, left: 44, right: 6, top: 8, bottom: 22 };
const widest = 100;

// The interval of the first pairs may be so wide that everything else would shrink to one line.
export const isTooWide = ({ low, high }) => !(high <= widest * low);

// The engine that is better if the ratio is above 1, and the one if it is below.
export function sides({ of: [first, second], metric }) {
  return isBetterHigher(metric) ? { above: first, below: second } : { above: second, below: first };
}

// The coordinates of sizes and ratios in the drawing. Both axes are logarithmic, and a ratio of 1 is in the middle.
export function scales(path, { width, height, left, right, top, bottom } = frame) {
  const sizes = path.map(({ field_bytes: size }) => Math.log(size));
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  const drawn = path.flatMap(({ ci95, ratio }) => (ci95 && !isTooWide(ci95) ? [ratio, ci95.low, ci95.high] : [ratio]));
  const reach = Math.max(0.01, ...drawn.filter((value) => value > 0).map((value) => Math.abs(Math.log(value))));
  const inset = 8; // for half a circle at either end
  const [from, to] = [left + inset, width - right - inset];
  const [half, middle] = [(height - top - bottom) / 2 - inset, (top + height - bottom) / 2];
  return {
    x: (size) => from + ((Math.log(size) - low) / (high - low || 1)) * (to - from),
    y: (ratio) => middle - (Math.log(ratio) / reach) * half,
    ticks: [Math.exp(reach), 1, Math.exp(-reach)],
  };
}

const tickText = (ratio) => ratio.toLocaleString('en', { maximumSignificantDigits: 3 });
const text = (attributes, ...children) => svg('text', { fill: 'currentColor', 'font-size': 11, ...attributes }, ...children);

function marksOf(path, { x, y }) {
  return path
    .filter(({ ratio }) => ratio !== null)
    .flatMap(({ field_bytes: size, ratio, ci95, verdict }) => [
      ci95 && !isTooWide(ci95)
        ? svg('path', { class: 'interval', d: `M${x(size)} ${y(ci95.low)}V${y(ci95.high)}`, stroke: 'currentColor' })
        : null,
      svg('circle', {
        cx: x(size),
        cy: y(ratio),
        r: 4,
        stroke: 'currentColor',
        fill: verdict === 'better' ? 'currentColor' : 'var(--page)',
      }),
    ]);
}

function drawing({ of, metric, path, interval }, labels) {
  const { width, height, left, right, top, bottom } = frame;
  const { x, y, ticks } = scales(path);
  const names = of.map((engine) => engineLabel(engine, labels));
  const found = interval && [
    svg('rect', {
      x: x(interval.low),
      width: Math.max(x(interval.high) - x(interval.low), 2),
      y: top,
      height: height - top - bottom,
      fill: 'currentColor',
      opacity: 0.15,
    }),
  ];
  const scale = ticks.map((ratio) => [
    svg('line', {
      x1: left,
      x2: width - right,
      y1: y(ratio),
      y2: y(ratio),
      stroke: ratio === 1 ? 'currentColor' : 'var(--line)',
      'stroke-dasharray': ratio === 1 ? '4 4' : null,
    }),
    text({ x: left - 5, y: y(ratio), dy: '.35em', 'text-anchor': 'end' }, tickText(ratio)),
  ]);
  return svg(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': `${names.join(' divided by ')}, ${figure(metric).label}, by message size: the table has the values`,
    },
    found,
    scale,
    text({ x: left, y: height - 5 }, bytes(path[0].field_bytes * 8)),
    text({ x: width - right, y: height - 5, 'text-anchor': 'end' }, bytes(path.at(-1).field_bytes * 8)),
    marksOf(path, { x, y }),
  );
}

// labels: see zerocopyLabels().
export function crossoverDrawing(crossover, labels) {
  const { above, below } = sides(crossover);
  const [first, second] = crossover.of.map((engine) => engineLabel(engine, labels));
  const side = (arrow, engine) => element('p', { class: 'side' }, `${arrow} ${engineLabel(engine, labels)} is better`);
  return element(
    'figure',
    { class: 'crossover' },
    side('↑', above),
    drawing(crossover, labels),
    side('↓', below),
    element(
      'figcaption',
      { class: 'panel-text' },
      `By message size: ${inSentence(figure(crossover.metric))} of ${first} over that of ${second}. Bars: 95 % intervals. ` +
        `Filled: better by more than chance.${crossover.interval ? ' Grey: where the change is.' : ''}`,
    ),
  );
}
