// Shared by all charts: panels, axes and colours. Observable Plot puts a <style> element into its drawings, which the
// page's Content-Security-Policy forbids. It is removed again; style.css and export.js have its rules.
import * as Plot from '@observablehq/plot';
import { bytes } from '../format.js';

const panelWidth = 150;
const rowHeight = 230;

// Plot leaves out labels of a logarithmic axis that are not low multiples of its base, even for explicit ticks (5,000;
// 24 KiB). Axis marks with texts of their own keep all labels.
function withAllLabels(options) {
  const result = { ...options };
  const axes = [];
  /** @type {[string, Function, Function][]} */
  const both = [
    ['x', Plot.axisX, Plot.gridX],
    ['y', Plot.axisY, Plot.gridY],
  ];
  for (const [key, axis, lines] of both) {
    if (!Array.isArray(options[key].ticks)) continue;
    const { ticks, tickFormat, label, labelAnchor, labelArrow, labelOffset, grid, ...scale } = options[key];
    result[key] = { ...scale, axis: null };
    axes.push(
      grid ? lines(ticks) : null,
      axis(ticks, { text: tickFormat, label, labelAnchor, labelArrow, labelOffset }),
    );
  }
  return { ...result, marks: [...axes, ...options.marks] };
}

export function draw(options) {
  const drawing = Plot.plot({
    className: 'plot',
    marginLeft: 56,
    marginRight: 18,
    marginTop: 42,
    marginBottom: 44,
    style: { fontSize: '12px', overflow: 'visible' },
    ...withAllLabels(options),
  });
  for (const node of drawing.querySelectorAll('style')) node.remove();
  // The drawing is one image with one name. Its groups have no role, so they must have no name.
  for (const node of drawing.querySelectorAll('[aria-label]')) node.removeAttribute('aria-label');
  return drawing;
}

// Panels side by side, in as many rows as the width requires: {of: (key) => {fx, fy}, options, marks}.
// A title may have several lines: it grows upwards.
export function panels(keys, title, width) {
  if (keys.length < 2) {
    return {
      of: () => ({ fx: 0, fy: 0 }),
      options: { height: rowHeight + 90, fx: { axis: null, padding: 0 }, fy: { axis: null, padding: 0 } },
      marks: [],
    };
  }
  const lines = Math.max(...keys.map((key) => title(key).split('\n').length));
  const marginTop = 42 + (lines - 1) * 12;
  const most = Math.max(1, Math.floor((width - 74) / panelWidth));
  const rows = Math.ceil(keys.length / most);
  const columns = Math.ceil(keys.length / rows);
  const of = (key) => {
    const i = keys.indexOf(key);
    return { fx: i % columns, fy: Math.floor(i / columns) };
  };
  return {
    of,
    options: {
      height: rows * rowHeight + 44 + marginTop,
      marginTop,
      // A single band would be shortened by its padding too.
      fx: { axis: null, padding: columns > 1 ? 0.08 : 0 },
      fy: { axis: null, padding: rows === 1 ? 0 : lines > 1 ? 0.3 : 0.16 },
    },
    marks: [
      Plot.text(keys, {
        fx: (key) => of(key).fx,
        fy: (key) => of(key).fy,
        text: title,
        frameAnchor: 'top',
        lineAnchor: 'bottom',
        dy: -7,
        fontWeight: 600,
        fill: 'currentColor',
      }),
    ],
  };
}

// Ticks at the measured values. With many values only every second or third, so that their labels do not overlap.
export function measuredTicks(values, width, labelWidth) {
  const fitting = Math.max(2, Math.floor(width / labelWidth));
  const step = Math.ceil(values.length / fitting);
  return values.filter((_, i) => i % step === 0);
}

// Adds space on both sides, so that the frame cuts no symbol. A single value gets a range around it.
export function paddedDomain(values, log) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (log) return [low / 1.25, high * 1.25];
  const pad = (high - low) * 0.05 || Math.abs(high) * 0.25 || 1;
  return [low - pad, high + pad];
}

// Axes of the measured points only. Ticks of sizes have their own units: 4 KiB.
export const messageSizes = { label: 'Message size', unit: 'bytes', tick: bytes, tickWidth: 58 };
export const threadCounts = { label: 'Threads', unit: null, tick: String, tickWidth: 30 };

export function measuredAxis(kind, values, { label, unit, tick, tickWidth }, frameWidth) {
  const said = [unit, kind === 'log' ? 'log scale' : null].filter(Boolean).join(', ');
  return {
    type: kind,
    ...(kind === 'log' ? { base: 2 } : {}),
    domain: paddedDomain(values, kind === 'log'),
    ticks: measuredTicks(values, frameWidth, tickWidth),
    tickFormat: tick,
    label: said ? `${label} (${said})` : label,
    labelAnchor: 'center',
    labelArrow: 'none',
    labelOffset: 38,
  };
}

const shortNumber = (value) => {
  const size = Math.abs(value);
  if (size >= 1e9) return `${Number((value / 1e9).toPrecision(3))} G`;
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))} M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(3))} k`;
  return Number(value.toPrecision(3)).toLocaleString('en');
};

// values: of all marks. A logarithmic axis has no 0, so an axis of values that include 0 is symmetric-logarithmic.
export function valueAxis(kind, values, label) {
  const shared = { label, labelArrow: 'none', grid: true, tickFormat: shortNumber, tickSpacing: 44, insetTop: 4 };
  const high = Math.max(...values, 0);
  const low = Math.min(...values);
  if (kind === 'linear' || high === 0) return { ...shared, type: 'linear', domain: [0, high * 1.06 || 1] };
  if (low <= 0) return { ...shared, type: 'symlog', domain: [0, high * 1.3] };
  return { ...shared, type: 'log', domain: [low / 1.3, high * 1.3], ticks: logTicks(low / 1.3, high * 1.3) };
}

// 1, 2 and 5 of each decade; with more than three decades, only the decades.
function logTicks(low, high) {
  const decades = Math.log10(high / low);
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); ++power) {
    for (const digit of decades > 3 ? [1] : [1, 2, 5]) {
      const tick = Number(`${digit}e${power}`);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

// Drawn around the marks of doubtful runs.
export const ring = { fill: 'none', stroke: 'var(--text)', strokeDasharray: '2 1.5' };
export const frame = () => Plot.frame({ stroke: 'var(--line)' });
