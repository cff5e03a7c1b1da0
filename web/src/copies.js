// The copies of the payload that a profile distinguishes: their names and hatchings, their shares as a table, and their cost in
// sentences. Pure.
import { engineLabel } from './engine_style.js';
import { count, listed } from './format.js';

// They differ by colour and by hatching: a path within an 8 x 8 square.
export const copyKinds = [
  { key: 'gather', short: 'Gather', name: 'gather', hatch: 'M-2 2 L2 -2 M0 8 L8 0 M6 10 L10 6' },
  { key: 'send', short: 'Send', name: 'send copy', hatch: 'M-2 6 L2 10 M0 0 L8 8 M6 -2 L10 2' },
  { key: 'deferred', short: 'Deferred', name: 'deferred copy', hatch: 'M0 4 H8 M4 0 V8' },
  { key: 'receive', short: 'Receive', name: 'receive copy', hatch: 'M0 2 H8 M0 6 H8' },
];
export const copyName = (key) => copyKinds.find((kind) => kind.key === key)?.name ?? key;
export const hatchOf = (key) => `url(#hatch-${key})`;

export const sharePercent = (share) => (share === 0 ? '0 %' : `${(100 * share).toFixed(share < 0.001 ? 2 : 1)} %`);
// "+2.1", "−0.4", "±0.0": in percentage points.
export function changePoints(change) {
  const text = Math.abs(100 * change).toFixed(1);
  return `${text === '0.0' ? '±' : change > 0 ? '+' : '−'}${text}`;
}

export const sampledText = ({ event, frequency_hz: frequency, scope }) =>
  `${event}, ${frequency.toLocaleString('en')} Hz, ${scope === 'machine' ? 'whole machine' : 'server and client'}`;

// One row per configuration: the items of /profiles, and the profile runs without an item. Shares are of the busy samples; null,
// with the reason, if there are none.
export function shareRows({ items }, runs, labels) {
  const profiled = new Set(items.map((item) => item.run_id));
  const without = runs
    .filter((run) => !profiled.has(run.run_id))
    .map((run) => ({ ...run, copy_share: null, reason: run.reason ?? `the run was ${run.state}` }));
  const all = [...items, ...without].sort((a, b) => a.run_id - b.run_id);
  return all.map((item) => {
    const share = item.copy_share;
    const row = {
      run_id: item.run_id,
      engine: item.engine,
      zerocopy: labels.get(item.engine) ?? null,
      message_bytes: item.message_bytes,
      threads: item.threads,
      busy_samples: share?.busy_samples ?? null,
      total: share?.total ?? null,
      other: share ? 1 - share.total : null,
      event: item.event ?? null,
      sampled: item.event ? sampledText(item) : null,
      reason: item.reason,
    };
    for (const { key } of copyKinds) row[key] = share?.[key].share ?? null;
    return row;
  });
}

const namedCopy = (key) => `the ${copyName(key)}`;
const oneDecimal = (share) => `${(100 * share).toFixed(1)} %`;

const findingTexts = {
  spends: ({ share, busy_samples: samples, copies }, name) =>
    copies.length
      ? `${name} spends ${oneDecimal(share)} of the busy CPU time in copying the payload: ` +
        `${listed(copies.map((one) => `${oneDecimal(one.share)} in ${namedCopy(one.copy)}`))} (${count(samples, 'sample')}).`
      : `${name} spends no measurable share of the busy CPU time (${count(samples, 'sample')}) in copying the payload.`,
  not_its_own: ({ share, copies: [{ copy }] }, name) =>
    `${name} has ${oneDecimal(share)} of its samples in a ${copyName(copy)}, which it cannot have: of other programs’ packets ` +
    'that were handled on its threads.',
  only_some_do: ({ share, copies: [{ copy }], without }, name, nameOf) =>
    `${name} spends ${oneDecimal(share)} in ${namedCopy(copy)} that ${listed(without.map(nameOf))} ` +
    `${without.length === 1 ? 'does' : 'do'} not have.`,
};

// words: of /profiles. -> [{message_bytes, threads, sentences}], in the page's names.
export function costWords(words, labels) {
  const nameOf = (engine) => engineLabel(engine, labels);
  const sentence = (finding) => findingTexts[finding.code](finding, nameOf(finding.engine), nameOf);
  return words.map((cell) => ({ ...cell, sentences: cell.findings.map(sentence) }));
}
