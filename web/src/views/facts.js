// What an experiment is, in words: the list above its answer, and the lines below each chart.
import { element, state } from '../dom.js';
import { bytes, count, duration, listed, time } from '../format.js';
import { looks } from '../look.js';
import { isActive, progressView } from './progress.js';

// Two lines for every chart: what was measured, on what, when.
export function annotationOf(experiment, system) {
  const { spec } = experiment;
  const measured =
    `${experiment.name || `Experiment ${experiment.id}`}: ${spec.pattern === 'stream' ? 'stream' : 'request and response'}, ` +
    `${duration(spec.duration_s)} a run, warm-up ${duration(spec.warmup_s)}, ${count(spec.repetitions, 'repetition')}, ` +
    `${time(experiment.started_at ?? experiment.created_at)}.`;
  if (!system) return [measured];
  const cpu = `${system.cpu?.model ?? 'unknown CPU'}, ${count(system.cpu?.logical_cpus ?? 0, 'logical CPU')}`;
  const where =
    `${system.hostname ?? 'unknown host'}, Linux ${system.kernel?.release ?? '(unknown)'}, ${cpu}` +
    `${system.cpu?.hypervisor ? `, virtual (${system.cpu.hypervisor})` : ''}; over loopback. copybench ${system.versions?.copybench ?? ''}`;
  // The machine is asked now; what it was when an old experiment was measured is not recorded.
  const old = experiment.finished_at && Date.now() - Date.parse(experiment.finished_at) > 24 * 3600 * 1000;
  return [measured, `${old ? 'The machine today: ' : ''}${where}.`];
}

export function factsOf({ experiment, connected }) {
  const { spec } = experiment;
  const sweep =
    `${listed(spec.engines.map((engine) => looks[engine].name))}; messages of ${listed(spec.field_sizes.map((size) => bytes(size * 8)))}; ` +
    `${listed(spec.threads.map(String))} ${spec.threads.at(-1) === 1 ? 'thread' : 'threads'}; ${count(spec.repetitions, 'repetition')} of ${duration(spec.duration_s)}`;
  return [
    ['State', element('span', {}, state(experiment.state), experiment.reason ? `: ${experiment.reason}` : '')],
    [
      'Progress',
      element(
        'span',
        {},
        progressView(experiment),
        connected || !isActive(experiment)
          ? ''
          : element('span', { class: 'lost' }, 'The daemon does not answer; this page connects again by itself.'),
      ),
    ],
    ['Sweep', sweep],
    ['Queued', time(experiment.created_at)],
    experiment.started_at ? ['Started', time(experiment.started_at)] : null,
    experiment.finished_at ? ['Ended', time(experiment.finished_at)] : null,
  ]
    .filter(Boolean)
    .flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
}
