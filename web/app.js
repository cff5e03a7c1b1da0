// Two views: the list of experiments (#/) and one experiment (#/experiments/ID, or ?experiment=ID).
import { follow, get, list } from './api.js';
import { element, missing, table } from './dom.js';
import { bytes, duration, figure, figures, time } from './format.js';

const listed = 200;
const listedRuns = 2000;
const main = document.querySelector('#main');
const notice = document.querySelector('#notice');
let view = new AbortController();

const state = (name) => element('span', { class: `state-${name}` }, name.replace('_', ' '));
const engineName = (name) => name.replace('_', '-');
const permalink = (id) => `#/experiments/${id}`;
const figureColumn = (entry, cell) => ({ label: entry.label, unit: entry.unit, number: true, cell });

function say(error) {
  notice.hidden = !error;
  notice.textContent = error ? error.message : '';
}

function progressOf(experiment) {
  const { runs_done: done, runs_total: total, runs_failed: failed } = experiment.progress;
  const text = ` ${done} of ${total} runs${failed ? `, ${failed} failed` : ''}`;
  const bar = experiment.state === 'running'
    ? element('progress', { max: total, value: done, 'aria-label': `${done} of ${total} runs` }) : null;
  return element('span', {}, bar, text);
}

// What zero-copy really was in this run; on loopback the kernel copies after all.
function zerocopyLabel(run) {
  return run.zerocopy ? element('span', { class: 'label' }, run.zerocopy) : null;
}

async function drawList(signal) {
  const { items, more } = await list('experiments', listed, signal);
  const columns = [
    { label: 'No.', number: true, cell: (item) => element('a', { href: permalink(item.id) }, String(item.id)) },
    { label: 'Name', cell: (item) => element('a', { href: permalink(item.id) }, item.name || item.spec?.preset || '(no name)') },
    { label: 'State', cell: (item) => state(item.state) },
    { label: 'Progress', cell: progressOf },
    { label: 'Queued', cell: (item) => time(item.created_at) },
    { label: 'Ended', cell: (item) => time(item.finished_at) },
  ];
  main.replaceChildren(
    element('h1', {}, 'Experiments'),
    items.length
      ? table('Experiments', columns, items)
      : element('p', {}, 'None yet. Queue one with:'),
    items.length ? '' : element('pre', {},
      `curl -X POST ${location.origin}/experiments -H 'Content-Type: application/json' -d '{"preset":"quick"}'`),
    more ? element('p', { class: 'muted' }, `The newest ${listed}; older ones are in the API.`) : '');
  return items.findLast((item) => item.state === 'running' || item.state === 'queued');
}

function aboutExperiment(experiment) {
  const facts = [
    ['State', element('span', {}, state(experiment.state), experiment.reason ? ` – ${experiment.reason}` : '')],
    ['Progress', progressOf(experiment)],
    ['Queued', time(experiment.created_at)],
    ['Started', time(experiment.started_at)],
    ['Ended', time(experiment.finished_at)],
  ];
  const { eta_s: eta, queue_position: position } = experiment.progress;
  if (experiment.state === 'running') facts.push(['Remaining, about', duration(eta)]);
  if (experiment.state === 'queued') facts.push(['Experiments before it', String(position)]);
  return element('dl', {}, ...facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]));
}

function spread(value, entry) {
  if (!value) return missing();
  const interval = value.ci95_low === null || value.ci95_low === undefined
    ? '' : `, 95 % interval of the mean ${entry.text(value.ci95_low)} to ${entry.text(value.ci95_high)}`;
  return element('span', { title: `median of ${value.n}: ${entry.text(value.min)} to ${entry.text(value.max)}${interval}` },
    entry.text(value.median));
}

function drawSummary(summary) {
  const shown = ['throughput_gbps', 'latency_p50_us', 'latency_p99_us', 'cycles_per_byte', 'cpu_ns_per_byte',
    'system_cpu_ns_per_byte'].map(figure);
  const peaks = [
    { label: 'Engine', cell: (item) => engineName(item.engine) },
    { label: 'Peak throughput', unit: 'Gbit/s, median', number: true,
      cell: (item) => spread(item.throughput_gbps, figure('throughput_gbps')) },
    { label: 'Field', number: true, cell: (item) => (item.configuration ? bytes(item.configuration.field_bytes) : missing()) },
    { label: 'Threads', number: true, cell: (item) => (item.configuration ? String(item.configuration.threads) : missing()) },
  ];
  const configurations = [
    { label: 'Engine', cell: (item) => engineName(item.engine) },
    { label: 'Field', number: true, cell: (item) => bytes(item.field_bytes) },
    { label: 'Message', number: true, cell: (item) => bytes(item.message_bytes) },
    { label: 'Threads', number: true, cell: (item) => String(item.threads) },
    { label: 'Runs', unit: 'completed', number: true, cell: (item) => String(item.runs_completed) },
    ...shown.map((entry) => figureColumn(entry, (item) => spread(item.figures[entry.name], entry))),
  ];
  return [
    element('h2', {}, 'Peak of each engine'),
    table('Peak of each engine', peaks, summary.engines),
    element('h2', {}, 'Configurations (median of the repetitions)'),
    table('Configurations', configurations, summary.configurations),
  ];
}

