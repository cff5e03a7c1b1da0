import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pausedText } from '../../web/src/views/progress.js';

const experiment = (state, reason) => ({ state, progress: { paused_reason: reason } });

test('a pause is told with its reason while an experiment waits for its end', () => {
  const reason = 'There is no room left for the database.';
  assert.equal(pausedText(experiment('running', reason)), `Measuring is paused: ${reason}`);
  assert.equal(pausedText(experiment('queued', reason)), `Measuring is paused: ${reason}`);
  assert.equal(pausedText(experiment('running', null)), '');
  assert.equal(pausedText(experiment('completed', null)), '');
});
