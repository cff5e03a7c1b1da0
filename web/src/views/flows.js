// Drawings of the data's path in the three modes: user space, kernel, network. Each copy by the CPU is a numbered arrow.
import { svg } from '../dom.js';

const width = 720;
const lanes = [
  { name: 'Server, user space', x: 8, w: 250 },
  { name: 'Server’s kernel', x: 268, w: 190 },
  { name: 'Network', x: 468, w: 84 },
  { name: 'Client', x: 562, w: 150 },
];

const text = (x, y, words, attributes = {}) =>
  svg('text', { x, y, 'font-size': 12, 'text-anchor': 'middle', ...attributes }, words);

function box(x, y, w, h, words, kind = 'memory') {
  const lines = words.split('\n');
  return svg(
    'g',
    {},
    svg('rect', { x, y, width: w, height: h, rx: 4, class: `flow-${kind}` }),
    lines.map((line, i) => text(x + w / 2, y + h / 2 + 4 + (i - (lines.length - 1) / 2) * 14, line)),
  );
}

// copy: the copy's number, or null if nothing is copied (references, DMA).
function arrow(x1, y1, x2, y2, copy, label) {
  const middle = (x1 + x2) / 2;
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const head = [-0.45, 0.45].map((turn) => `L${x2 - 9 * Math.cos(angle + turn)} ${y2 - 9 * Math.sin(angle + turn)}`);
  return svg(
    'g',
    { class: copy ? 'flow-copy' : 'flow-reference' },
    svg('path', { d: `M${x1} ${y1} L${x2} ${y2}`, class: 'flow-line' }),
    svg('path', { d: `M${x2} ${y2} ${head[0]} M${x2} ${y2} ${head[1]}`, class: 'flow-head' }),
    copy
      ? [
          svg('circle', { cx: middle, cy: (y1 + y2) / 2, r: 9, class: 'flow-number' }),
          text(middle, (y1 + y2) / 2 + 4, String(copy), { class: 'flow-digit', 'font-size': 11 }),
        ]
      : null,
    label ? text(middle, Math.min(y1, y2) - 13, label, { 'font-size': 11, class: 'flow-label' }) : null,
  );
}

const fields = (x, y) =>
  Array.from({ length: 8 }, (_, i) =>
    svg('rect', {
      x: x + (i % 4) * 17,
      y: y + Math.floor(i / 4) * 24,
      width: 13,
      height: 19,
      rx: 2,
      class: 'flow-memory',
    }),
  );

function frame(height, description) {
  return [
    svg('title', {}, description),
    lanes.map(({ name, x, w }) => [
      svg('rect', { x, y: 26, width: w, height: height - 34, rx: 6, class: 'flow-lane' }),
      text(x + w / 2, 17, name, { 'font-weight': 600 }),
    ]),
  ];
}

const drawing = (height, description, ...parts) =>
  svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, role: 'img', class: 'flow', 'aria-label': description },
    frame(height, description),
    parts,
  );

const fieldsNamed = (words, y) => [fields(22, y), text(22, y + 64, words, { 'font-size': 11, 'text-anchor': 'start' })];

// The path through socket buffers. gather: the nodes that show how the fields get there.
const bySocketBuffers = (description, words, ...gather) =>
  drawing(
    132,
    description,
    fieldsNamed(words, 56),
    gather,
    box(312, 52, 136, 52, 'socket buffers'),
    arrow(448, 78, 474, 78, null),
    box(476, 56, 68, 44, 'NIC or\nloopback', 'wire'),
    arrow(546, 78, 590, 78, 'R'),
    box(592, 54, 112, 48, 'buffer of\nthe client'),
  );

export const flows = [
  {
    engine: 'two_copy',
    words:
      'Eight objects of the heap are gathered into one buffer, which send() hands to the kernel. The CPU of the sending host copies the payload twice. The gather is nearly free while its buffer stays in the cache.',
    drawing: () =>
      bySocketBuffers(
        'Two-copy: fields are copied into one buffer, copied again into socket buffers, and copied by the client’s kernel to the client.',
        '8 heap fields',
        arrow(92, 78, 158, 78, 1, 'memcpy'),
        box(160, 52, 88, 52, 'one buffer'),
        arrow(248, 78, 310, 78, 2, 'send()'),
      ),
  },
  {
    engine: 'one_copy',
    words:
      'sendmsg() takes the eight fields as a list, so that none is gathered first. The kernel still copies them: what is saved is the copy in user space, not the kernel’s own.',
    drawing: () =>
      bySocketBuffers(
        'One-copy: the fields are copied straight into socket buffers, and copied by the client’s kernel to the client.',
        '8 page-aligned fields',
        arrow(92, 78, 310, 78, 1, 'sendmsg(list of fields)'),
      ),
  },
  {
    engine: 'zero_copy',
    words:
      'With MSG_ZEROCOPY the kernel keeps references to the pages, and a network card reads them itself (DMA, no CPU copy). A buffer is written again only when the kernel reports its sends complete. Packets that stay on the host (loopback, veth) are always copied after all, later and elsewhere: then zero-copy was requested, copied by the kernel.',
    drawing: () =>
      drawing(
        196,
        'Zero-copy: the kernel refers to the fields’ pages. A network card reads them without a CPU copy; on loopback the kernel copies them later after all.',
        fieldsNamed('8 page-aligned fields', 84),
        arrow(92, 106, 310, 106, null, 'sendmsg(MSG_ZEROCOPY)'),
        box(312, 80, 136, 52, 'references\nto the pages'),
        arrow(448, 92, 474, 66, null),
        box(476, 40, 68, 44, 'NIC\n(DMA)', 'wire'),
        arrow(448, 120, 474, 150, '1'),
        box(476, 132, 68, 48, 'loopback\nor veth', 'wire'),
        arrow(546, 66, 590, 88, 'R'),
        arrow(546, 156, 590, 126, 'R'),
        box(592, 82, 112, 48, 'buffer of\nthe client'),
      ),
  },
];