function drawRuns(runs, reasons) {
  const columns = [
    { label: 'Run', number: true, cell: (run) => element('a', { href: `runs/${run.run_id}` }, String(run.run_id)) },
    { label: 'Engine', cell: (run) => element('span', {}, engineName(run.engine), ' ', zerocopyLabel(run)) },
    { label: 'Field', number: true, cell: (run) => bytes(run.field_bytes) },
    { label: 'Threads', number: true, cell: (run) => String(run.threads) },
    { label: 'Repetition', number: true, cell: (run) => String(run.repetition) },
    { label: 'State', cell: (run) => element('span', { title: run.reason }, state(run.state)) },
    ...figures.map((entry) => figureColumn(entry, (run) => {
      const value = run[entry.name];
      if (value !== null && value !== undefined) return entry.text(value);
      return missing(run.state === 'completed' ? reasons.get(run.engine)?.[entry.name] : run.reason);
    })),
  ];
  const notes = [...new Set([...reasons.values()].flatMap((missed) =>
    Object.entries(missed).map(([name, reason]) => `${name}: ${reason}`)))].map((note) => element('li', {}, note));
  const failures = runs.filter((run) => run.reason).map((run) =>
    element('li', {}, `Run ${run.run_id} ${run.state.replace('_', ' ')}: ${run.reason}`));
  return [
    element('h2', {}, 'Runs'),
    runs.length ? table('Runs', columns, runs) : element('p', {}, 'No run yet.'),
    failures.length ? element('ul', { class: 'notes' }, ...failures) : '',
    notes.length ? element('p', { class: 'muted' }, 'Figures shown as “–” are missing, and why:') : '',
    notes.length ? element('ul', { class: 'notes' }, ...notes) : '',
  ];
}

// Engine -> figure -> why it is missing. Kept with each run and left out of lists, so one completed run of each engine is
// asked for all of them.
async function missingReasons(runs, signal) {
  const asked = new Map();
  for (const run of runs) {
    if (run.state === 'completed' && figures.some((entry) => run[entry.name] === null)) asked.set(run.engine, run.run_id);
  }
  const details = await Promise.all([...asked.values()].map((id) => get(`runs/${id}`, signal)));
  return new Map(details.map((run) => [run.engine, run.missing ?? {}]));
}

async function drawExperiment(id, signal) {
  const path = `experiments/${id}`;
  const experiment = await get(path, signal);
  const [summary, { items: runs, more }] = await Promise.all([
    get(`${path}/summary`, signal), list(`${path}/runs`, listedRuns, signal)]);
  const reasons = await missingReasons(runs, signal);
  document.title = `${experiment.name || `Experiment ${id}`} · copybench`;
  main.replaceChildren(
    element('h1', {}, experiment.name || `Experiment ${id}`),
    aboutExperiment(experiment),
    element('p', {}, element('a', { href: `${path}/results.csv` }, 'Results as CSV'), ' · ',
      element('a', { href: path }, 'JSON'), ' · ', element('a', { href: permalink(id) }, 'Permalink')),
    ...drawSummary(summary),
    ...drawRuns(runs, reasons),
    more ? element('p', { class: 'muted' }, `The first ${listedRuns} runs; all of them are in the CSV.`) : '');
  return experiment.state === 'running' || experiment.state === 'queued' ? experiment : null;
}

// Draws, then draws again at each event of what is under way; events that come while drawing make one more drawing.
async function show(draw, signal) {
  let followed = null;
  let stale = false;
  let drawing = false;
  const redraw = async () => {
    stale = true;
    if (drawing) return;
    drawing = true;
    try {
      while (stale && !signal.aborted) {
        stale = false;
        const active = await draw(signal);
        if (signal.aborted) return;
        say(null);
        if (active && active.id !== followed) {
          followed = active.id;
          follow(`experiments/${active.id}/events`, redraw, signal);
        }
      }
    } catch (error) {
      if (!signal.aborted) say(error);
    } finally {
      drawing = false;
    }
  };
  await redraw();
}

function route() {
  view.abort();
  view = new AbortController();
  const { signal } = view;
  const id = location.hash.match(/^#\/experiments\/(\d+)$/)?.[1]
    ?? (location.hash === '' ? new URLSearchParams(location.search).get('experiment')?.match(/^\d+$/)?.[0] : undefined);
  document.title = 'copybench';
  say(null);
  main.replaceChildren(element('p', {}, 'Loading …'));
  if (id) show((active) => drawExperiment(id, active), signal);
  else show(drawList, signal);
}

window.addEventListener('hashchange', route);
route();
