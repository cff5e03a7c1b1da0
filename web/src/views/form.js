// The form that queues a sweep. Only the API validates the input, so that page and API cannot disagree. The form asks whether the
// API would accept it, since the browser would report the rejection of a half-filled form as an error.
import { copyButton, element } from '../dom.js';
import { count, duration } from '../format.js';
import { Problem, post } from '../api.js';
import { comparedFigures, figure, withUnit } from '../figures.js';
import { engineLabel, engines } from '../engine_style.js';
import { enoughFor } from '../ranks.js';
import { curlLine, errorsByField, readRequest, unreadable } from '../request.js';

const field = (key, label, hint, input = {}) => ({ key, label, hint, input });
const choice = (key, label, hint, options) => ({ key, label, hint, options });
const preset = 'blank: as the preset has it';

// The repetitions needed to call a winner depend on the number of comparisons. spec: the sweep's, once it is known.
function repetitionsHint(spec) {
  const engineCount = spec?.engines?.length ?? 0;
  const pairs = (engineCount * (engineCount - 1)) / 2;
  const comparisons = spec ? spec.field_sizes.length * spec.threads.length * pairs : 0;
  const enough =
    comparisons > 0 ? `; this sweep has ${count(comparisons, 'comparison')}, for which ${enoughFor(comparisons)} are enough` : '';
  const least = `to call a winner takes 6 at least, more where many sizes and threads are compared${enough}`;
  return `${least}; 2 % 5-30: until it is known within 2 %`;
}

const sweep = [
  choice('find', 'Kind', 'a search measures where it must to find the size', [
    ['', 'sweep: every combination'],
    ['crossover', 'search: where the lead of two engines changes'],
  ]),
  {
    ...choice('metric', 'Compared by', 'the figure in which the lead changes', [
      ['', withUnit(figure('throughput_gbps'))],
      ...comparedFigures.slice(1).map((name) => [name, withUnit(figure(name))]),
    ]),
    only: 'search',
  },
  {
    ...choice('preset', 'Preset', 'fills in whatever is left blank below', [
      ['quick', 'quick: 12 runs, 3 s each'],
      ['full', 'full: 48 configurations, 5 × 6 s each'],
      ['thorough', 'thorough: the same, 10 × 3 s each'],
      ['', 'none: engines, field sizes and threads are needed'],
    ]),
    only: 'sweep',
  },
  field('name', 'Name', 'blank: the preset’s name'),
  { key: 'engines', label: 'Engines', hint: 'none ticked: as the preset has it; a search takes two', boxes: true },
  field('field_sizes', 'Field sizes', `bytes, or 4K, 1M; a message is 8 fields; ${preset}; of a search: 64 to 1M`, {
    placeholder: '512 4096 64K',
  }),
  field('threads', 'Threads', `one connection each; ${preset}`, { placeholder: '1 2 4' }),
  {
    ...field(
      'repetitions',
      'Repetitions',
      repetitionsHint(null),
      {
        placeholder: '10',
      },
    ),
    only: 'sweep',
  },
  field('duration_s', 'Duration', 'seconds that each run is measured', { inputmode: 'decimal' }),
];
const details = [
  field('warmup_s', 'Warm-up', 'seconds before each measurement', { inputmode: 'decimal' }),
  choice('pattern', 'Pattern', 'what the connections do', [
    ['', 'stream'],
    ['request_response', 'request and response'],
  ]),
  choice('receive', 'Receive', 'the client’s system call', [
    ['', 'recv'],
    ['recvmsg', 'recvmsg, into 8 fields'],
  ]),
  field('messages_per_s', 'Rate', 'messages per second, of request and response; blank: as fast as answered', {
    inputmode: 'decimal',
  }),
  choice('order', 'Order', 'of the runs', [
    ['', 'shuffled'],
    ['sequential', 'sequential'],
  ]),
  field('seed', 'Seed', 'of the shuffled order; blank: a new one', { inputmode: 'numeric' }),
  choice('tcp_nodelay', 'TCP_NODELAY', 'blank: off for stream, on for request and response', [
    ['', 'default'],
    ['true', 'on'],
    ['false', 'off'],
  ]),
  field('socket_buffer_bytes', 'Socket buffers', 'bytes, of both ends; blank: the kernel decides'),
  field('server_cpus', 'Server CPUs', 'auto, none, or a list such as 0-3,8', { placeholder: 'auto' }),
  field('client_cpus', 'Client CPUs', 'auto, none, or a list', { placeholder: 'auto' }),
  field('events', 'Events', 'perf’s names, blanks between them; blank: the default eight'),
  choice('profile', 'Profile', 'one more run of each configuration under perf record', [
    ['', 'no'],
    ['true', 'yes'],
  ]),
  field('notes', 'Notes', 'what you want to remember of it'),
  field('tags', 'Tags', 'words to find it by, commas between them'),
  choice('pinned', 'Pinned', 'a pinned experiment is neither deleted nor cleared away', [
    ['', 'no'],
    ['true', 'yes'],
  ]),
];
export const keys = [...sweep, ...details].map(({ key }) => key);

function control({ key, options, input, boxes }) {
  const described = `hint-${key} error-${key} warning-${key}`;
  if (boxes) {
    return element(
      'div',
      { class: 'boxes' },
      engines.map((engine) =>
        element(
          'label',
          {},
          element('input', { type: 'checkbox', name: key, value: engine, 'aria-describedby': `error-${key}` }),
          engineLabel(engine),
        ),
      ),
    );
  }
  if (options) {
    return element(
      'select',
      { id: `field-${key}`, name: key, 'aria-describedby': described },
      options.map(([value, text]) => element('option', { value }, text)),
    );
  }
  return element('input', {
    id: `field-${key}`,
    name: key,
    type: 'text',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-describedby': described,
    ...input,
  });
}

