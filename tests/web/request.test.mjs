import assert from 'node:assert/strict';
import { test } from 'node:test';
import { curlLine, errorsByField, readRequest, tagsIn, unreadable } from '../../web/src/request.js';

test('blank fields are left out', () => {
  assert.deepEqual(readRequest({ preset: 'quick', name: '  ', engines: [], threads: '' }), { preset: 'quick' });
});

test('fields as people write them', () => {
  assert.deepEqual(
    readRequest({
      field_sizes: '512, 4K 1 MiB',
      threads: '1 2,4',
      duration_s: '0.5',
      repetitions: '3',
      messages_per_s: '2000',
      tcp_nodelay: 'false',
      server_cpus: '0-3, 8',
      client_cpus: 'auto',
      socket_buffer_bytes: '256k',
      events: 'cycles cpu/event=0x3c,umask=1/',
      tags: 'before, very quiet,',
      pinned: 'true',
    }),
    {
      field_sizes: [512, 4096, 1048576],
      threads: [1, 2, 4],
      duration_s: 0.5,
      repetitions: 3,
      messages_per_s: 2000,
      tcp_nodelay: false,
      server_cpus: '0-3,8',
      client_cpus: 'auto',
      socket_buffer_bytes: 262144,
      events: ['cycles', 'cpu/event=0x3c,umask=1/'],
      tags: ['before', 'very quiet'],
      pinned: true,
    },
  );
});

test('repetitions by number or by precision', () => {
  const asked = (repetitions) => readRequest({ repetitions }).repetitions;
  assert.equal(asked('7'), 7);
  assert.deepEqual(asked('2 %'), { until_ci_pct: 2 });
  assert.deepEqual(asked('0.5% 5-30'), { until_ci_pct: 0.5, min: 5, max: 30 });
  assert.equal(asked('many'), 'many');
});

test('a search takes two engines, a range and a figure, and leaves out a sweep’s fields', () => {
  const values = { preset: 'quick', engines: ['one_copy', 'zero_copy'], field_sizes: '64 to 1 MiB', repetitions: '5' };
  assert.deepEqual(readRequest({ ...values, find: 'crossover', metric: 'cpu_ns_per_byte', threads: '2' }), {
    find: 'crossover',
    of: ['one_copy', 'zero_copy'],
    metric: 'cpu_ns_per_byte',
    field_sizes: { from: 64, to: 1048576 },
    threads: [2],
  });
  assert.equal(readRequest({ ...values, metric: 'cpu_ns_per_byte' }).metric, undefined);
  assert.deepEqual(errorsByField([{ pointer: '/of', detail: 'two' }], ['engines']), { engines: ['two'] });
});

test('unreadable values go to the API unchanged', () => {
  assert.deepEqual(readRequest({ threads: 'many -1', duration_s: 'long' }), {
    threads: ['many', -1],
    duration_s: 'long',
  });
});

test('the curl line can be pasted into a shell, whatever the name', () => {
  assert.equal(
    curlLine('http://h:1', { name: "it's" }),
    `curl -X POST http://h:1/experiments -H 'Content-Type: application/json' -d '{"name":"it'\\''s"}'`,
  );
});

test('errors go to their fields', () => {
  assert.deepEqual(
    errorsByField(
      [
        { pointer: '/threads/1', detail: 'too many' },
        { pointer: '/threads', detail: 'empty' },
        { pointer: '/threads/most', detail: 'not a number' },
        { pointer: '', detail: 'all wrong' },
        { pointer: '/odd', detail: 'unknown' },
      ],
      ['threads'],
    ),
    { threads: ['value 2: too many', 'empty', 'most: not a number'], '': ['all wrong', 'odd: unknown'] },
  );
});

test('values that the form cannot read are reported in the syntax of its fields, not in JSON', () => {
  const wrong = { repetitions: 'many', field_sizes: '64 to 1M', threads: '1 x', duration_s: '2 min', socket_buffer_bytes: 'big' };
  const told = unreadable(wrong);
  assert.deepEqual(Object.keys(told).sort(), Object.keys(wrong).sort());
  assert.match(told.repetitions, /^“many” cannot be read: write a number such as 10, or 2 % 5-30/);
  assert.match(unreadable({ find: 'crossover', field_sizes: '512 4K' }).field_sizes, /a range such as 64 to 1M$/);
  assert.match(unreadable({ find: 'crossover' }).field_sizes, /^missing: a search takes a range/);
  const fine = { repetitions: '2 % 5-30', field_sizes: '512 4K', threads: '1 2', seed: '9007199254740991', warmup_s: '0' };
  assert.deepEqual(unreadable(fine), {});
  assert.deepEqual(unreadable({ find: 'crossover', field_sizes: '64 to 4K', repetitions: 'many' }), {});
});

test('a seed beyond a number’s precision is neither rounded nor accepted', () => {
  const seed = '9007199254740993';
  assert.equal(readRequest({ seed }).seed, seed);
  assert.equal(unreadable({ seed }).seed, `“${seed}” cannot be read: write a whole number from 0 to 9007199254740991`);
});

test('members of the API’s objects have the form’s names; the form’s own errors stand alone', () => {
  const errors = [
    { pointer: '/repetitions/until_ci_pct', detail: '0 is out of range' },
    { pointer: '/repetitions/max', detail: '3 is out of range; allowed: 6 to 100' },
    { pointer: '/socket_buffer_bytes', detail: '1 is out of range; allowed: 4096 to 9 bytes' },
    { pointer: '/seed', detail: 'a JSON word' },
  ];
  assert.deepEqual(errorsByField(errors, ['repetitions', 'socket_buffer_bytes', 'seed'], { seed: 'own' }), {
    repetitions: ['percentage: 0 is out of range', 'most: 3 is out of range; allowed: 6 to 100'],
    socket_buffer_bytes: ['1 is out of range; allowed: 4096 to 9 bytes'],
    seed: ['own'],
  });
});

test('tags have commas between them, and blanks within', () => {
  assert.deepEqual(tagsIn(' a b, c,,c '), ['a b', 'c']);
});
