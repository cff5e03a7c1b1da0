// One configuration over all experiments of this host. The address holds all choices.
import { copyButton, element, table } from '../dom.js';
import { bytes, count, listed, percent } from '../format.js';
import { get } from '../api.js';
import { ChartCard } from '../charts/card.js';
import { historyChart } from '../charts/history.js';
import { comparedFigures, figure, inSentence } from '../figures.js';
import { engineLabel, engines } from '../engine_style.js';
import { checkHistory, compareLink, experimentLink, historyLink } from '../permalink.js';
import { settingsText } from '../series_settings.js';
import { checkedField, nothingShown, showProblems, submitted, textField } from './checked_form.js';
import { select } from './controls.js';

const change = (ratio) => (ratio === null ? '–' : `${ratio < 1 ? '−' : '+'}${percent(Math.abs(ratio - 1))}`);

function changesTable(series, unit) {
  return table(
    'Where the level changed',
    [
      {
        label: 'From experiment',
        number: true,
        cell: ({ experiment_id: id }) => element('a', { href: experimentLink(id) }, String(id)),
      },
      { label: 'Before', unit: unit.unit, number: true, cell: ({ before }) => unit.text(before) },
      { label: 'After', unit: unit.unit, number: true, cell: ({ after }) => unit.text(after) },
      { label: 'Change', number: true, cell: ({ ratio }) => change(ratio) },
      { label: 'p', number: true, cell: ({ p }) => String(p) },
      {
        label: 'What else changed there',
        cell: ({ differences }) => listed(differences.map(({ name }) => name)) || 'nothing that is recorded',
      },
      {
        label: 'Compare',
        cell: ({ experiment_id: head, previous_experiment_id: base }) =>
          element('a', { href: compareLink({ base: String(base), head: String(head) }) }, `${head} over ${base}`),
      },
    ],
    series.change_points,
  );
}

export class HistoryView {
  constructor(query, context) {
    this.context = context;
    this.take(query);
    this.cards = [];
    this.nodes = {
      form: element('div', {}),
      content: element('div', {}),
      link: element('span', { class: 'visually-hidden' }),
    };
  }

  take(query) {
    const { state, problems, given } = checkHistory(query);
    this.state = state;
    this.problems = problems;
    this.given = given;
  }

  async show() {
    const { main, signal } = this.context;
    main.replaceChildren(
      element('h1', { tabindex: '-1' }, 'History'),
      element('p', { class: 'muted' }, 'A configuration’s figure over all experiments of this host; those of equal settings in one chart.'),
      this.nodes.form,
      this.nodes.content,
    );
    signal.addEventListener('abort', () => this.endCards(), { once: true });
    this.drawForm();
    await this.read();
  }

  endCards() {
    for (const card of this.cards) card.end();
    this.cards = [];
  }

  drawForm() {
    const { given, problems, state } = this;
    const chosen = { engine: state.engine, metric: state.metric };
    const number = (name, label) => textField(name, label, given[name] ?? String(state[name]), { size: 8 });
    this.nodes.form.replaceChildren(
      element(
        'form',
        { class: 'view-controls', onsubmit: submitted(chosen, checkHistory, historyLink) },
        checkedField('engine', select(
          'Engine',
          engines.map((engine) => [engine, engineLabel(engine)]),
          state.engine,
          (engine) => Object.assign(chosen, { engine }),
        )),
        number('field_bytes', 'Field size'),
        number('threads', 'Threads'),
        checkedField('metric', select(
          'Figure',
          comparedFigures.map((name) => [name, figure(name).label]),
          state.metric,
          (metric) => Object.assign(chosen, { metric }),
        )),
        element('button', { type: 'submit', class: 'primary' }, 'Show'),
      ),
    );
    showProblems(this.nodes.form, problems);
  }

  setQuery(query) {
    this.take(query);
    this.drawForm();
    this.read().catch((error) => {
      if (!this.context.signal.aborted) this.context.say(error);
    });
  }

  async read() {
    const { say, signal } = this.context;
    say(null);
    if (Object.keys(this.problems).length) {
      this.endCards();
      this.nodes.content.replaceChildren(nothingShown());
      return;
    }
    this.draw(await get(`history?${new URLSearchParams(this.state)}`, signal));
  }

  draw(history) {
    const { nodes, state } = this;
    const unit = figure(history.metric);
    const where = `${engineLabel(history.engine)}, messages of ${bytes(history.message_bytes)}, ${count(history.threads, 'thread')}`;
    nodes.link.textContent = new URL(historyLink(state), location.href).href;
    document.title = `${where} · copybench`;
    this.endCards();
    const settings = settingsText(history.series.map((series) => series.settings));
    const parts = history.series.flatMap((series, i) => {
      const card = new ChartCard(`history-${i + 1}`, { say: this.context.say });
      this.cards.push(card);
      card.update(historyChart(series, i + 1, { engine: history.engine, title: `${unit.label}: ${where}` }, unit), {
        annotation: [`Settings: ${settings[i].join(', ')}.`, history.method],
        fileName: `copybench-history-${history.engine}-${history.field_bytes}-${history.threads}-${i + 1}`,
      });
      return series.change_points.length
        ? [card.node, element('h3', {}, 'Where the level changed'), changesTable(series, unit)]
        : [card.node];
    });
    nodes.content.replaceChildren(
      element('h2', {}, `${where[0].toUpperCase()}${where.slice(1)}`),
      ...(history.series.length
        ? parts
        : [element('p', { class: 'empty' }, `No experiment of this host has measured ${inSentence(unit)} of ${where}.`)]),
      history.other_hosts
        ? element('p', {}, `Left out: ${count(history.other_hosts, 'experiment')} of other hosts.`)
        : '',
      history.imported_left_out
        ? element('p', {}, `Left out: ${count(history.imported_left_out, 'imported experiment')} that name this host.`)
        : '',
      element(
        'p',
        { class: 'links' },
        element('a', { href: `history.csv?${new URLSearchParams(state)}`, download: 'copybench-history.csv' }, 'CSV'),
        ' ',
        copyButton('Copy link to this view', nodes.link),
        nodes.link,
      ),
    );
    performance.mark('copybench-drawn');
  }
}

export async function showHistory({ query = '' }, context) {
  const view = new HistoryView(query, context);
  await view.show();
  return view;
}
