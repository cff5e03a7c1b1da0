import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaults, experimentLink, parseRoute, parseState, writeState } from '../../web/src/permalink.js';

test('every choice survives the way through the address', () => {
  const state = {
    engines: ['two_copy', 'zero_copy'],
    threads: [1, 4],
    size: 32768,
    at: 4,
    rep: 3,
    cache: 'llc_load_misses',
    cost: 'system_cpu_ns_per_byte',
    panels: 'engines',
    x: 'linear',
    y: 'log',
  };
  assert.deepEqual(Object.keys(state).sort(), Object.keys(defaults).sort());
  assert.deepEqual(parseState(writeState(state)), state);
});

test('events have names of perf’s own, which no list knows', () => {
  for (const cache of ['cache-references', 'cpu/event=0x3c,umask=1/k', 'L2_RQSTS.MISS:u'])
    assert.equal(parseState(writeState({ ...defaults, cache })).cache, cache);
});

test('defaults need no words', () => {
  assert.equal(writeState(defaults), '');
  assert.deepEqual(parseState(''), defaults);
  assert.equal(experimentLink(7), '#/experiments/7');
});

test('what is unknown or malformed is left out', () => {
  for (const query of [
    'engines=three_copy',
    'threads=0,x,-1',
    'size=1e9',
    'x=cubic',
    'panels=2',
    'panels=constructor',
    'cache=__proto__',
    'cache=a b',
    'constructor=1',
    'toString=1',
  ]) {
    assert.deepEqual(parseState(query), defaults, query);
  }
  assert.deepEqual(parseState('threads=2,x,2,8').threads, [2, 8]);
});

test('routes', () => {
  assert.deepEqual(parseRoute(''), { view: 'list' });
  assert.deepEqual(parseRoute('#/how'), { view: 'how' });
  assert.deepEqual(parseRoute('#/experiments/7?x=linear'), { view: 'experiment', id: 7, query: 'x=linear' });
  assert.deepEqual(parseRoute('', '?experiment=3'), { view: 'experiment', id: 3, query: '' });
  for (const odd of ['#/experiments/0', '#/experiments/x', '#/nothing'])
    assert.deepEqual(parseRoute(odd), { view: 'list' });
});
