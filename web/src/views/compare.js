// Compares two experiments, or several with as many others. The address holds all choices.
import { copyButton, element, missing, table, valueWithSpan } from '../dom.js';
import { bytes, count, interval, listed } from '../format.js';
import { get } from '../api.js';
import { ChartCard } from '../charts/card.js';
import { comparisonChart, comparisonRows, pText, verdictWords } from '../charts/comparison.js';
import { comparedFigures, figure } from '../figures.js';
import { engineLabel } from '../engine_style.js';
import { checkCompare, compareLink, experimentLink } from '../permalink.js';
import { refusalByField } from '../refusal.js';
import { checkedField, nothingShown, showProblems, submitted, textField } from './checked_form.js';
import { select } from './controls.js';

// Text is shown as it is, objects as JSON. A setting missing in a request is not set; a missing circumstance is not recorded.
const shown = (value, { class: kind }) => {
  if (value === null || value === undefined) return missing(kind === 'request' ? 'not set' : 'not recorded');
  return typeof value === 'string' ? value : JSON.stringify(value);
};

function differencesTable(differences) {
  return table(
    'What also differs',
    [
      { label: 'What', cell: ({ name }) => name },
      { label: 'Of', cell: ({ class: kind }) => kind },
      { label: 'Base', cell: (difference) => shown(difference.base, difference) },
      { label: 'Head', cell: (difference) => shown(difference.head, difference) },
    ],
    differences,
  );
}

const onlyList = (title, configurations, open = false) =>
  configurations.length === 0
    ? ''
    : element(
        'details',
        { open },
        element('summary', {}, `${title} (${count(configurations.length, 'configuration')})`),
        configurations
          .map((one) => `${engineLabel(one.engine)}, ${bytes(one.message_bytes)}, ${count(one.threads, 'thread')}`)
          .join('; '),
      );

const ratioText = (value) => value.toLocaleString('en', { minimumFractionDigits: 3, maximumFractionDigits: 3 });

function ratioCell({ ratio, ratio_ci95_low: low, ratio_ci95_high: high, detail }) {
  if (ratio === null) return missing(detail);
  return valueWithSpan(ratioText(ratio), low === null ? 'no interval' : interval({ low, high }, ratioText));
}

// The main columns. The chart's data table has the rest.
function verdictTable(comparison, { label, unit, text }) {
  const rows = comparisonRows(comparison);
  const { counts } = comparison;
  const median = (key) => (row) => (row[key] === null ? missing(row.detail) : text(row[key]));
  const columns = [
    { label: 'Engine', wrap: true, cell: (row) => row.engine_label },
    { label: 'Message', number: true, cell: (row) => bytes(row.message_bytes) },
    { label: 'Threads', number: true, cell: (row) => String(row.threads) },
    {
      label: 'Verdict',
      cell: (row) => element('span', { class: `verdict-${row.verdict}` }, verdictWords(row.verdict)),
    },
    { label: 'Head / base', unit: '95 % interval', wrap: true, number: true, cell: ratioCell },
    { label: 'p', unit: 'corrected', number: true, cell: (row) => pText(row.corrected_p) },
    { label: 'Base', unit: `${unit}, median`, number: true, cell: median('base_median') },
    { label: 'Head', unit: `${unit}, median`, number: true, cell: median('head_median') },
    { label: 'Runs', unit: 'base, head', number: true, cell: (row) => `${row.base_n}, ${row.head_n}` },
  ];
  return table(
    `${label}: ${count(rows.length, 'configuration')}, ${counts.slower} slower, ${counts.faster} faster`,
    columns,
    rows,
  );
}

const links = (side) =>
  side.map(({ experiment_id: id }, i) => [i ? ', ' : '', element('a', { href: experimentLink(id) }, String(id))]);

export class CompareView {
  constructor(query, context) {
    this.context = context;
    this.take(query);
    this.card = null;
    this.nodes = {
      choices: element('datalist', { id: 'compare-experiments' }),
      answer: element('section', { class: 'answer', 'aria-live': 'polite' }),
      charts: element('div', { class: 'charts' }),
      link: element('span', { class: 'visually-hidden' }),
    };
  }

  take(query) {
    const { state, problems, given } = checkCompare(query);
    this.state = state;
    this.problems = problems;
    this.given = given;
  }

  async show() {
    const { main, signal } = this.context;
    const { nodes } = this;
    const page = await get('experiments?limit=100', signal);
    nodes.choices.replaceChildren(
      ...page.items.map(({ id, name, state }) => element('option', { value: String(id) }, `${name || 'no name'}, ${state}`)),
    );
    main.replaceChildren(
      element('h1', { tabindex: '-1' }, 'Compare'),
      element(
        'p',
        { class: 'muted' },
        'One experiment over another, configuration by configuration. Several of each, measured alternately and separated ' +
          'by commas (1,3,5,7,9,11 over 2,4,6,8,10,12), are compared as pairs, which takes a drift of the machine out.',
      ),
      nodes.choices,
      this.form(),
      nodes.answer,
      nodes.charts,
    );
    signal.addEventListener('abort', () => this.card?.end(), { once: true });
    await this.refresh();
  }

