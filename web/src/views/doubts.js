// The list of reasons why runs are doubtful.
import { element } from '../dom.js';
import { doubts } from '../doubts.js';
import { count } from '../format.js';
import { whereOf } from '../missing_values.js';

// null if no run is flagged.
export function doubtList(runs) {
  const completed = runs.filter((run) => run.state === 'completed').length;
  const found = doubts(runs);
  if (found.length === 0) return null;
  return element(
    'ul',
    {},
    found.map(({ text, runs: own, example }) =>
      element(
        'li',
        {},
        `In ${own.length === completed ? 'every run' : `${own.length} of ${count(completed, 'run')}`}, ${text}`,
        own.length === completed ? '' : ` (${whereOf(own)})`,
        `: ${own.length > 1 ? 'for example, ' : ''}“${example}”`,
      ),
    ),
  );
}