function fieldNode(spec) {
  const error = element('p', { class: 'field-error', id: `error-${spec.key}` });
  const warning = element('p', { class: 'field-warning', id: `warning-${spec.key}` });
  const hint = element('span', { class: 'hint', id: `hint-${spec.key}` }, spec.hint);
  const frame = { class: 'field', 'data-only': spec.only, hidden: spec.only === 'search' };
  return spec.boxes
    ? element('fieldset', frame, element('legend', {}, spec.label), control(spec), hint, error, warning)
    : element('div', frame, element('label', { for: `field-${spec.key}` }, spec.label), control(spec), hint, error, warning);
}

// The number of runs of a search, or for a requested precision, is known only at its end.
function planText({
  runs_total: runs,
  runs_at_most: most,
  estimated_duration_s: takes,
  estimated_duration_max_s: longest,
}) {
  return most > runs
    ? `${runs} to ${count(most, 'run')}, about ${duration(takes)} to ${duration(longest)}`
    : `${count(runs, 'run')}, about ${duration(takes)}`;
}

// queued(experiment): called after the daemon accepted it.
export function queueForm({ signal, queued }) {
  const verdict = element('p', { class: 'verdict', role: 'status' });
  const general = element('p', { class: 'field-error', role: 'alert' });
  const curl = element('code', {});
  const submit = element('button', { type: 'submit', class: 'primary' }, 'Queue');
  const node = element(
    'form',
    { class: 'queue-form', novalidate: true },
    element('div', { class: 'fields' }, sweep.map(fieldNode)),
    element(
      'details',
      {},
      element('summary', {}, 'More settings'),
      element('div', { class: 'fields' }, details.map(fieldNode)),
    ),
    element('div', { class: 'submit' }, submit, verdict),
    general,
    element(
      'details',
      { class: 'curl' },
      element('summary', {}, 'The same with curl'),
      element('pre', { tabindex: '0' }, curl),
      copyButton('Copy', curl),
    ),
  );

  /** @type {() => Record<string, any>} */
  const values = () => {
    const data = new FormData(node);
    return { ...Object.fromEntries(data), engines: data.getAll('engines') };
  };
  const showErrors = (errors, warnings = []) => {
    const found = errorsByField(errors, keys, errors.length ? unreadable(values()) : {});
    const doubts = errorsByField(warnings, keys);
    for (const key of keys) {
      node.querySelector(`#warning-${key}`).textContent = (doubts[key] ?? []).join('; ');
      const text = (found[key] ?? []).join('; ');
      node.querySelector(`#error-${key}`).textContent = text;
      for (const input of node.querySelectorAll(`[name="${key}"]`)) {
        if (text) input.setAttribute('aria-invalid', 'true');
        else input.removeAttribute('aria-invalid');
      }
      // Unfolds the field, which could not show its error otherwise.
      if (text)
        for (let up = node.querySelector(`#error-${key}`); up !== node; up = up.parentElement)
          if (up.tagName === 'DETAILS') up.open = true;
    }
    general.textContent = (found[''] ?? []).join('; ');
  };
  const refused = (error) => {
    verdict.textContent = '';
    showErrors(error instanceof Problem ? error.errors : []);
    if (!(error instanceof Problem) || error.errors.length === 0) general.textContent = error.message;
  };

  let checking = new AbortController();
  let timer = 0;
  let key = null; // of the current request, so that a second click queues nothing twice
  // Returns whether the request would be queued, and shows its problems.
  const judge = async () => {
    checking.abort();
    checking = new AbortController();
    const { valid, errors, plan } = await post('experiments/validate', readRequest(values()), {}, checking.signal);
    showErrors(errors, plan?.warnings);
    verdict.textContent = valid ? planText(plan) : '';
    const sweepSpec = valid && !plan.spec.find ? plan.spec : null;
    node.querySelector('#hint-repetitions').textContent = repetitionsHint(sweepSpec);
    return valid;
  };
  const check = () => {
    const judged = judge();
    const { signal: latest } = checking;
    return judged.catch((error) => {
      if (!latest.aborted && !signal.aborted) refused(error);
    });
  };
  const changed = () => {
    key = null;
    const kind = values().find ? 'search' : 'sweep';
    for (const only of node.querySelectorAll('[data-only]')) only.hidden = only.dataset.only !== kind;
    curl.textContent = curlLine(location.origin, readRequest(values()));
    clearTimeout(timer);
    timer = setTimeout(check, 250); // while someone types, a request for each letter would be useless
  };
  node.addEventListener('input', changed);
  node.addEventListener('submit', async (event) => {
    event.preventDefault();
    clearTimeout(timer);
    key ??= crypto.getRandomValues(new Uint32Array(4)).join('-');
    submit.disabled = true;
    try {
      if (await judge()) queued(await post('experiments', readRequest(values()), { 'Idempotency-Key': key }, signal));
    } catch (error) {
      // Aborted: something was typed meanwhile, and is validated separately.
      if (!signal.aborted && error.name !== 'AbortError') refused(error);
    } finally {
      submit.disabled = false;
      node.querySelector('[aria-invalid]')?.focus();
    }
  });
  curl.textContent = curlLine(location.origin, readRequest({ ...values(), preset: 'quick' }));
  // The first estimate is requested when the form becomes visible, not on every visit to the list.
  new IntersectionObserver((entries, observer) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    check();
  }).observe(node);
  return { node };
}
