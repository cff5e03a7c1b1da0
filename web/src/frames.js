// Style and text of a frame of a flame graph, alone or compared with another run's. Nodes are those of stackTree(). Pure.
import { changePoints, copyKinds, copyName, hatchOf, sharePercent } from './copies.js';
import { count } from './format.js';
import { drawnCopy } from './stacks.js';

const deepestChange = 0.1; // a share that differs by this much has the deepest colour; as in the daemon's drawing

// The shown run and the run that it is compared with, as chosen if they exist.
export function chosenRuns(items, { run, base_run: base }, { size, at }) {
  const shown =
    items.find((item) => item.run_id === run) ??
    items.find((item) => item.message_bytes === size && item.threads === at) ??
    items[0];
  return { shown, base: items.find((item) => item.run_id === base && item !== shown) ?? null };
}

// "memcpy_[k]: 12.3 % (321 samples, 20 of them in the send copy); in the other run 10.1 %, so +2.2 points"
export function frameText({ name, share, value, self, copy, baseShare, change }) {
  const copied = copy ? `, ${self === value ? '' : `${self} of them `}in the ${copyName(copy)}` : '';
  const compared =
    change === null ? '' : `; in the other run ${sharePercent(baseShare)}, so ${changePoints(change)} points`;
  return `${name}: ${sharePercent(share)} (${count(value, 'sample')}${copied})${compared}`;
}

const isKernel = (name) => name.endsWith('_[k]');

export function fillOf(node) {
  const { parent, name, change } = node;
  if (change !== null) {
    const depth = Math.round(100 * Math.min(1, Math.abs(change) / deepestChange));
    return depth === 0
      ? 'var(--flame-same)'
      : `color-mix(in srgb, var(--flame-${change > 0 ? 'more' : 'less'}) ${depth}%, var(--flame-same))`;
  }
  if (drawnCopy(node)) return hatchOf(drawnCopy(node));
  return parent === null ? 'var(--flame-same)' : `var(--flame-${isKernel(name) ? 'kernel' : 'user'})`;
}

export const frameLabel = ({ name, change, parent }) =>
  change === null || parent === null ? name : `${changePoints(change)} ${name}`;

export function frameLegend({ root, base }, shown) {
  if (base)
    return [
      { swatch: 'var(--flame-more)', label: '+ a larger share here' },
      { swatch: 'var(--flame-same)', label: '± the same' },
      { swatch: 'var(--flame-less)', label: '− a smaller share here' },
    ];
  const share = ({ key }) => shown.copy_share?.[key].samples / root.value;
  return [
    { swatch: 'var(--flame-user)', label: 'user space' },
    { swatch: 'var(--flame-kernel)', label: 'kernel (_[k])' },
    ...copyKinds
      .filter((kind) => share(kind) > 0)
      .map((kind) => ({ swatch: hatchOf(kind.key), label: `${kind.name}, ${sharePercent(share(kind))}` })),
  ];
}
