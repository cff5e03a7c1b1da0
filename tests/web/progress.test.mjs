import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pausedText, progressText, takesText } from '../../web/src/views/progress.js';

const experiment = (state, reason) => ({ state, progress: { paused_reason: reason } });

test('a pause is shown with its reason while an experiment waits for its end', () => {
  const reason = 'There is no room left for the database.';
  assert.equal(pausedText(experiment('running', reason)), `Measuring is paused: ${reason}`);
  assert.equal(pausedText(experiment('queued', reason)), `Measuring is paused: ${reason}`);
  assert.equal(pausedText(experiment('running', null)), '');
  assert.equal(pausedText(experiment('completed', null)), '');
});

test('cancelled runs are not shown as measured', () => {
  const progress = { runs_done: 20, runs_completed: 7, runs_failed: 0, runs_cancelled: 13, runs_total: 20, eta_s: null };
  assert.equal(progressText({ state: 'cancelled', progress }), '7 of 20 runs measured, 13 cancelled');
  const failed = { ...progress, runs_completed: 6, runs_failed: 1 };
  assert.equal(progressText({ state: 'cancelled', progress: failed }), '6 of 20 runs measured, 1 failed, 13 cancelled');
  const going = { ...progress, runs_done: 8, runs_failed: 1, runs_cancelled: 0, eta_s: 12 };
  assert.equal(progressText({ state: 'running', progress: going }), '8 of 20 runs, 1 failed · about 12 s left');
});

test('an ended experiment shows its duration, not the estimate', () => {
  const ended = { state: 'completed', started_at: '2026-11-22T10:00:00Z', finished_at: '2026-11-22T10:00:47.4Z', estimated_duration_s: 90 };
  assert.equal(takesText(ended), 'took 47 s');
  assert.equal(takesText({ ...ended, state: 'queued', finished_at: null }), 'about 1 min 30 s');
  assert.equal(takesText({ ...ended, state: 'cancelled', started_at: null }), '–');
});
