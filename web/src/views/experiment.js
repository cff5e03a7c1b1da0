// One experiment: facts, the answer, the charts, the runs. The address carries everything that was chosen.
import { copyButton, element, state as stateText } from '../dom.js';
import { bytes, count, duration, listed, time } from '../format.js';
import { get, runDetail } from '../api.js';
import { openExperiment } from '../experiment_data.js';
import { figures } from '../figures.js';
import { dimensions, representative, zerocopyLabels } from '../series.js';
import { defaults, experimentLink, parseState } from '../permalink.js';
import { buildRunCharts, buildSweepCharts, chartNotes, costOf, lookedInto, runCharts, shownRuns, sweepCharts } from '../charts/all.js';
import { ChartCard } from '../charts/card.js';
import { answerView } from './answer.js';
import { cacheSelect, costSelect, repetitionSelect, sizeSelect, threadSelect, viewControls } from './controls.js';
import { actions, isActive, progressView } from './progress.js';
import { RunsTable } from './runs.js';

// Two lines for every chart: what was measured, on what, when.
function annotationOf(experiment, system) {
  const { spec } = experiment;
  const measured = `${experiment.name || `Experiment ${experiment.id}`}: ${spec.pattern === 'stream' ? 'stream' : 'request and response'}, `
    + `${duration(spec.duration_s)} a run, warm-up ${duration(spec.warmup_s)}, ${count(spec.repetitions, 'repetition')}, `
    + `${time(experiment.started_at ?? experiment.created_at)}.`;
  if (!system) return [measured];
  const cpu = `${system.cpu?.model ?? 'unknown CPU'}, ${count(system.cpu?.logical_cpus ?? 0, 'logical CPU')}`;
  const where = `${system.hostname ?? 'unknown host'}, Linux ${system.kernel?.release ?? '(unknown)'}, ${cpu}`
    + `${system.cpu?.hypervisor ? `, virtual (${system.cpu.hypervisor})` : ''}; over loopback. copybench ${system.versions?.copybench ?? ''}`;
  // The machine is asked now; what it was when an old experiment was measured is not recorded.
  const old = experiment.finished_at && Date.now() - Date.parse(experiment.finished_at) > 24 * 3600 * 1000;
  return [measured, `${old ? 'The machine today: ' : ''}${where}.`];
}

function facts({ experiment, connected }) {
  const { spec } = experiment;
  const sweep = `${listed(spec.engines.map((engine) => engine.replace('_', '-')))}; messages of ${listed(spec.field_sizes.map((size) => bytes(size * 8)))}; `
    + `${listed(spec.threads.map(String))} ${spec.threads.at(-1) === 1 ? 'thread' : 'threads'}; ${count(spec.repetitions, 'repetition')} of ${duration(spec.duration_s)}`;
  return [
    ['State', element('span', {}, stateText(experiment.state), experiment.reason ? `: ${experiment.reason}` : '')],
    ['Progress', element('span', {}, progressView(experiment), connected || !isActive(experiment) ? '' : element('span', { class: 'lost' }, 'The daemon does not answer; this page connects again by itself.'))],
    ['Sweep', sweep],
    ['Queued', time(experiment.created_at)],
    experiment.started_at ? ['Started', time(experiment.started_at)] : null,
    experiment.finished_at ? ['Ended', time(experiment.finished_at)] : null,
  ].filter(Boolean).flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
}

// Figure -> [why it is missing]. Reasons stand with each run and not in lists, so of each engine that lacks a figure one
// completed run is asked.
async function missingReasons(runs, signal) {
  const asked = new Map();
  for (const run of runs) {
    const lacks = figures.some(({ name }) => run[name] === null && !(name.startsWith('zerocopy_') && run.engine !== 'zero_copy'));
    if (run.state === 'completed' && lacks && !asked.has(run.engine)) asked.set(run.engine, run.run_id);
  }
  const reasons = new Map();
  for (const detail of await Promise.all([...asked.values()].map((id) => runDetail(id, signal)))) {
    for (const [name, reason] of Object.entries(detail.missing ?? {})) {
      if (name.startsWith('zerocopy_') && detail.engine !== 'zero_copy') continue;
      if (!reasons.has(name)) reasons.set(name, []);
      if (!reasons.get(name).includes(reason)) reasons.get(name).push(reason);
    }
  }
  return reasons;
}

export class ExperimentView {
  // context: {main, say, connection, signal}.
  constructor(id, query, context) {
    Object.assign(this, { id, context, state: parseState(query), cards: new Map(), reasons: new Map(), evidence: [], data: null });
    this.nodes = {
      title: element('h1', { tabindex: '-1' }, `Experiment ${id}`), facts: element('dl', {}), actions: element('span', {}),
      answer: element('section', { class: 'answer', 'aria-labelledby': 'answer' }), controls: element('div', {}), charts: element('div', { class: 'charts' }),
      link: element('span', { class: 'visually-hidden' }),
    };
    this.runsTable = new RunsTable();
    this.dimensionKey = '';
  }

  async show() {
    const { main, signal, say } = this.context;
    const path = `experiments/${this.id}`;
    const system = get('system', signal).then((facts_) => { this.system = facts_; }, () => { this.system = null; });
    await openExperiment(this.id, (data) => this.changed(data).catch((error) => { if (!signal.aborted) say(error); }), signal);
    await system;
    const { nodes } = this;
    main.replaceChildren(nodes.title, nodes.facts,
      element('p', { class: 'links' }, element('a', { href: `${path}/results.csv`, download: `copybench-${this.id}.csv` }, 'All results as CSV'), ' ',
        element('a', { href: path }, 'JSON'), ' ', copyButton('Copy link to this view', nodes.link), nodes.link, ' ', nodes.actions),
      nodes.answer, element('section', { 'aria-label': 'Charts' }, element('h2', {}, 'Charts'), nodes.controls, nodes.charts),
      element('section', { 'aria-label': 'Runs' }, element('h2', {}, 'Runs'), this.runsTable.node));
    signal.addEventListener('abort', () => { for (const card of this.cards.values()) card.end(); }, { once: true });
    if (this.data) this.draw();
  }

