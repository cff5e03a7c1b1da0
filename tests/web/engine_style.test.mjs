import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { engineLabel, engineLines, threadLook } from '../../web/src/engine_style.js';

test('zero-copy over loopback is labelled as copied before anything was measured', () => {
  assert.equal(engineLabel('zero_copy'), 'zero-copy (requested, copied by the kernel)');
  assert.equal(engineLabel('zero_copy', new Map()), 'zero-copy (requested, copied by the kernel)');
  assert.equal(engineLabel('zero_copy', new Map([['zero_copy', 'partly copied']])), 'zero-copy (partly copied)');
  assert.equal(engineLabel('zero_copy', new Map([['zero_copy', 'achieved']])), 'zero-copy');
  assert.equal(engineLabel('one_copy'), 'one-copy');
  assert.equal(engineLines('zero_copy'), 'zero-copy\nrequested, copied\nby the kernel');
});

test('thread counts differ in width, strength and fill, in their order', () => {
  const looks = [1, 2, 8].map((thread) => threadLook(thread, [1, 2, 8]));
  for (const key of ['width', 'opacity', 'fill'])
    assert.ok(looks[0][key] < looks[1][key] && looks[1][key] < looks[2][key], key);
  assert.equal(looks[0].fill, 0);
  assert.equal(looks[2].fill, 1);
});

test('the label that is broken into lines is one of the API’s', async () => {
  const description = await readFile(new URL('../../api/endpoints/openapi.yaml', import.meta.url), 'utf8');
  assert.ok(description.includes('enum: [requested, "requested, copied by the kernel", partly copied, achieved, null]'));
});
