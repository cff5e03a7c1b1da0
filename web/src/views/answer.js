// The answer in words, above the charts.
import { element, missing, table } from '../dom.js';
import { bytes, count, interval, listed } from '../format.js';
import {
  headline,
  leaders,
  namer,
  peaks,
  threadSentences,
  verdictText,
  zerocopySentence,
} from '../answer.js';
import { figure } from '../figures.js';
import { engineLabel } from '../engine_style.js';
import { crossoverAnswer } from '../crossover_answer.js';
import { cancelledText, failures, gaps, whereOf } from '../missing_values.js';
import { dimensions, zerocopyLabels } from '../series.js';
import { doubtList } from './doubts.js';

const gbps = figure('throughput_gbps').text;

const medianInterval = (spread) => (spread.low === null ? 'one repetition: no interval' : interval(spread, gbps));

function leaderTable(byThread, name) {
  const sizes = byThread[0].sizes.map(({ message_bytes: size }) => size);
  const columns = [
    { label: 'Message', number: true, cell: (size) => bytes(size) },
    ...byThread.map(({ threads, sizes: verdicts }) => ({
      label: `Fastest with ${count(threads, 'thread')}`,
      wrap: true,
      cell: (size) => {
        const verdict = verdicts.find((one) => one.message_bytes === size);
        return element('span', { class: `verdict-${verdict.kind}` }, verdictText(verdict, name));
      },
    })),
  ];
  return table('Fastest mode at each message size', columns, sizes);
}

function peakTable(runs, labels) {
  return table(
    'Peak throughput of each engine',
    [
      { label: 'Engine', wrap: true, cell: ({ engine }) => engineLabel(engine, labels) },
      {
        label: 'Peak throughput',
        unit: 'Gbit/s, median',
        number: true,
        cell: ({ spread }) => (spread ? gbps(spread.median) : missing('no run completed')),
      },
      {
        label: '95 % interval',
        unit: 'Gbit/s, of the median',
        cell: ({ spread }) => (spread ? medianInterval(spread) : missing()),
      },
      { label: 'Message', number: true, cell: (peak) => (peak.spread ? bytes(peak.message_bytes) : missing()) },
      { label: 'Threads', number: true, cell: (peak) => (peak.spread ? String(peak.threads) : missing()) },
      { label: 'Runs', number: true, cell: (peak) => (peak.spread ? String(peak.spread.n) : '0') },
    ],
    peaks(runs),
  );
}

function notMeasured(runs) {
  const lacking = gaps(runs).map(({ reason, names, runs: own, all }) => {
    const figures = listed(names.map((name) => figure(name).label));
    return element('li', {}, `${figures}: ${reason}${all ? '' : ` (${count(own.length, 'run')}: ${whereOf(own)})`}.`);
  });
  const failed = failures(runs).map(({ reason, count: runCount, where }) =>
    element('li', { class: 'failed' }, `${count(runCount, 'run')} failed (${where}): ${reason}`),
  );
  const cancelled = cancelledText(runs);
  if (cancelled) failed.push(element('li', {}, cancelled));
  if (failed.length + lacking.length === 0) return null;
  return element(
    'div',
    {},
    element('h3', {}, 'What could not be measured, and why'),
    element('ul', {}, failed, lacking),
  );
}

function doubtful(runs) {
  const list = doubtList(runs);
  return list
    ? element(
        'div',
        { class: 'doubts' },
        element('h3', {}, 'What to doubt'),
        list,
        element('p', { class: 'muted' }, 'Such runs count like all others; in the charts a dashed ring is around each.'),
      )
    : null;
}

const zerocopyNode = (runs) => {
  const sentence = zerocopySentence(runs);
  return sentence ? element('p', { class: 'zerocopy' }, sentence) : null;
};

// The answer of a sweep: which mode is fastest.
function sweepAnswer(runs, final) {
  const name = namer(runs);
  const measured = runs.some((run) => run.state === 'completed');
  const comparable = measured && dimensions(runs).engines.length > 1;
  const byThread = leaders(runs);
  const sentences = () =>
    element(
      'ul',
      { class: 'sentences' },
      byThread.map((one) => {
        const { at, sentences: own } = threadSentences(one, name);
        return element('li', {}, element('strong', {}, `${at}: `), own.join(' '));
      }),
    );
  const tables = () => [
    element(
      'div',
      { class: 'answer-tables' },
      comparable
        ? element('div', {}, element('h3', {}, 'Fastest mode at each message size'), leaderTable(byThread, name))
        : null,
      element('div', {}, element('h3', {}, 'Peak throughput of each engine'), peakTable(runs, zerocopyLabels(runs))),
    ),
    element(
      'p',
      { class: 'muted' },
      'A mode is called fastest only where it is ahead of every other one by more than 1 % and by more than chance: ' +
        'Wilcoxon’s signed rank test of the pairs that each repetition makes, corrected for the number of comparisons ' +
        '(Benjamini and Hochberg), at 5 %. Ratios are Hodges and Lehmann’s of these pairs, with 95 % intervals.',
    ),
  ];
  return {
    first: `${measured && !final ? 'So far. ' : ''}${headline(runs)}`,
    rest: [comparable ? sentences() : null, zerocopyNode(runs), ...(measured ? tables() : [])],
  };
}

// A search compares by its own figure, and decides by itself how many pairs to measure.
const searchAnswer = (runs, crossover) => ({
  first: crossoverAnswer(crossover, zerocopyLabels(runs)),
  rest: [zerocopyNode(runs)],
});

// runs: all of them. partly: the charts below show only some. crossover: of the progress, null if none is searched.
export function answerView(runs, final, partly, crossover) {
  const { first, rest } = crossover ? searchAnswer(runs, crossover) : sweepAnswer(runs, final);
  return [
    element('h2', { id: 'answer' }, 'The answer'),
    element('p', { class: 'headline' }, first),
    partly ? element('p', { class: 'muted' }, 'Of all that was measured, also of what the charts below do not show.') : null,
    ...rest,
    doubtful(runs),
    notMeasured(runs),
  ].filter(Boolean);
}
