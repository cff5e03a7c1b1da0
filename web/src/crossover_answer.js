// The answer of a crossover search as a sentence, in the page's names, from the states and numbers of the API. Pure.
import { engineLabel } from './engine_style.js';
import { figure, inSentence } from './figures.js';
import { count } from './format.js';

const whole = (value) => String(Math.round(value));
const fieldsPerMessage = 8;

// crossover: of the progress. labels: see zerocopyLabels().
export function crossoverAnswer(crossover, labels) {
  const { state, of, confidence, crossings, path } = crossover;
  const metric = inSentence(figure(crossover.metric));
  const name = (engine) => engineLabel(engine, labels);
  const sure = `${whole(100 * confidence)} % confidence`;
  const message = `A message is ${fieldsPerMessage} fields.`;
  const change = ({ below, above, size_bytes: size, interval }) =>
    `${name(below)} has the better ${metric} up to fields of ${whole(interval.low)} bytes, ${name(above)} from ` +
    `${whole(interval.high)} bytes on, and the change is at about ${whole(size)} bytes`;

  function undecided() {
    if (crossover.without_figure) {
      return (
        `There is no searching by ${metric}: completed runs do not have this figure, as where perf cannot count it or was not ` +
        `asked to. Run ${crossover.without_figure} says why; choose a figure that is measured here.`
      );
    }
    const kinds = [
      ...of.map((engine) => [`${name(engine)} is better`, (size) => size.better === engine]),
      ['no significant difference shows', (size) => size.verdict === 'no_difference'],
      ['the runs failed or lack the figure', (size) => size.verdict === 'not_measured'],
    ];
    const parts = kinds
      .map(([what, wanted]) => [what, path.filter(wanted)])
      .filter(([, sizes]) => sizes.length)
      .map(([what, sizes]) => `${what} at fields of ${sizes.map((size) => size.field_bytes).join(', ')} bytes`);
    const longer = path.some((size) => size.verdict === 'no_difference') ? ' Longer runs would tell more.' : '';
    return `No crossover could be found or ruled out by ${metric}: ${parts.join('; ')}.${longer}`;
  }

  const answers = {
    searching: () => {
      const measured = path.filter((size) => size.verdict !== 'measuring').length;
      return `Searching: ${measured} of ${count(path.length, 'size')} measured so far.`;
    },
    found: () => {
      const [only] = crossings;
      return `${change(only)} (${whole(only.interval.low)} to ${whole(only.interval.high)} bytes with ${sure}). ${message}`;
    },
    several: () =>
      `The better engine changes ${crossings.length} times: ${crossings.map(change).join('; ')} (${sure} for all of it). ` +
      message,
    none: () =>
      `No crossover from fields of ${path[0].field_bytes} to ${path.at(-1).field_bytes} bytes: ${name(path[0].better)} has the ` +
      `better ${metric} at all ${path.length} sizes measured (${sure} for all of them together). What changes and changes back ` +
      'between two of them is not seen.',
    undecided,
    cancelled: () => 'The search was cancelled before it had an answer.',
  };
  // An imported search may lack what its state needs.
  const lacking = path.length === 0 || (['found', 'several'].includes(state) && crossings.length === 0);
  return lacking ? crossover.answer : answers[state]();
}
