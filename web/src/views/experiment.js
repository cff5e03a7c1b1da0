// One experiment: facts, the answer, the charts, the runs. The address holds all choices.
import { copyButton, element } from '../dom.js';
import { bytes, count } from '../format.js';
import { get, isRead, runDetail } from '../api.js';
import { openExperiment } from '../experiment_data.js';
import { eventChoices } from '../figures.js';
import { dimensions, representative, zerocopyLabels } from '../series.js';
import { compareLink, defaults, experimentLink, parseState } from '../permalink.js';
import {
  buildRunCharts,
  buildSweepCharts,
  chartNotes,
  costOf,
  eventOf,
  lookedInto,
  runCharts,
  shownRuns,
  sweepCharts,
} from '../charts/all.js';
import { ChartCard } from '../charts/card.js';
import { annotationEditor } from './annotations.js';
import { answerView } from './answer.js';
import { cacheSelect, costSelect, heldFocus, repetitionSelect, sizeSelect, threadSelect, viewControls } from './controls.js';
import { annotationOf, factsOf } from './facts.js';
import { crossoverView } from './crossover.js';
import { ProfileView } from './profile.js';
import { actions } from './progress.js';
import { RunsTable } from './runs.js';
import { uncertaintyView } from './uncertainty.js';

export async function showExperiment({ id, query }, context) {
  const view = new ExperimentView(id, query, context);
  await view.show();
  return view;
}

class ExperimentView {
  // context: {main, say, connection, signal}.
  constructor(id, query, context) {
    this.id = id;
    this.context = context;
    this.state = parseState(query);
    this.cards = new Map();
    this.evidence = [];
    this.unread = 0;
    this.data = null;
    this.nodes = {
      title: element('h1', { tabindex: '-1' }, `Experiment ${id}`),
      facts: element('dl', {}),
      actions: element('span', {}),
      answer: element('section', { class: 'answer', 'aria-labelledby': 'answer' }),
      crossover: element('section', { 'aria-label': 'Crossover' }),
      uncertainty: element('section', { 'aria-label': 'How sure this is' }),
      controls: element('div', {}),
      charts: element('div', { class: 'charts' }),
      link: element('span', { class: 'visually-hidden' }),
    };
    this.editor = annotationEditor({
      say: context.say,
      done: ({ name, notes, tags, pinned }) => {
        Object.assign(this.data.experiment, { name, notes, tags, pinned });
        this.draw();
      },
    });
    this.runsTable = new RunsTable();
    this.profile = new ProfileView(id, { ...context, remember: (part) => this.remember(part) });
    this.dimensionKey = '';
  }

  async show() {
    const { main, signal, say } = this.context;
    const path = `experiments/${this.id}`;
    await openExperiment(
      this.id,
      (data) =>
        this.changed(data).catch((error) => {
          if (!signal.aborted) say(error);
        }),
      signal,
    );
    const { nodes } = this;
    main.replaceChildren(
      nodes.title,
      nodes.facts,
      element(
        'p',
        { class: 'links' },
        element('a', { href: `${path}/results.csv`, download: `copybench-${this.id}.csv` }, 'All results as CSV'),
        ' ',
        element('a', { href: path }, 'JSON'),
        ' ',
        element('a', { href: compareLink({ head: String(this.id) }) }, 'Compare'),
        ' ',
        copyButton('Copy link to this view', nodes.link),
        nodes.link,
        ' ',
        nodes.actions,
      ),
      this.editor.node,
      nodes.answer,
      nodes.crossover,
      nodes.uncertainty,
      element('section', { 'aria-label': 'Charts' }, element('h2', {}, 'Charts'), nodes.controls, nodes.charts),
      this.profile.node,
      element('section', { 'aria-label': 'Runs' }, element('h2', {}, 'Runs'), this.runsTable.node),
    );
    signal.addEventListener(
      'abort',
      () => {
        for (const card of this.cards.values()) card.end();
      },
      { once: true },
    );
    if (this.data) await this.refresh();
  }

  // Stores choices in the address, without drawing again.
  remember(part) {
    this.state = { ...this.state, ...part };
    history.replaceState(null, '', experimentLink(this.id, this.state));
    this.linkHere();
  }

  linkHere() {
    this.nodes.link.textContent = new URL(experimentLink(this.id, this.state), location.href).href;
  }

  change(part) {
    this.remember(part);
    if (this.data) this.refresh();
  }

  // Called when the address was edited or another link of this experiment was followed.
  setQuery(query) {
    this.dimensionKey = '';
    this.change({ ...defaults, ...parseState(query) });
  }

  async changed(data) {
    const { say } = this.context;
    if (data.deleted) {
      location.hash = '#/';
      return;
    }
    this.data = data;
    say(data.error ?? null);
    await this.refresh();
  }

  // Most parts need only the runs. The charts of single runs follow when their evidence has been read.
  async refresh() {
    const { say, signal } = this.context;
    const reading = this.data.lost === null ? this.readEvidence() : Promise.resolve();
    this.draw();
    await reading.catch((error) => {
      if (!signal.aborted) say(error);
    });
    if (!signal.aborted) this.drawRunCharts();
  }

