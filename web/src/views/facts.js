// Describes an experiment: the list above its answer, and the lines below each chart.
import { element, state } from '../dom.js';
import { figure, inSentence } from '../figures.js';
import { bytes, duration, listed, repetitions, time } from '../format.js';
import { engineLabel } from '../engine_style.js';
import { tagLink } from '../permalink.js';
import { isActive, progressView } from './progress.js';

// The machine as it was found when the experiment's first run began.
function machineOf({ circumstances, state }) {
  if (!circumstances) {
    return isActive({ state })
      ? 'Host, kernel and CPU are recorded with the first run.'
      : 'Host, kernel and CPU of this experiment are not known: nothing recorded them.';
  }
  const facts = new Map(circumstances.facts.map(({ name, value }) => [name, value]));
  const known = (name, what) => facts.get(name) ?? `unknown ${what}`;
  const hypervisor = facts.get('host.hypervisor');
  const parts = [
    known('host.name', 'host'),
    `Linux ${known('kernel.release', 'kernel')}`,
    known('cpu.model', 'CPU'),
    facts.has('cpu.online') ? `CPUs ${facts.get('cpu.online')}` : null,
    hypervisor && hypervisor !== 'none seen' ? `virtual (${hypervisor})` : null,
  ];
  const [change] = circumstances.changes;
  const changed = change
    ? ` Changed from run ${change.from_run_id} on: ${listed(change.differences.map(({ name }) => name))}.`
    : '';
  const version = facts.get('copybench.version');
  return `${parts.filter(Boolean).join(', ')}; over loopback.${version ? ` copybench ${version}.` : ''}${changed}`;
}

// Two lines for every chart: what was measured, on what, when.
export function annotationOf(experiment) {
  const { spec } = experiment;
  const measured =
    `${experiment.name || `Experiment ${experiment.id}`}: ${spec.pattern === 'stream' ? 'stream' : 'request and response'}` +
    `${spec.messages_per_s ? ` at ${spec.messages_per_s} messages/s` : ''}, ` +
    `${duration(spec.duration_s)} a run, warm-up ${duration(spec.warmup_s)}, ${spec.find ? 'a search' : repetitions(spec.repetitions)}, ` +
    `${time(experiment.started_at ?? experiment.created_at)}.`;
  return [measured, machineOf(experiment)];
}

// labels: see zerocopyLabels().
export function factsOf({ experiment, lost }, labels) {
  const { spec } = experiment;
  const threads = `${listed(spec.threads.map(String))} ${spec.threads.at(-1) === 1 ? 'thread' : 'threads'}`;
  const names = (list) => listed(list.map((engine) => engineLabel(engine, labels)));
  const sweep = spec.find
    ? `the crossover of ${names(spec.of)} by ${inSentence(figure(spec.metric))}; messages of ${bytes(spec.field_sizes.from * 8)} to ` +
      `${bytes(spec.field_sizes.to * 8)}; ${threads}; pairs of ${duration(spec.duration_s)}`
    : `${names(spec.engines)}; messages of ${listed(spec.field_sizes.map((size) => bytes(size * 8)))}; ` +
      `${threads}; ${repetitions(spec.repetitions)} of ${duration(spec.duration_s)}`;
  return [
    ['State', element('span', {}, state(experiment.state), experiment.reason ? `: ${experiment.reason}` : '')],
    [
      'Progress',
      element(
        'span',
        {},
        progressView(experiment),
        lost !== null && isActive(experiment) ? element('span', { class: 'lost' }, lost) : '',
      ),
    ],
    [spec.find ? 'Search' : 'Sweep', sweep],
    experiment.notes ? ['Notes', element('span', { class: 'notes-text' }, experiment.notes)] : null,
    experiment.tags?.length ? ['Tags', element('span', { class: 'tags' }, experiment.tags.map((tag) => element('a', { href: tagLink(tag) }, tag)))] : null,
    experiment.pinned ? ['Pinned', 'neither deleted nor cleared away'] : null,
    experiment.origin
      ? [
          'Measured on',
          `${experiment.origin.host || 'another machine'}, there experiment ${experiment.origin.experiment_id}; imported ${time(experiment.origin.imported_at)}`,
        ]
      : null,
    ['Queued', time(experiment.created_at)],
    experiment.started_at ? ['Started', time(experiment.started_at)] : null,
    experiment.finished_at ? ['Ended', time(experiment.finished_at)] : null,
  ]
    .filter(Boolean)
    .flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
}
