import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalByField } from '../../web/src/refusal.js';

const asked = { base: '4,15', head: '5,6', metric: 'latency_us' };
const byField = (error) => refusalByField(error, asked, ['base', 'head']);

test('each error is shown at the field that its pointer names; the rest is returned', () => {
  const errors = [
    { pointer: '?head', detail: 'experiment 4 is named twice' },
    { pointer: '?base', detail: 'too many' },
    { pointer: '?head', detail: 'not as many' },
    { pointer: '', detail: '3 more errors are not listed' },
  ];
  assert.deepEqual(byField({ status: 400, message: 'see errors', errors }), {
    problems: { head: 'experiment 4 is named twice; not as many', base: 'too many' },
    rest: ['3 more errors are not listed'],
  });
});

test('a missing experiment is shown where its number was entered, not where another number contains its digits', () => {
  const missing = (id) => byField({ status: 404, message: `There is no experiment ${id}.`, errors: [] });
  assert.deepEqual(missing(5), { problems: { head: 'There is no experiment 5.' }, rest: [] });
  assert.deepEqual(missing(15), { problems: { base: 'There is no experiment 15.' }, rest: [] });
  assert.deepEqual(missing(7), { problems: {}, rest: ['There is no experiment 7.'] });
});

test('a rejection without errors is shown as it is', () => {
  assert.deepEqual(byField({ status: 400, message: 'too long' }), { problems: {}, rest: ['too long'] });
});