  // Reads only the runs that charts 5 to 7 show. During a measurement it uses only what was read before.
  async readEvidence() {
    const { data, state } = this;
    const { calm } = data;
    const runs = shownRuns(data.runs, state);
    const { size, at } = lookedInto(runs, state);
    const chosen = dimensions(runs)
      .engines.map((engine) => representative(runs, engine, size, at, state.rep))
      .filter(Boolean);
    const now = chosen.filter(({ run_id: id }) => calm || isRead(id));
    const details = await Promise.all(now.map(({ run_id: id }) => runDetail(id, this.context.signal)));
    // The previous median run stays until the new one is read.
    const earlier = ({ engine }) =>
      this.evidence
        .map(({ run }) => run)
        .find((run) => run.engine === engine && run.message_bytes === size && run.threads === at);
    const shown = chosen.map((one) => details.find((run) => run.run_id === one.run_id) ?? earlier(one));
    this.evidence = shown.filter(Boolean).map((run) => ({ engine: run.engine, run }));
    this.unread = chosen.length - now.length;
  }

  draw() {
    const { data, nodes, state } = this;
    if (!nodes.charts.isConnected) return;
    const { experiment } = data;
    // The title includes the number, which other views ask for.
    nodes.title.textContent = experiment.name ? `${experiment.name}, experiment ${this.id}` : `Experiment ${this.id}`;
    document.title = `${nodes.title.textContent} · copybench`;
    this.editor.fill(experiment);
    this.linkHere();
    nodes.facts.replaceChildren(...factsOf(data, zerocopyLabels(data.runs)));
    const { crossover } = experiment.progress;
    nodes.crossover.replaceChildren(...crossoverView(crossover, zerocopyLabels(data.runs)));
    const offered = `${experiment.state} ${experiment.pinned}`;
    if (this.offered !== offered) {
      this.offered = offered;
      nodes.actions.replaceChildren(
        actions(experiment, {
          say: this.context.say,
          done: (what) => {
            if (what === 'deleted') location.hash = '#/';
          },
        }),
      );
    }
    const runs = shownRuns(data.runs, state);
    // The answer uses all runs: a mode that is hidden in the charts may be the fastest.
    const partly = runs.length < data.runs.length;
    nodes.answer.replaceChildren(...answerView(data.runs, data.final, partly, crossover), this.profile.words);
    this.profile.update(data, state);
    this.drawUncertainty();
    this.drawControls(runs);
    this.update(buildSweepCharts(runs, state));
    this.runsTable.update(data.runs);
  }

  drawRunCharts() {
    if (!this.nodes.charts.isConnected) return;
    const runs = shownRuns(this.data.runs, this.state);
    const { size, at } = lookedInto(runs, this.state);
    const where = size === null ? 'no run yet' : `messages of ${bytes(size)}, ${count(at, 'thread')}`;
    const pending = this.unread
      ? 'More is read when the run that is measured now has ended: reading it earlier would disturb the measurement.'
      : '';
    this.update(buildRunCharts(this.evidence, zerocopyLabels(runs), where, pending));
    performance.mark('copybench-drawn');
  }

  // Covers the whole experiment, whatever is shown. Requested once, after the last window.
  async drawUncertainty() {
    const { data, nodes } = this;
    const { say, signal } = this.context;
    if (!data.final) return;
    this.summary ??= get(`experiments/${this.id}/summary`, signal);
    try {
      nodes.uncertainty.replaceChildren(...uncertaintyView(await this.summary, zerocopyLabels(data.runs)));
    } catch (error) {
      this.summary = undefined;
      if (!signal.aborted) say(error);
    }
  }

  update(charts) {
    const annotation = annotationOf(this.data.experiment);
    const labels = zerocopyLabels(shownRuns(this.data.runs, this.state));
    const ids = Object.keys(charts);
    // Measures all widths first: between two drawings each measurement would cause another layout of the page.
    for (const id of ids) this.cards.get(id).measure();
    for (const id of ids) {
      const notes = chartNotes(charts[id], labels);
      this.cards.get(id).update(charts[id], { notes, annotation, fileName: `copybench-${this.id}-${id}` });
    }
  }

  // Rebuilt only when the choices have changed, so that the focus stays where it is.
  drawControls(runs) {
    const all = dimensions(this.data.runs);
    const { size, at } = lookedInto(runs, this.state);
    const events = eventChoices(this.data.runs);
    const labels = zerocopyLabels(this.data.runs);
    const key = JSON.stringify([all, [...labels], size, at, costOf(runs, this.state), events, this.state.rep]);
    if (key === this.dimensionKey) return;
    const refocus = heldFocus(this.nodes.controls);
    this.dimensionKey = key;
    const { state } = this;
    const change = (part) => this.change(part);
    this.nodes.controls.replaceChildren(all.engines.length ? viewControls(all, labels, state, change) : '');
    const repetitions = [...new Set(this.data.runs.map((run) => run.repetition))].sort((a, b) => a - b);
    const into = () => [
      sizeSelect(all.sizes, size, change),
      threadSelect(dimensions(runs).threads, at, change),
      repetitionSelect(repetitions, state, change),
    ];
    const controls = {
      latency: [sizeSelect(all.sizes, size, change)],
      cache: [cacheSelect(events, eventOf(this.data.runs, state), change)],
      cost: [costSelect(costOf(runs, state), change)],
      cpu: into(),
      steady: into(),
      distribution: into(),
    };
    for (const id of [...sweepCharts.slice(0, 4), ...runCharts, ...sweepCharts.slice(4)]) {
      if (!this.cards.has(id)) {
        this.cards.set(id, new ChartCard(id, { say: this.context.say }));
        this.nodes.charts.append(this.cards.get(id).node);
      }
      this.cards
        .get(id)
        .node.querySelector('.controls')
        .replaceChildren(...(controls[id] ?? []));
    }
    refocus();
  }
}
