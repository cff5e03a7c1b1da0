// How it works: what each mode copies, what a run is, and what every figure means.
import { element } from '../dom.js';
import { figures } from '../figures.js';
import { looks } from '../engine_style.js';
import { flows } from './flows.js';

const steps = [
  [
    'Set up',
    'A server and a client start as processes of their own, on different CPUs, and connect over TCP. The server’s buffers are allocated and touched.',
  ],
  [
    'Verify',
    'Before anything is measured, the client checks the sequence and the checksum of every byte of a first pass.',
  ],
  ['Warm up', 'Data flows as it will in the window, and is not counted.'],
  [
    'Measure',
    'Counters, bytes and time are read at the beginning and at the end of one window, and nothing else happens in between.',
  ],
  [
    'Drain',
    'What is in flight arrives, zero-copy’s completions come in, and the bytes that TCP acknowledged must agree with those that both sides counted; else the run is failed.',
  ],
];

const words = [
  [
    'Experiment, sweep',
    'Every combination of engines, message sizes and thread counts, each repeated; the repetitions are shuffled, so that a machine that changes over time treats all alike.',
  ],
  ['Message, field', 'A message is 8 fields of one size, each allocated on its own, as an application’s objects lie.'],
  ['Thread', 'One connection with one thread at each end.'],
  ['Median', 'The value in the middle of the repetitions: half are lower, half are higher.'],
  [
    '95 % interval',
    'Made by a rule that, in 95 of 100 experiments like this one, gives an interval that holds the true value; whether this one does, nobody knows. It is named whose it is: the median’s, the mean’s, or that of the ratio of two modes. Which mode is ahead is judged by the paired test beside the answer, not by whether intervals overlap: a drift that all modes share widens their intervals, and leaves their ratio as it was. One repetition has no interval.',
  ],
  ['Percentile (p50, p99 …)', 'p99 is the time within which 99 of 100 messages arrived.'],
  [
    'Loopback',
    'The network within one host: it compares the costs of the ways, and zero-copy cannot be achieved on it.',
  ],
  [
    'Profile, samples',
    'One more run of each configuration, in which the kernel notes some thousand times a second what each busy CPU is doing: a function, and by which others it was called. On “cycles” where the machine counts them, else on “cpu-clock”. It counts in no figure.',
  ],
  [
    'Copy share',
    'The share of the busy samples that copied the payload: gather (the engine’s, in user space), send copy (into the kernel), deferred copy (zero-copy’s, after all), receive copy (into the client). Busy are server, client and the kernel’s work for them. The rules stand beside the table.',
  ],
  [
    'Flame graph',
    'All samples in one drawing. Each frame is a function, as wide as its share of the samples, and stands on the one that called it. Compared with another run, colour and sign tell by how many points of a hundred a frame’s share is larger or smaller.',
  ],
  [
    'Failed, timed out, interrupted',
    'A failed run contradicted itself or lost a process; one that timed out did not end; an interrupted one was cut off with the daemon, and is measured again.',
  ],
];

const list = (pairs) =>
  element(
    'dl',
    { class: 'glossary' },
    pairs.flatMap(([name, meaning]) => [element('dt', {}, name), element('dd', {}, meaning)]),
  );

export function showHow(_, { main }) {
  document.title = 'How it works · copybench';
  main.replaceChildren(
    element('h1', { tabindex: '-1' }, 'How it works'),
    element(
      'p',
      {},
      'copybench answers one question by measuring: which way of sending is fastest on this machine, at this message size, and why? ' +
        'The modes share all code but the send path. Their names count the copies of the payload that the CPU of the sending host makes; the copy to the client comes on top and is the same in all three.',
    ),
    element(
      'ul',
      { class: 'legend flow-key' },
      element(
        'li',
        {},
        element('span', { class: 'key-copy', 'aria-hidden': 'true' }, '1'),
        'a numbered arrow: the CPU copies the payload (R: the client’s copy)',
      ),
      element(
        'li',
        {},
        element('span', { class: 'key-reference', 'aria-hidden': 'true' }),
        'a dashed arrow: no CPU copy',
      ),
    ),
    ...flows.map(({ engine, words: explained, drawing }) =>
      element(
        'section',
        { class: 'flow-section' },
        element('h2', {}, looks[engine].name),
        element('p', {}, explained),
        element(
          'div',
          { class: 'scroll plain', tabindex: '0', role: 'region', 'aria-label': `Drawing of ${looks[engine].name}` },
          drawing(),
        ),
        element('p', { class: 'muted sideways' }, 'The drawing goes on to the right: scroll it sideways.'),
      ),
    ),
    element('h2', {}, 'A run, step by step'),
    element(
      'ol',
      {},
      steps.map(([name, meaning]) => element('li', {}, element('strong', {}, `${name}. `), meaning)),
    ),
    element('h2', {}, 'The words'),
    list(words),
    element('h2', {}, 'The figures'),
    element(
      'p',
      {},
      'JSON, CSV and this page use the same names. A value that is missing is null, an empty cell, or “–”, never 0, and the run says why.',
    ),
    list(
      figures.map(({ name, label, unit, meaning }) => [
        element('span', {}, `${label}${unit ? ` (${unit})` : ''} `, element('code', {}, name)),
        meaning,
      ]),
    ),
  );
}