  change(part) {
    this.state = { ...this.state, ...part };
    const link = experimentLink(this.id, this.state);
    history.replaceState(null, '', link);
    this.readEvidence().then(() => this.draw(), (error) => { if (!this.context.signal.aborted) this.context.say(error); });
  }

  // The address was edited, or another link of this experiment was followed.
  setQuery(query) {
    this.dimensionKey = '';
    this.change({ ...defaults, ...parseState(query) });
  }

  async changed(data) {
    const { say, signal } = this.context;
    if (data.deleted) {
      location.hash = '#/';
      return;
    }
    this.data = data;
    say(data.error ?? null);
    // Without an answer to these the rest is drawn all the same.
    if (data.connected) await this.readDetails().catch((error) => { if (!signal.aborted) say(error); });
    if (signal.aborted) return;
    this.draw();
  }

  async readDetails() {
    const { runs, final } = this.data;
    if (final || (this.reasons.size === 0 && runs.length > 0)) this.reasons = await missingReasons(runs, this.context.signal);
    await this.readEvidence();
  }

  // Of the runs that charts 5 to 7 show, and of no others; after the last window, since reading disturbs.
  async readEvidence() {
    const { data, state } = this;
    if (!data?.final) return;
    const runs = shownRuns(data.runs, state);
    const { size, at } = lookedInto(runs, state);
    const chosen = dimensions(runs).engines.map((engine) => representative(runs, engine, size, at, state.rep)).filter(Boolean);
    const details = await Promise.all(chosen.map(({ run_id: id }) => runDetail(id, this.context.signal)));
    this.evidence = details.map((run) => ({ engine: run.engine, run }));
  }

  draw() {
    const { data, nodes, state, reasons } = this;
    if (!nodes.charts.isConnected) return;
    const { experiment } = data;
    nodes.title.textContent = experiment.name || `Experiment ${this.id}`;
    document.title = `${nodes.title.textContent} · copybench`;
    nodes.facts.replaceChildren(...facts(data));
    nodes.link.textContent = new URL(experimentLink(this.id, state), location.href).href;
    if (this.offered !== experiment.state) {
      this.offered = experiment.state;
      nodes.actions.replaceChildren(actions(experiment, { say: this.context.say, done: (what) => { if (what === 'deleted') location.hash = '#/'; } }));
    }
    const runs = shownRuns(data.runs, state);
    nodes.answer.replaceChildren(...answerView(runs, reasons));
    this.drawControls(runs);
    this.drawCharts(runs);
    this.runsTable.update(data.runs, reasons);
    performance.mark('copybench-drawn');
  }

  // Made anew only when there is something else to choose from, so that the focus stays where it is.
  drawControls(runs) {
    const all = dimensions(this.data.runs);
    const { size, at } = lookedInto(runs, this.state);
    const key = JSON.stringify([all, size, at, costOf(runs, this.state)]);
    if (key === this.dimensionKey) return;
    const focused = document.activeElement?.closest?.('select, input');
    const refocus = focused && this.focusKey(focused);
    this.dimensionKey = key;
    const { state } = this;
    const change = (part) => this.change(part);
    this.nodes.controls.replaceChildren(all.engines.length ? viewControls(all, state, change) : '');
    const repetitions = [...new Set(this.data.runs.map((run) => run.repetition))].sort((a, b) => a - b);
    const into = () => [sizeSelect(all.sizes, state, size, change), threadSelect(dimensions(runs).threads, state, at, change), repetitionSelect(repetitions, state, change)];
    const controls = {
      latency: [sizeSelect(all.sizes, state, size, change)], cache: [cacheSelect(state, change)],
      cost: [costSelect(state, costOf(runs, state), change)], cpu: into(), steady: into(), distribution: into(),
    };
    for (const id of [...sweepCharts.slice(0, 4), ...runCharts, ...sweepCharts.slice(4)]) {
      if (!this.cards.has(id)) {
        this.cards.set(id, new ChartCard(id, { say: this.context.say }));
        this.nodes.charts.append(this.cards.get(id).node);
      }
      this.cards.get(id).node.querySelector('.controls').replaceChildren(...(controls[id] ?? []));
    }
    if (refocus) this.focusAt(refocus);
  }

  focusKey(node) {
    const home = node.closest('[data-chart]');
    const within = home ?? this.nodes.controls;
    return { chart: home?.dataset.chart, index: [...within.querySelectorAll('select, input')].indexOf(node) };
  }

  focusAt({ chart, index }) {
    const within = chart ? this.cards.get(chart).node : this.nodes.controls;
    within.querySelectorAll('select, input')[index]?.focus();
  }

  drawCharts(runs) {
    const { data, state, reasons } = this;
    const { size, at } = lookedInto(runs, state);
    const annotation = annotationOf(data.experiment, this.system);
    const where = size === null ? 'no run yet' : `messages of ${bytes(size)}, ${count(at, 'thread')}`;
    const pending = data.final ? '' : 'Drawn when the experiment has ended: reading it earlier would disturb what is being measured.';
    const charts = { ...buildSweepCharts(runs, state, reasons), ...buildRunCharts(data.final ? this.evidence : [], zerocopyLabels(runs), where, pending) };
    for (const [id, card] of this.cards) {
      card.update(charts[id], { notes: chartNotes(charts[id], reasons), annotation, fileName: `copybench-${this.id}-${id}` });
    }
  }
}