  form() {
    const { given, problems, state } = this;
    const input = (name, label, more) => textField(name, label, given[name] ?? String(state[name]), { size: 12, ...more });
    const chosen = { metric: state.metric };
    const metrics = comparedFigures.map((name) => [name, figure(name).label]);
    const form = element(
      'form',
      { class: 'view-controls', onsubmit: submitted(chosen, checkCompare, compareLink) },
      input('base', 'Base', { list: 'compare-experiments', required: true }),
      input('head', 'Head', { list: 'compare-experiments', required: true }),
      checkedField('metric', select('Figure', metrics, state.metric, (metric) => Object.assign(chosen, { metric }))),
      input('min_effect_pct', 'Least effect, %', { size: 4 }),
      element('button', { type: 'submit', class: 'primary' }, 'Compare'),
    );
    showProblems(form, problems);
    return form;
  }

  setQuery(query) {
    this.take(query);
    this.context.main.querySelector('form')?.replaceWith(this.form());
    this.refresh();
  }

  clear(...instead) {
    document.title = 'copybench';
    this.nodes.charts.replaceChildren();
    this.nodes.answer.replaceChildren(...instead);
  }

  // If it fails, the form stays and the earlier result is removed, so that it cannot be mistaken for this one's.
  async refresh() {
    const { state } = this;
    try {
      await this.read();
    } catch (error) {
      if (this.context.signal.aborted || state !== this.state) return;
      this.clear();
      if ([400, 404].includes(error.status)) this.cannotTake(error);
      else this.context.say(error);
    }
  }

  cannotTake(error) {
    const { problems, rest } = refusalByField(error, this.state);
    showProblems(this.context.main.querySelector('form'), problems);
    if (Object.keys(problems).length) this.clear(nothingShown());
    if (rest.length) this.context.say(new Error(rest.join('; ')));
  }

  async read() {
    const { state } = this;
    const { say, signal } = this.context;
    say(null);
    if (Object.keys(this.problems).length) {
      this.clear(nothingShown());
      return;
    }
    if (!state.base || !state.head) {
      this.clear();
      return;
    }
    // The request allows all differences, and this page itself rejects them: a browser would report the API's rejection as an
    // error.
    const query = new URLSearchParams({ ...state, allow_differences: '1' });
    try {
      const comparison = await get(`compare?${query}`, signal);
      if (state !== this.state) return; // another comparison was requested since
      const refused = comparison.differences.filter((difference) => difference.refused);
      if (refused.length && !state.allow_differences) {
        this.refused(`The two differ in ${listed(refused.map(({ name }) => name))}.`, comparison);
      } else {
        this.draw(comparison);
      }
    } catch (error) {
      if (!error.body?.comparison || state !== this.state) throw error;
      this.refused(error.body.comparison.sentence, error.body.comparison);
    }
  }

  refused(why, { configurations, differences, only_base: ofBase, only_head: ofHead }) {
    // Without a common configuration there is nothing to compare all the same.
    const offered = configurations.length > 0 && differences.some((difference) => difference.refused);
    this.clear(
      element('h2', {}, 'Not comparable'),
      element('p', { class: 'headline' }, why),
      onlyList('Only in the base', ofBase, true),
      onlyList('Only in the head', ofHead, true),
      differences.length ? differencesTable(differences) : '',
      offered
        ? element('p', {}, element('a', { href: compareLink({ ...this.state, allow_differences: true }) }, 'Compare all the same'))
        : '',
    );
  }

  draw(comparison) {
    const { nodes, state } = this;
    const unit = figure(comparison.metric);
    nodes.link.textContent = new URL(compareLink(state), location.href).href;
    document.title = `${state.head} over ${state.base} · copybench`;
    nodes.answer.replaceChildren(
      element('h2', {}, 'Experiment ', links(comparison.head), ' over ', links(comparison.base)),
      element('p', { class: 'headline' }, comparison.sentence),
      element(
        'ul',
        { class: 'sentences' },
        comparison.warnings.map((warning) => element('li', {}, warning)),
      ),
      ...(comparison.differences.length ? [element('h3', {}, 'What also differs'), differencesTable(comparison.differences)] : []),
      element('h3', {}, 'Configurations'),
      verdictTable(comparison, unit),
      onlyList('Only in the base', comparison.only_base),
      onlyList('Only in the head', comparison.only_head),
      element(
        'p',
        { class: 'muted' },
        `${comparison.method.test}; ${comparison.method.ratio}; corrected by ${comparison.method.correction}.`,
      ),
      element('p', { class: 'links' }, copyButton('Copy link to this view', nodes.link), nodes.link),
    );
    if (!this.card) this.card = new ChartCard('ratio', { say: this.context.say });
    if (!this.card.node.isConnected) nodes.charts.replaceChildren(this.card.node);
    this.card.update(comparisonChart(comparison, unit.label), {
      annotation: [`Experiment ${state.head} over ${state.base}; minimum effect ${comparison.min_effect_pct} %.`],
      fileName: `copybench-compare-${state.base}-${state.head}`.replaceAll(',', '-'),
    });
    performance.mark('copybench-drawn');
  }
}

export async function showCompare({ query = '' }, context) {
  const view = new CompareView(query, context);
  await view.show();
  return view;
}
