// Exports a chart as a file for a report: title, legend, drawing and annotation in one SVG that needs no style sheet and no
// variable, or the same as a PNG of 300 dots per inch, which states its resolution.
import { svg } from '../dom.js';
import { lightColors } from '../engine_style.js';
import { swatch, swatchWidth } from './legend.js';

const width = 720; // CSS px: 7.5 inches, the text width of an A4 page
const margin = 16;
const dotsPerInch = 300;
const cssPerInch = 96;
const font = 'system-ui, "Segoe UI", "DejaVu Sans", Arial, sans-serif';

const context = document.createElement('canvas').getContext('2d');
const textWidth = (text, size, weight = 400) => {
  context.font = `${weight} ${size}px ${font}`;
  return context.measureText(text).width;
};

function wrapped(text, size, most, weight = 400) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = lines.at(-1) === '' ? word : `${lines.at(-1)} ${word}`;
    if (textWidth(longer, size, weight) <= most) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

// Puts legend entries in rows. Returns the group and its height.
function legendGroup(entries, top) {
  const group = svg('g', {});
  let x = margin;
  let y = top;
  for (const entry of entries) {
    const wide = swatchWidth + 6 + textWidth(entry.label, 12) + 18;
    if (x > margin && x + wide > width - margin) {
      x = margin;
      y += 20;
    }
    group.append(
      svg(
        'g',
        { transform: `translate(${x},${y})` },
        swatch(entry),
        svg('text', { x: swatchWidth + 6, y: 11, 'font-size': 12 }, entry.label),
      ),
    );
    x += wide;
  }
  return { group, height: entries.length ? y - top + 22 : 0 };
}

// The drawing must have light colours in any colour scheme of the page, so variables are replaced by their light values.
const inLight = (text) => text.replace(/var\((--[\w-]+)\)/g, (_, name) => lightColors[name] ?? '#1b1f24');

// chart: as the card has it; annotation: its lines. Returns {text, width, height} or null without a drawing.
export function chartFile(chart, annotation) {
  const drawing = chart.plot(width - 2 * margin);
  if (!drawing) return null;
  const titleLines = wrapped(chart.title, 16, width - 2 * margin, 700);
  let y = margin + 4;
  const root = svg('svg', {
    xmlns: 'http://www.w3.org/2000/svg',
    'font-family': font,
    fill: 'var(--text)',
    color: 'var(--text)',
  });
  const background = svg('rect', { width: '100%', height: '100%', fill: 'var(--page)' });
  root.append(svg('title', {}, chart.title), background);
  for (const line of titleLines) {
    y += 14;
    root.append(svg('text', { x: margin, y, 'font-size': 16, 'font-weight': 700 }, line));
    y += 7;
  }
  y += 8;
  const legend = legendGroup(chart.legend, y);
  root.append(legend.group);
  y += legend.height;
  if (chart.panelText) {
    for (const line of wrapped(chart.panelText, 12, width - 2 * margin)) {
      root.append(svg('text', { x: margin, y: y + 12, 'font-size': 12, fill: 'var(--muted)' }, line));
      y += 16;
    }
    y += 2;
  }
  y += 6;
  const height = Number(drawing.getAttribute('height'));
  drawing.setAttribute('x', margin);
  drawing.setAttribute('y', y);
  drawing.setAttribute('font-family', font);
  drawing.setAttribute('font-size', 12);
  drawing.setAttribute('text-anchor', 'middle');
  drawing.removeAttribute('style');
  drawing.setAttribute('overflow', 'visible');
  root.append(drawing);
  y += height + 10;
  for (const line of annotation.flatMap((text) => wrapped(text, 10.5, width - 2 * margin))) {
    y += 14;
    root.append(svg('text', { x: margin, y, 'font-size': 10.5, fill: 'var(--muted)' }, line));
  }
  y = Math.ceil(y + margin);
  root.setAttribute('width', width);
  root.setAttribute('height', y);
  root.setAttribute('viewBox', `0 0 ${width} ${y}`);
  const text = inLight(new XMLSerializer().serializeToString(root)).replaceAll('currentColor', lightColors['--text']);
  return { text: `<?xml version="1.0" encoding="UTF-8"?>\n${text}\n`, width, height: y };
}

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; ++k) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
const crc32 = (data) => data.reduce((crc, byte) => crcTable[(crc ^ byte) & 255] ^ (crc >>> 8), 0xffffffff) ^ 0xffffffff;

// Programs assume 72 or 96 DPI for a PNG without a resolution. A pHYs chunk right after the header (33 bytes) states it.
export function withResolution(png, dpi = dotsPerInch) {
  const perMetre = Math.round(dpi / 0.0254);
  const chunk = new Uint8Array(21);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, 9);
  chunk.set([0x70, 0x48, 0x59, 0x73], 4); // pHYs
  view.setUint32(8, perMetre);
  view.setUint32(12, perMetre);
  chunk[16] = 1; // the unit is the metre
  view.setUint32(17, crc32(chunk.subarray(4, 17)) >>> 0);
  const header = 33;
  const result = new Uint8Array(png.length + chunk.length);
  result.set(png.subarray(0, header));
  result.set(chunk, header);
  result.set(png.subarray(header), header + chunk.length);
  return result;
}

export const svgBlob = (file) => new Blob([file.text], { type: 'image/svg+xml' });

export async function pngBlob(file) {
  const url = URL.createObjectURL(svgBlob(file));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round((file.width * dotsPerInch) / cssPerInch);
    canvas.height = Math.round((file.height * dotsPerInch) / cssPerInch);
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => {
      canvas.toBlob(resolve, 'image/png');
    });
    if (!blob) throw new Error('The browser could not make a PNG of this chart; the SVG has the same drawing.');
    return new Blob([withResolution(new Uint8Array(await blob.arrayBuffer()))], { type: 'image/png' });
  } finally {
    URL.revokeObjectURL(url);
  }
}
