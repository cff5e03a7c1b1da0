import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compareDefaults,
  compareLink,
  defaults,
  experimentLink,
  historyDefaults,
  historyLink,
  checkCompare,
  checkHistory,
  parseRoute,
  parseState,
  writeState,
} from '../../web/src/permalink.js';

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
    run: 12,
    base_run: 10,
    search: 'a&b=c +d #%ü',
    zoom: 4294967295,
  };
  assert.deepEqual(Object.keys(state).sort(), Object.keys(defaults).sort());
  assert.deepEqual(parseState(writeState(state)), state);
});

test('events have perf’s own names, which are in no list', () => {
  for (const cache of ['cache-references', 'cpu/event=0x3c,umask=1/k', 'L2_RQSTS.MISS:u'])
    assert.equal(parseState(writeState({ ...defaults, cache })).cache, cache);
});

test('defaults are omitted', () => {
  assert.equal(writeState(defaults), '');
  assert.deepEqual(parseState(''), defaults);
  assert.equal(experimentLink(7), '#/experiments/7');
});

test('unknown or malformed parts are dropped', () => {
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
  assert.deepEqual(parseRoute('#/compare'), { view: 'compare' });
  assert.deepEqual(parseRoute('#/compare?base=1&head=2'), { view: 'compare', query: 'base=1&head=2' });
  for (const odd of ['#/experiments/0', '#/experiments/x', '#/nothing'])
    assert.deepEqual(parseRoute(odd), { view: 'list', unknown: odd });
  for (const list of ['#/', '#main', '#/?tag=']) assert.deepEqual(parseRoute(list), { view: 'list' });
});

test('a comparison survives the way through the address; malformed parts are dropped', () => {
  const state = { base: '1,3', head: '2,4', metric: 'cpu_ns_per_byte', min_effect_pct: 2.5, allow_differences: true };
  assert.deepEqual(checkCompare(parseRoute(compareLink(state)).query).state, state);
  assert.equal(compareLink({ ...compareDefaults, base: '1', head: '2' }), '#/compare?base=1&head=2');
  assert.equal(checkCompare('base=1, 3').state.base, '1,3');
  for (const query of ['base=x', 'base=1,', 'metric=bytes', 'min_effect_pct=51', 'min_effect_pct=-1'])
    assert.deepEqual(checkCompare(query).state, compareDefaults, query);
});

test('a history survives the way through the address', () => {
  const state = { engine: 'zero_copy', field_bytes: 512, threads: 4, metric: 'cpu_ns_per_byte' };
  assert.deepEqual(checkHistory(parseRoute(historyLink(state)).query).state, state);
  const { state: kept, problems } = checkHistory('engine=x&threads=0&field_bytes=-1&metric=bytes');
  assert.deepEqual(kept, historyDefaults);
  assert.deepEqual(Object.keys(problems), ['engine', 'threads', 'field_bytes', 'metric']);
});

test('invalid input of a form or an address is reported by field, with what is allowed', () => {
  assert.deepEqual(checkHistory('field_bytes=8K&threads= 2 ').state, { ...historyDefaults, field_bytes: 8192, threads: 2 });
  assert.equal(checkHistory('field_bytes=1 MiB').state.field_bytes, 1 << 20);
  for (const text of ['abc', '0', '63', '5M', '1.5', ''])
    assert.match(checkHistory(`field_bytes=${text}`).problems.field_bytes, /: bytes from 64 to 4194304, such as/, text);
  const { given, problems } = checkCompare('base=x&head=2&min_effect_pct=-5');
  assert.deepEqual(given, { base: 'x', head: '2', min_effect_pct: '-5' });
  assert.match(problems.base, /^“x” cannot be taken: an experiment’s number/);
  assert.match(problems.min_effect_pct, /^“-5” cannot be taken: percent from 0 to 50/);
  assert.deepEqual(checkCompare('base=&head=').problems, {});
});
