import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsText } from '../../web/src/series_settings.js';

const usual = { duration_s: 1, pattern: 'stream', messages_per_s: null, server_cpus: 'auto', warmup_s: 0.5, socket_buffer_bytes: null, events: [] };

test('the caption of a single series names the most important setting that has a value', () => {
  assert.deepEqual(settingsText([usual]), [['duration_s 1', 'pattern stream', 'server_cpus auto']]);
});

test('each setting that differs between two series is in the captions of all', () => {
  const texts = settingsText([
    usual,
    { ...usual, warmup_s: 2, server_cpus: [0, 2] },
    { ...usual, socket_buffer_bytes: 4096, events: ['cpu-cycles', 'page-faults'] },
    { ...usual, repetitions: { until_ci_pct: 2, min: 5, max: 9 } },
  ]);
  assert.deepEqual(texts[0], [
    'duration_s 1', 'pattern stream', 'server_cpus auto', 'warmup_s 0.5', 'socket_buffer_bytes not set', 'events none', 'repetitions not set',
  ]);
  assert.deepEqual(texts[1].slice(2, 4), ['server_cpus 0 2', 'warmup_s 2']);
  assert.deepEqual(texts[2].slice(4, 6), ['socket_buffer_bytes 4096', 'events cpu-cycles page-faults']);
  assert.equal(texts[3].at(-1), 'repetitions {"until_ci_pct":2,"min":5,"max":9}');
  assert.equal(new Set(texts.map(String)).size, 4);
});
