// A legend's swatches: the engine's line with its dash and symbol, or a square of colour. The same drawing serves the
// page and the exported file.
import { element, svg } from '../dom.js';
import { looks } from '../look.js';

export const swatchWidth = 30;

function symbol(kind, color) {
  const shared = { fill: 'var(--page)', stroke: color, 'stroke-width': 1.8 };
  if (kind === 'square') return svg('rect', { x: 11, y: 3, width: 8, height: 8, ...shared });
  if (kind === 'triangle') return svg('path', { d: 'M15 2 L20 11 L10 11 Z', ...shared });
  return svg('circle', { cx: 15, cy: 7, r: 4.4, ...shared });
}

export function swatch(entry) {
  if (entry.swatch) return svg('g', {}, svg('rect', { x: 12, y: 1, width: 13, height: 13, rx: 2, fill: entry.swatch }));
  const { color, dash, symbol: kind } = looks[entry.engine];
  return svg(
    'g',
    {},
    svg('line', { x1: 1, x2: 29, y1: 7, y2: 7, stroke: color, 'stroke-width': 2, 'stroke-dasharray': dash }),
    symbol(kind, color),
  );
}

export function legendList(entries) {
  return element(
    'ul',
    { class: 'legend', 'aria-label': 'Legend' },
    entries.map((entry) =>
      element(
        'li',
        {},
        svg(
          'svg',
          { width: swatchWidth, height: 14, viewBox: `0 0 ${swatchWidth} 14`, 'aria-hidden': 'true' },
          swatch(entry),
        ),
        element('span', {}, entry.label),
      ),
    ),
  );
}
