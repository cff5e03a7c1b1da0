// A run as the API lists it, with the fields that a test needs.
let last = 0;

export function run(given = {}) {
  const field_bytes = given.field_bytes ?? 512;
  return {
    run_id: ++last,
    engine: 'two_copy',
    threads: 1,
    repetition: 1,
    state: 'completed',
    throughput_gbps: 10,
    zerocopy: null,
    counters: {},
    missing: {},
    reason: null,
    ...given,
    field_bytes,
    message_bytes: field_bytes * 8,
  };
}

// One repetition for each value.
export const runs = (engine, field_bytes, values, more = {}) =>
  values.map((throughput_gbps, i) => run({ engine, field_bytes, throughput_gbps, repetition: i + 1, ...more }));
