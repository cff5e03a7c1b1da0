// The progress of an experiment, its current run, and the actions on it.
import { element } from '../dom.js';
import { bytes, count, duration } from '../format.js';
import { crossoverAnswer } from '../crossover_answer.js';
import { engineLabel } from '../engine_style.js';
import { post, remove } from '../api.js';

export const isActive = ({ state }) => state === 'running' || state === 'queued';

// The time it took if it has ended, else the expected time.
export function takesText({ state, started_at: from, finished_at: to, estimated_duration_s: estimate }) {
  if (isActive({ state })) return `about ${duration(estimate)}`;
  return from && to ? `took ${duration((Date.parse(to) - Date.parse(from)) / 1000)}` : '–';
}

export function progressText({ state, progress }) {
  const { runs_total: total, runs_failed: failed, runs_cancelled: cancelled, eta_s: eta, queue_position: before } = progress;
  const most = progress.runs_at_most > total ? `, at most ${progress.runs_at_most.toLocaleString('en')}` : '';
  // A cancelled run counts as done, but nothing was measured.
  const measured = cancelled ? progress.runs_completed : progress.runs_done;
  const rest = [failed && `, ${failed.toLocaleString('en')} failed`, cancelled && `, ${cancelled.toLocaleString('en')} cancelled`];
  const parts = [
    `${measured.toLocaleString('en')} of ${count(total, 'run')}${cancelled ? ' measured' : ''}${most}${rest.filter(Boolean).join('')}`,
  ];
  if (state === 'running' && eta !== null) parts.push(`about ${duration(eta)} left`);
  if (state === 'queued') parts.push(before ? `${count(before, 'experiment')} before it` : 'next in turn');
  if (progress.repeats) parts.push(repeatsText(progress.repeats));
  if (progress.crossover && isActive({ state })) parts.push(crossoverAnswer(progress.crossover));
  return parts.join(' · ');
}

// How many configurations have an interval as narrow as requested.
export function repeatsText(repeats) {
  const { configurations: all, interval_reached: reached, cap_reached: capped, given_up: lost } = repeats;
  const rest = [capped && `${capped} at the cap of repetitions`, lost && `${lost} given up`].filter(Boolean);
  return [`interval reached in ${reached} of ${count(all, 'configuration')}`, ...rest].join(', ');
}

// '' while measuring is not paused.
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

// Asks first, since a deletion cannot be undone.
function askToDelete({ id, name, runs_total: runs }, make) {
  const close = () => dialog.close();
  const dialog = element(
    'dialog',
    { class: 'ask', role: 'alertdialog', 'aria-labelledby': 'ask-title', 'aria-describedby': 'ask-text' },
    element('h2', { id: 'ask-title' }, name ? `Delete “${name}”?` : `Delete experiment ${id}?`),
    element('p', { id: 'ask-text' }, `Its ${count(runs, 'run')} and all that was measured are gone for good then.`),
    element(
      'p',
      { class: 'actions' },
      element('button', { type: 'button', autofocus: true, onclick: close }, 'Keep'),
      element('button', { type: 'button', class: 'danger', onclick: make }, `Delete ${count(runs, 'run')} for good`),
    ),
  );
  dialog.addEventListener('close', () => {
    window.removeEventListener('hashchange', close);
    dialog.remove();
  });
  window.addEventListener('hashchange', close);
  document.body.append(dialog);
  dialog.showModal();
  return close;
}

// Cancel while it is queued or running, delete afterwards unless it is pinned. done(what): called after it happened.
export function actions(experiment, { done, say }) {
  const name = experiment.name || `experiment ${experiment.id}`;
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
  const discard = attempt(() => remove(`experiments/${experiment.id}`), 'deleted');
  const ask = () => {
    const close = askToDelete(experiment, (event) => discard(event).finally(close));
  };
  if (!isActive(experiment) && experiment.pinned) {
    return element('span', { class: 'muted', title: 'Unpin it on its page to delete it.' }, 'Pinned');
  }
  return element(
    'span',
    { class: 'actions' },
    isActive(experiment)
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
      : element(
          'button',
          { type: 'button', class: 'quiet', 'aria-label': `Delete ${name}`, 'aria-haspopup': 'dialog', onclick: ask },
          'Delete',
        ),
  );
}
