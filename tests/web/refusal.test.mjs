import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalByField } from '../../web/src/refusal.js';

const asked = { base: '4,15', head: '5,6', metric: 'latency_us' };
const byField = (error) => refusalByField(error, asked);

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

test('a missing experiment stands at the parameter that the API names, whatever its number', () => {
  const missing = (pointer) => {
    const message = 'There is no experiment 5.';
    return byField({ status: 404, message, errors: [{ pointer, detail: message }] });
  };
  assert.deepEqual(missing('?head'), { problems: { head: 'There is no experiment 5.' }, rest: [] });
  assert.deepEqual(missing('?base'), { problems: { base: 'There is no experiment 5.' }, rest: [] });
  assert.deepEqual(missing('?run'), { problems: {}, rest: ['There is no experiment 5.'] });
});

test('a rejection without errors is shown as it is', () => {
  assert.deepEqual(byField({ status: 400, message: 'too long' }), { problems: {}, rest: ['too long'] });
});
