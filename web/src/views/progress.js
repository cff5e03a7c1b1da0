// How far an experiment is, what runs now, and what can be done with it.
import { element } from '../dom.js';
import { bytes, count, duration } from '../format.js';
import { engineLabel } from '../look.js';
import { post, remove } from '../api.js';

export const isActive = ({ state }) => state === 'running' || state === 'queued';

export function progressText({ state, progress }) {
  const { runs_done: done, runs_total: total, runs_failed: failed, eta_s: eta, queue_position: before } = progress;
  const most = progress.runs_at_most > total ? `, at most ${progress.runs_at_most.toLocaleString('en')}` : '';
  const parts = [`${done.toLocaleString('en')} of ${count(total, 'run')}${most}${failed ? `, ${failed} failed` : ''}`];
  if (state === 'running' && eta !== null) parts.push(`about ${duration(eta)} left`);
  if (state === 'queued') parts.push(before ? `${count(before, 'experiment')} before it` : 'next in turn');
  if (progress.repeats) parts.push(repeatsText(progress.repeats));
  if (progress.crossover && isActive({ state })) parts.push(progress.crossover.answer);
  return parts.join(' · ');
}

// How many configurations have an interval as narrow as was asked for.
export function repeatsText(repeats) {
  const { configurations: all, interval_reached: reached, cap_reached: capped, given_up: lost } = repeats;
  const rest = [capped && `${capped} at the cap of repetitions`, lost && `${lost} given up`].filter(Boolean);
  return [`interval reached in ${reached} of ${count(all, 'configuration')}`, ...rest].join(', ');
}

// '' while nothing stands in the way.
export const pausedText = (experiment) =>
  isActive(experiment) && experiment.progress.paused_reason
    ? `Measuring is paused: ${experiment.progress.paused_reason}`
    : '';

export function progressView(experiment) {
  const { progress, state } = experiment;
  const { current } = progress;
  return element(
    'div',
    { class: 'progress' },
    isActive(experiment)
      ? element('progress', {
          max: Math.max(progress.runs_total, 1),
          value: progress.runs_done,
          'aria-label': 'Runs done',
        })
      : null,
    element('span', {}, progressText(experiment)),
    pausedText(experiment)
      ? element('strong', { class: 'paused', role: 'status' }, pausedText(experiment))
      : null,
    state === 'running' && current
      ? element(
          'span',
          { class: 'muted' },
          `now: ${current.kind === 'profile' ? 'profile of ' : ''}${engineLabel(current.engine)}, messages of ${bytes(current.message_bytes)}, ${count(current.threads, 'thread')}, repetition ${current.repetition}`,
        )
      : null,
  );
}

// Cancel while it is under way, delete afterwards; deleting asks once more, in place. done(what): after it happened.
export function actions(experiment, { done, say }) {
  const node = element('span', { class: 'actions' });
  const attempt = (make, what) => async (event) => {
    event.target.disabled = true;
    try {
      await make();
      done(what);
    } catch (error) {
      event.target.disabled = false;
      say(error);
    }
  };
  const ask = () => {
    const button = element(
      'button',
      { type: 'button', class: 'danger', onclick: attempt(() => remove(`experiments/${experiment.id}`), 'deleted') },
      `Delete ${count(experiment.runs_total, 'run')} for good`,
    );
    node.replaceChildren(
      button,
      element('button', { type: 'button', class: 'quiet', onclick: () => offer(true) }, 'Keep'),
    );
    button.focus();
  };
  const offer = (focus) => {
    const name = experiment.name || `experiment ${experiment.id}`;
    const button = isActive(experiment)
      ? element(
          'button',
          {
            type: 'button',
            class: 'quiet',
            'aria-label': `Cancel ${name}`,
            onclick: attempt(() => post(`experiments/${experiment.id}/cancel`), 'cancelled'),
          },
          'Cancel',
        )
      : element('button', { type: 'button', class: 'quiet', 'aria-label': `Delete ${name}`, onclick: ask }, 'Delete');
    node.replaceChildren(button);
    if (focus) button.focus();
  };
  offer(false);
  return node;
}
