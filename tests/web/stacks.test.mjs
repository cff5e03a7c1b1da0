import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosenRuns, fillOf, frameLabel, frameText } from '../../web/src/frames.js';
import { copyBy, frameById, frameCount, parseFolded, searchFrames, stackTree } from '../../web/src/stacks.js';

const rules = [
  { copy: 'deferred', root: '', leaf: 'memcpy_\\[k\\]', caller: 'skb_copy_ubufs_\\[k\\]' },
  { copy: 'send', root: 'engine', leaf: '(_copy_from_iter|memcpy)_\\[k\\]', caller: '' },
];
const text = `engine;main;send;_copy_from_iter_[k] 30
engine;main;send 10
load;recv;operator new[]() 40
load;recv;recv 20
`;
const copyOf = copyBy(rules);
const alone = stackTree(parseFolded(text), null, copyOf);
const at = (tree, ...names) =>
  names.reduce((node, name) => node.children.find((child) => child.name === name), tree.root);

test('folded text is parsed line by line, including blanks within names', () => {
  assert.deepEqual(parseFolded(text)[2], { frames: ['load', 'recv', 'operator new[]()'], samples: 40 });
  assert.deepEqual(parseFolded(''), []);
});

test('a tree counts each sample once in each frame of its stack', () => {
  assert.equal(alone.root.value, 100);
  assert.deepEqual(
    alone.root.children.map(({ name, value, share }) => [name, value, share]),
    [
      ['engine', 40, 0.4],
      ['load', 60, 0.6],
    ],
  );
  const send = at(alone, 'engine', 'main', 'send');
  assert.deepEqual([send.value, send.self], [40, 10]);
  assert.equal(frameCount(alone.root), 9);
  assert.equal(frameById(alone.root, send.id), send);
  assert.equal(frameById(alone.root, 1), null);
});

test('a rule that matches root, leaf and caller names the copy of a frame’s own samples', () => {
  assert.equal(at(alone, 'engine', 'main', 'send', '_copy_from_iter_[k]').copy, 'send');
  assert.equal(at(alone, 'engine', 'main', 'send').copy, null);
  assert.equal(copyOf(['kernel', 'skb_copy_ubufs_[k]', 'memcpy_[k]']), 'deferred');
  assert.equal(copyOf(['engine', 'skb_copy_ubufs_[k]', 'x', 'memcpy_[k]']), 'deferred', 'the first rule decides');
  assert.equal(copyOf(['engine', 'memcpy_[k]']), 'send');
  assert.equal(copyOf(['load', 'memcpy_[k]']), null, 'another process');
  assert.equal(copyOf(['engine', 'my_memcpy_[k]']), null, 'part of a name');
});

test('functions are listed by their own share, wherever they occur', () => {
  assert.deepEqual(
    alone.functions.map(({ name, samples, copies }) => [name, samples, copies]),
    [
      ['operator new[]()', 40, []],
      ['_copy_from_iter_[k]', 30, ['send']],
      ['recv', 20, []],
      ['send', 10, []],
    ],
  );
});

test('a comparison is of shares, not of samples, and includes frames that only the other run has', () => {
  const base = 'engine;main;send 100\nload;recv 80\nload;gone 20\n';
  const tree = stackTree(parseFolded(text), parseFolded(base), copyOf);
  const engine = at(tree, 'engine');
  assert.ok(Math.abs(engine.change - (0.4 - 0.5)) < 1e-9);
  assert.match(frameText(engine), /^engine: 40\.0 % \(40 samples\); in the other run 50\.0 %, so −10\.0 points$/);
  assert.equal(frameLabel(engine), '−10.0 engine');
  assert.equal(frameLabel(tree.root), 'all');
  const copy = at(tree, 'engine', 'main', 'send', '_copy_from_iter_[k]');
  assert.deepEqual([copy.baseShare, copy.change], [0, 0.3]);
  assert.match(fillOf(copy), /--flame-more\) 100%/);
  assert.match(fillOf(engine), /--flame-less/);
  assert.equal(fillOf(tree.root), 'var(--flame-same)');
  assert.deepEqual(
    tree.functions.slice(0, 2).map(({ name }) => name),
    ['operator new[]()', 'send'],
  );
  const gone = tree.functions.find(({ name }) => name === 'gone');
  assert.deepEqual([gone.samples, gone.share, gone.baseShare], [0, 0, 0.1]);
});

test('a frame’s text names its copy and how much of it that is', () => {
  assert.equal(
    frameText(at(alone, 'engine', 'main', 'send', '_copy_from_iter_[k]')),
    '_copy_from_iter_[k]: 30.0 % (30 samples, in the send copy)',
  );
  const nested = stackTree(parseFolded('engine;memcpy_[k] 1\nengine;memcpy_[k];irq_[k] 2\n'), null, copyOf);
  assert.equal(
    frameText(at(nested, 'engine', 'memcpy_[k]')),
    'memcpy_[k]: 100.0 % (3 samples, 1 of them in the send copy)',
  );
  assert.equal(fillOf(at(alone, 'engine', 'main', 'send', '_copy_from_iter_[k]')), 'url(#hatch-send)');
});

test('a frame is hatched as a copy only where at least half of its samples are its own', () => {
  const fill = (own, called) =>
    fillOf(at(stackTree(parseFolded(`engine;memcpy_[k] ${own}\nengine;memcpy_[k];irq_[k] ${called}\n`), null, copyOf), 'engine', 'memcpy_[k]'));
  assert.equal(fill(2, 2), 'url(#hatch-send)');
  assert.equal(fill(1, 2), 'var(--flame-kernel)');
});

test('a search finds text in any case and counts each sample once', () => {
  const { found, samples, share } = searchFrames(alone.root, ' RECV ');
  assert.deepEqual(
    [...found].map(({ name }) => name),
    ['recv', 'recv'],
  );
  assert.deepEqual([samples, share], [60, 0.6]);
  assert.equal(searchFrames(alone.root, 'new[](').found.size, 1);
  assert.equal(searchFrames(alone.root, '').found.size, 0);
  assert.equal(searchFrames(alone.root, 'all').found.size, 0, 'the root is no function');
});

test('a frame keeps its id, whatever it is compared with', () => {
  const other = stackTree(parseFolded(`aaa;b 1\n${text}`), parseFolded(text), copyOf);
  assert.equal(at(other, 'engine', 'main').id, at(alone, 'engine', 'main').id);
  const ids = new Set();
  const collect = (node) => ids.add(node.id) && node.children.forEach(collect);
  collect(other.root);
  assert.equal(ids.size, frameCount(other.root));
});

test('a run without samples makes an empty tree', () => {
  const tree = stackTree([], [], copyOf);
  assert.deepEqual([tree.root.value, tree.root.share, tree.functions], [0, 0, []]);
});

test('the address chooses the runs; otherwise the selected configuration does', () => {
  const items = [
    { run_id: 5, message_bytes: 64, threads: 1 },
    { run_id: 6, message_bytes: 128, threads: 1 },
  ];
  const chosen = (state, where) => {
    const { shown, base } = chosenRuns(items, { run: null, base_run: null, ...state }, where);
    return [shown.run_id, base?.run_id ?? null];
  };
  assert.deepEqual(chosen({}, { size: 128, at: 1 }), [6, null]);
  assert.deepEqual(chosen({}, { size: 9, at: 1 }), [5, null]);
  assert.deepEqual(chosen({ run: 5, base_run: 6 }, { size: 128, at: 1 }), [5, 6]);
  assert.deepEqual(chosen({ run: 7, base_run: 5 }, {}), [5, null], 'neither an unknown run nor a run against itself');
});
