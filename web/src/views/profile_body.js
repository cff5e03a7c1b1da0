// The profiles of an experiment: the cost of the copies as text, their shares as a table, and a flame graph.
import { csvOf } from '../charts/card.js';
import { copyKinds, copyName, costWords, sharePercent, shareRows } from '../copies.js';
import { download, element, missing, svg, table } from '../dom.js';
import { bytes, count, listed } from '../format.js';
import { engineLabel } from '../engine_style.js';
import { lookedInto } from '../charts/all.js';
import { distinct, zerocopyLabels } from '../series.js';
import { doubtList } from './doubts.js';
import { FlameCard } from './flame_card.js';

const shareColumn = (key, label, unit) => ({
  key,
  label,
  unit,
  number: true,
  text: (row) => (row[key] === null ? missing(row.reason) : sharePercent(row[key])),
});
const shareColumns = [
  {
    key: 'run_id',
    label: 'Run',
    number: true,
    text: (row) => element('a', { href: `runs/${row.run_id}` }, String(row.run_id)),
  },
  { key: 'engine', label: 'Mode', wrap: true, text: (row, labels) => engineLabel(row.engine, labels) },
  { key: 'zerocopy', fileOnly: true },
  { key: 'message_bytes', label: 'Message', number: true, text: (row) => bytes(row.message_bytes) },
  { key: 'threads', label: 'Threads', number: true },
  {
    key: 'busy_samples',
    label: 'n',
    unit: 'samples',
    number: true,
    text: (row) => row.busy_samples?.toLocaleString('en') ?? missing(row.reason),
  },
  ...copyKinds.map(({ key, short }) => shareColumn(key, short, 'of n')),
  shareColumn('total', 'All copies', 'of n'),
  shareColumn('other', 'Other', 'of n'),
  { key: 'event', label: 'Sampled', text: (row) => row.sampled ?? missing(row.reason) },
  { key: 'reason', fileOnly: true },
];

// The sampling, if it is the same in all rows.
function commonSample(rows) {
  const kinds = distinct(rows.map(({ sampled }) => sampled).filter(Boolean));
  return kinds.length === 1 ? kinds[0] : null;
}

const reasonNotes = (rows) =>
  distinct(rows.map(({ reason }) => reason).filter(Boolean)).map((reason) => {
    const runs = rows.filter((row) => row.reason === reason).map((row) => String(row.run_id));
    return element('p', {}, `– No shares of ${runs.length === 1 ? 'run' : 'runs'} ${listed(runs)}: ${reason}.`);
  });

const shareTable = (rows, labels) =>
  table(
    'Share of the busy CPU time that each copy takes',
    shareColumns
      .filter(({ key, fileOnly }) => !fileOnly && !(key === 'event' && commonSample(rows)))
      .map(({ key, text, ...column }) => ({ ...column, cell: (row) => (text ? text(row, labels) : String(row[key])) })),
    rows,
  );

const code = (text) => (text ? element('code', {}, text) : 'any');
const ruleTable = (rules) =>
  table(
    'The rules by which a stack counts as a copy',
    [
      { label: 'Copy', cell: ({ copy }) => copyName(copy) },
      { label: 'What it is', wrap: true, cell: ({ meaning }) => meaning },
      { label: 'Process', cell: ({ root }) => code(root) },
      { label: 'Innermost function', wrap: true, cell: ({ leaf }) => code(leaf) },
      { label: 'Called from', wrap: true, cell: ({ caller }) => code(caller) },
    ],
    rules,
  );

// symbolOf: (item, symbol) => a node that shows the symbol and leads to it in the flame graph.
function symbolTable(items, labels, symbolOf) {
  const rows = items.flatMap((item) =>
    copyKinds.flatMap(({ key, name }) =>
      (item.copy_share?.[key].symbols ?? []).map((matched) => ({ item, name, ...matched })),
    ),
  );
  return table(
    'The functions that the rules matched',
    [
      { label: 'Mode', wrap: true, cell: ({ item }) => engineLabel(item.engine, labels) },
      { label: 'Message', number: true, cell: ({ item }) => bytes(item.message_bytes) },
      { label: 'Threads', number: true, cell: ({ item }) => String(item.threads) },
      { label: 'Copy', cell: ({ name }) => name },
      { label: 'Function', cell: ({ item, symbol }) => symbolOf(item, symbol) },
      { label: 'Samples', number: true, cell: ({ samples }) => samples.toLocaleString('en') },
    ],
    rows,
  );
}

