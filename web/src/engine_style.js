// The style of the engines. They differ by colour, symbol and dash, and any one of the three is enough to distinguish them.
// Colours are CSS variables and follow the colour scheme; lightColors has the light ones for exported files.

export const engines = ['two_copy', 'one_copy', 'zero_copy'];

export const looks = {
  two_copy: { name: 'two-copy', color: 'var(--two-copy)', symbol: 'circle', dash: null },
  one_copy: { name: 'one-copy', color: 'var(--one-copy)', symbol: 'square', dash: '7 3' },
  zero_copy: { name: 'zero-copy', color: 'var(--zero-copy)', symbol: 'triangle', dash: '2 3' },
};

// The states of CPU time, in stacking order.
export const cpuStates = [
  { key: 'user_ns', name: 'user', color: 'var(--cpu-user)' },
  { key: 'nice_ns', name: 'user, low priority', color: 'var(--cpu-nice)' },
  { key: 'system_ns', name: 'kernel', color: 'var(--cpu-system)' },
  { key: 'irq_ns', name: 'interrupts', color: 'var(--cpu-irq)' },
  { key: 'softirq_ns', name: 'soft interrupts', color: 'var(--cpu-softirq)' },
  { key: 'guest_ns', name: 'guests', color: 'var(--cpu-guest)' },
  { key: 'steal_ns', name: 'taken by the hypervisor', color: 'var(--cpu-steal)' },
];

export const lightColors = {
  '--text': '#1b1f24',
  '--muted': '#59626d',
  '--line': '#d8dde3',
  '--page': '#ffffff',
  '--bad': '#b42318',
  '--two-copy': '#0067a8',
  '--one-copy': '#c24e00',
  '--zero-copy': '#007a59',
  '--cpu-user': '#8fb8de',
  '--cpu-nice': '#c9b3e6',
  '--cpu-system': '#f0a860',
  '--cpu-irq': '#d9d35f',
  '--cpu-softirq': '#7fc9a4',
  '--cpu-guest': '#d8a0bf',
  '--cpu-steal': '#b5b5b5',
  '--cpu-server': '#9fb3c8',
};

// Every run goes over loopback, where the kernel copies what was sent with zero-copy. So this label also applies before anything
// was measured, and to failed runs.
const onLoopback = { zero_copy: 'requested, copied by the kernel' };

// The label of what the engine's runs really did, null if none is needed. labels: engine -> label of its completed runs.
export function copyLabel(engine, labels) {
  const label = labels?.get(engine) ?? onLoopback[engine] ?? null;
  return label === 'achieved' ? null : label;
}

// Zero-copy that was copied after all must not be shown as achieved, so the label is shown wherever the name is.
export function engineLabel(engine, labels) {
  const name = looks[engine]?.name ?? engine;
  const label = copyLabel(engine, labels);
  return label ? `${name} (${label})` : name;
}

// The space above a panel holds a few words per line. By the API's labels.
const labelLines = { 'requested, copied by the kernel': 'requested, copied\nby the kernel' };

export function engineLines(engine, labels) {
  const label = copyLabel(engine, labels);
  return label ? `${looks[engine].name}\n${labelLines[label] ?? label}` : looks[engine].name;
}

// Thread counts differ by the line's width and opacity and by the symbol's fill, in every engine's colour.
export function threadLook(thread, threads) {
  const i = threads.indexOf(thread);
  if (i < 0) return { width: 1.8, opacity: 1, fill: 0 };
  if (threads.length < 2) return { width: 2, opacity: 1, fill: 0 };
  const level = i / (threads.length - 1);
  return { width: 1.2 + 1.6 * level, opacity: 0.7 + 0.3 * level, fill: level };
}
