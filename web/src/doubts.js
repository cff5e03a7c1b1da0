// Why runs are doubtful, from the flags of each run. Pure.
const words = {
  warm_up: 'the window opened before throughput had found its level',
  drift: 'throughput drifted',
  step: 'throughput changed its level within the window',
  steal: 'the hypervisor withheld CPU time',
  neighbours: 'other processes used the run’s CPUs',
  frequency: 'the CPUs changed their frequency',
  thermal: 'heat slowed the CPUs down',
  rate: 'the rate that was asked for was not reached',
  edges: 'what lay in buffers at the window’s edges is no small part of what was measured',
  sampling: 'perf’s samples do not fit the CPU time that was used',
  api: 'copybenchd itself used CPU time while it was measured, for its clients',
  calibration: 'the machine was not what it used to be',
  rejected_clients: 'other clients came to the engine’s port',
};

export const flagsOf = (run) => run.flags ?? [];
export const wordsFor = (kind) => words[kind] ?? kind.replace('_', ' ');

// [{kind, text, runs, example}], most frequent first. example: the sentence of the first run that has it.
export function doubts(runs) {
  const found = new Map();
  for (const run of runs) {
    for (const { kind, detail } of flagsOf(run)) {
      if (!found.has(kind)) found.set(kind, { kind, text: wordsFor(kind), runs: [], example: detail });
      const { runs: own } = found.get(kind);
      if (!own.includes(run)) own.push(run);
    }
  }
  return [...found.values()].sort((a, b) => b.runs.length - a.runs.length);
}

// Names each doubtful run with its reasons; '' if there is none.
export const doubtsOf = (runs, name) =>
  runs
    .filter((run) => flagsOf(run).length)
    .map((run) => `Run ${run.run_id}, ${name(run)}, is doubtful: ${flagsOf(run).map(({ detail }) => detail).join(' ')}`)
    .join(' ');
