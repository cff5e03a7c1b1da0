// A legend's swatches: an engine's line with its dash and symbol, a thread count's width and fill, or a square of colour.
// The same drawing serves the page and the exported file.
import { element, svg } from '../dom.js';
import { looks } from '../engine_style.js';

export const swatchWidth = 30;

function symbol(kind, look) {
  if (kind === 'square') return svg('rect', { x: 11, y: 3, width: 8, height: 8, ...look });
  if (kind === 'triangle') return svg('path', { d: 'M15 2 L20 11 L10 11 Z', ...look });
  return svg('circle', { cx: 15, cy: 7, r: 4.4, ...look });
}

// look: {color, dash, symbol, width, opacity, fill}.
function lineSwatch(look) {
  const line = { stroke: look.color, 'stroke-width': look.width, 'stroke-opacity': look.opacity };
  const edge = { stroke: look.color, 'stroke-width': 1.8 };
  return svg(
    'g',
    {},
    svg('line', { x1: 1, x2: 29, y1: 7, y2: 7, 'stroke-dasharray': look.dash, ...line }),
    symbol(look.symbol, { fill: 'var(--page)' }),
    symbol(look.symbol, { fill: look.color, 'fill-opacity': look.fill, ...edge }),
  );
}

export function swatch({ swatch: color, ring, line, engine }) {
  if (ring) {
    const dashed = { r: 5.5, fill: 'none', stroke: 'var(--text)', 'stroke-dasharray': '2 1.5' };
    return svg('g', {}, svg('circle', { cx: 15, cy: 7, ...dashed }), svg('circle', { cx: 15, cy: 7, r: 2, fill: 'var(--muted)' }));
  }
  if (color) return svg('g', {}, svg('rect', { x: 12, y: 1, width: 13, height: 13, rx: 2, fill: color }));
  if (line) return lineSwatch({ color: 'var(--muted)', symbol: 'circle', ...line });
  return lineSwatch({ width: 2, opacity: 1, fill: 0, ...looks[engine] });
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