// The hatchings of the copies for all drawings. They are not part of one drawing, since any of them may be removed.
const hatchings = () =>
  svg(
    'svg',
    { class: 'hatchings', width: 0, height: 0, 'aria-hidden': 'true' },
    copyKinds.map(({ key, hatch }) =>
      svg(
        'pattern',
        { id: `hatch-${key}`, class: `hatch-${key}`, width: 8, height: 8, patternUnits: 'userSpaceOnUse' },
        svg('rect', { width: 8, height: 8 }),
        svg('path', { d: hatch }),
      ),
    ),
  );

const sentenceList = (sentences) =>
  element(
    'ul',
    { class: 'sentences' },
    sentences.map((sentence) => element('li', {}, sentence)),
  );
function doubtfulShares(profiles) {
  const list = doubtList(profiles);
  return list ? [element('h3', {}, 'What to doubt in these profiles'), list] : [];
}
const placeOf = (cell) => `messages of ${bytes(cell.message_bytes)}, ${count(cell.threads, 'thread')}`;

export class ProfileBody {
  // answer: of /profiles. context: {say, signal, remember, words, place}; the last two are filled here.
  constructor(id, answer, context) {
    this.id = id;
    this.answer = answer;
    this.words = context.words;
    this.place = context.place;
    this.drawn = false;
    this.card = new FlameCard(context);
    context.signal.addEventListener('abort', () => this.card.end(), { once: true });
  }

  async update(data, state) {
    const labels = zerocopyLabels([...data.runs, ...data.profiles]);
    const where = lookedInto(data.runs, state);
    this.drawWords(costWords(this.answer.words, labels), where);
    if (!this.drawn) this.drawShares(data.profiles, labels);
    this.drawn = true;
    if (this.answer.items.length) await this.card.update(this.answer, state, labels, where);
  }

  // Shows the configuration of the charts of single runs, if it was profiled. The others are folded away.
  drawWords(words, { size, at }) {
    if (words.length === 0) {
      this.words.replaceChildren();
      return;
    }
    const first = words.find((cell) => cell.message_bytes === size && cell.threads === at) ?? words.at(-1);
    const others = words.filter((cell) => cell !== first);
    const open = this.words.querySelector('details')?.open;
    this.words.replaceChildren(
      element('h3', {}, `What the copies cost, ${placeOf(first)}`),
      sentenceList(first.sentences),
      others.length
        ? element(
            'details',
            { open },
            element(
              'summary',
              {},
              others.length === 1
                ? `Also at ${placeOf(others[0])}`
                : `Also at ${others.length} other sizes and thread counts`,
            ),
            others.map((cell) => [element('h4', {}, placeOf(cell)), sentenceList(cell.sentences)]),
          )
        : '',
    );
  }

  drawShares(profiles, labels) {
    const { answer } = this;
    const rows = shareRows(answer, profiles, labels);
    const csv = () =>
      download(
        new Blob([csvOf({ columns: shareColumns, rows })], { type: 'text/csv' }),
        `copybench-${this.id}-copy-share.csv`,
      );
    const symbolOf = (item, symbol) =>
      element(
        'button',
        {
          type: 'button',
          class: 'quiet',
          title: 'Search it in the flame graph',
          onclick: () => this.card.find(item.run_id, symbol),
        },
        symbol,
      );
    this.place.replaceChildren(
      hatchings(),
      element(
        'p',
        { class: 'muted' },
        'From the runs of kind profile, which count in no figure. Each copy’s share is of the n samples that found a CPU ' +
          'busy with server, client or the kernel’s work for them. ',
        commonSample(rows) ? `Sampled: ${commonSample(rows)}.` : '',
      ),
      ...doubtfulShares(profiles),
      element('h3', {}, 'What each copy takes'),
      shareTable(rows, labels),
      element('div', { class: 'notes' }, reasonNotes(rows)),
      element(
        'div',
        { class: 'card-foot' },
        element('button', { type: 'button', class: 'quiet', title: 'Download this table as CSV', onclick: csv }, 'CSV'),
        element('a', { href: `experiments/${this.id}/profiles` }, 'JSON'),
      ),
      element(
        'details',
        { class: 'data rules' },
        element('summary', {}, 'What counts as which copy: the rules, and the functions that they matched'),
        ruleTable(answer.rules),
        symbolTable(answer.items, labels, symbolOf),
      ),
      answer.items.length
        ? this.card.node
        : element('p', { class: 'empty' }, 'No run of kind profile completed; the table has the reasons.'),
    );
  }
}
