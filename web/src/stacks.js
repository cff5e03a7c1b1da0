// Converts folded stacks into the tree of a flame graph, alone or compared with another run's. Searches it, and lists its
// functions by their own share. Pure.

// One line per stack: "root;caller;leaf 42".
export function parseFolded(text) {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const blank = line.lastIndexOf(' ');
      return { frames: line.slice(0, blank).split(';'), samples: Number(line.slice(blank + 1)) };
    });
}

// Applies the API's rules as the daemon does: (frames) => which copy this stack is, or null. A pattern must match a whole
// frame, an empty one matches anything, and the first matching rule decides.
export function copyBy(rules) {
  const whole = (pattern) => (pattern ? new RegExp(`^(?:${pattern})$`) : null);
  const compiled = rules.map(({ copy, root, leaf, caller }) => ({
    copy,
    root,
    leaf: whole(leaf),
    caller: whole(caller),
  }));
  return (frames) =>
    compiled.find(
      ({ root, leaf, caller }) =>
        (!root || frames[0] === root) &&
        (!leaf || leaf.test(frames.at(-1))) &&
        (!caller || frames.slice(0, -1).some((frame) => caller.test(frame))),
    )?.copy ?? null;
}

// FNV-1a: identifies a path in an address, independent of the rest of the graph.
function hashed(id, text) {
  let hash = id;
  for (let i = 0; i < text.length; ++i) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619) >>> 0;
  return Math.imul(hash ^ 59, 16777619) >>> 0;
}

const newNode = (name, id, parent) => ({
  name,
  id,
  parent,
  value: 0,
  self: 0,
  copy: null,
  children: [],
  byName: new Map(),
});

function grow(stacks, copyOf) {
  const root = newNode('all', 2166136261, null);
  for (const { frames, samples } of stacks) {
    let node = root;
    node.value += samples;
    for (const name of frames) {
      if (!node.byName.has(name)) {
        const child = newNode(name, hashed(node.id, name), node);
        node.byName.set(name, child);
        node.children.push(child);
      }
      node = node.byName.get(name);
      node.value += samples;
    }
    node.self += samples;
    node.copy = copyOf(frames);
  }
  return root;
}

function* below(node) {
  yield node;
  for (const child of node.children) yield* below(child);
}

// The own samples of each function, by name. A name may occur in many places.
function ownShares(root) {
  const shares = new Map();
  for (const { name, self, copy } of below(root)) {
    if (self === 0) continue;
    const entry = shares.get(name) ?? { samples: 0, copies: new Set() };
    entry.samples += self;
    if (copy) entry.copies.add(copy);
    shares.set(name, entry);
  }
  return shares;
}

// stacks, base: as parseFolded() returns them; base is null if there is nothing to compare with. copyOf: see copyBy().
// -> {root, base, functions}. A node: {name, id, parent, children, value, self, share, copy, baseShare, change}. value
// counts the samples of the frame and of all that it called, self its own; copy says which copy its own samples are. baseShare
// and change are null without a base. functions: sorted by their own share, or, with a base, by how much it differs.
export function stackTree(stacks, base, copyOf) {
  const root = grow(stacks, copyOf);
  const baseRoot = base && grow(base, copyOf);
  const share = (samples, all) => (all ? samples / all : 0);
  const compare = (node, other) => {
    node.children.sort((a, b) => (a.name < b.name ? -1 : 1));
    node.share = share(node.value, root.value);
    node.baseShare = baseRoot && share(other?.value ?? 0, baseRoot.value);
    node.change = baseRoot && node.share - node.baseShare;
    for (const child of node.children) compare(child, other?.byName.get(child.name));
  };
  compare(root, baseRoot);

  const own = ownShares(root);
  const ownBase = baseRoot ? ownShares(baseRoot) : new Map();
  const functions = [...new Set([...own.keys(), ...ownBase.keys()])].map((name) => {
    const { samples = 0, copies = [] } = own.get(name) ?? {};
    const mine = share(samples, root.value);
    const theirs = baseRoot && share(ownBase.get(name)?.samples ?? 0, baseRoot.value);
    const kinds = new Set([...copies, ...(ownBase.get(name)?.copies ?? [])]);
    return { name, samples, share: mine, copies: [...kinds], baseShare: theirs, change: baseRoot && mine - theirs };
  });
  const weight = ({ share: mine, change }) => (baseRoot ? Math.abs(change) : mine);
  functions.sort((a, b) => weight(b) - weight(a) || (a.name < b.name ? -1 : 1));
  return { root, base: baseRoot, functions };
}

// The copy that a frame is drawn as, or null. A frame that spent most of its time in callees is drawn as none, since it would
// look like a copy of that whole width.
export const drawnCopy = ({ copy, self, value }) => (2 * self >= value ? copy : null);

export const frameCount = (root) => [...below(root)].length;
export const frameById = (root, id) => [...below(root)].find((node) => node.id === id) ?? null;

// Frames whose name contains the text, ignoring case. share: of the samples that have such a frame in their stack, each
// counted once.
export function searchFrames(root, text) {
  const wanted = text.trim().toLowerCase();
  const found = new Set();
  let samples = 0;
  const look = (node, within) => {
    const match = node.parent !== null && node.name.toLowerCase().includes(wanted);
    if (match) found.add(node);
    if (match && !within) samples += node.value;
    for (const child of node.children) look(child, within || match);
  };
  if (wanted) look(root, false);
  return { found, samples, share: root.value ? samples / root.value : 0 };
}
