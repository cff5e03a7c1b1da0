-- What a copybenchd of schema version 1 left behind when it was killed: experiment 1 is completed, a run of experiment 2 was under
-- way. Histograms are shortened.
PRAGMA application_id=1668309619;
PRAGMA user_version=1;
BEGIN TRANSACTION;
CREATE TABLE experiments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL,
  spec_json TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  started_at_ms INTEGER,
  finished_at_ms INTEGER,
  reason TEXT,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  runs_total INTEGER NOT NULL,
  runs_completed INTEGER NOT NULL DEFAULT 0,
  runs_failed INTEGER NOT NULL DEFAULT 0,
  runs_cancelled INTEGER NOT NULL DEFAULT 0,
  runs_interrupted INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO "experiments" VALUES(1,'completed','{"name":"before the upgrade","preset":null,"engines":["two_copy"],"field_sizes":[512],"threads":[1],"duration_s":0.2,"warmup_s":0.1,"repetitions":2,"order":"shuffled","seed":1,"pattern":"stream","receive":"recv","tcp_nodelay":false,"socket_buffer_bytes":null,"server_cpus":"auto","client_cpus":"auto","events":["cpu-cycles","instructions","cache-misses","L1-dcache-load-misses","LLC-load-misses","context-switches","task-clock","page-faults"]}',1795373805194,1795373805204,1795373806081,NULL,0,2,2,0,0,0);
INSERT INTO "experiments" VALUES(2,'running','{"name":"queued before the upgrade","preset":null,"engines":["two_copy"],"field_sizes":[512],"threads":[1],"duration_s":0.2,"warmup_s":0.1,"repetitions":1,"order":"shuffled","seed":1,"pattern":"stream","receive":"recv","tcp_nodelay":false,"socket_buffer_bytes":null,"server_cpus":"auto","client_cpus":"auto","events":["cpu-cycles","instructions","cache-misses","L1-dcache-load-misses","LLC-load-misses","context-switches","task-clock","page-faults"]}',1795373813261,1795373813272,NULL,NULL,0,1,0,0,0,0);
CREATE TABLE idempotency_keys (
  key TEXT PRIMARY KEY,
  request_digest TEXT NOT NULL,
  experiment_id INTEGER NOT NULL REFERENCES experiments ON DELETE CASCADE,
  body TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE run_evidence (
  run_id INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
  evidence_json TEXT NOT NULL,
  perf_raw TEXT NOT NULL
) STRICT;
INSERT INTO "run_evidence" VALUES(1,'{"windows_ns":{"client":203907998,"server":203962320,"machine":207250221,"perf_shortest":207303891,"perf_longest":207854790},"counters":[{"event":"cpu-cycles","value":null,"unit":"count","running_pct":null,"reason":"not supported"},{"event":"instructions","value":null,"unit":"count","running_pct":null,"reason":"not supported"},{"event":"cache-misses","value":null,"unit":"count","running_pct":null,"reason":"not supported"},{"event":"L1-dcache-load-misses","value":null,"unit":"count","running_pct":null,"reason":"not supported"},{"event":"LLC-load-misses","value":null,"unit":"count","running_pct":null,"reason":"not supported"},{"event":"context-switches","value":27,"unit":"count","running_pct":100.0},{"event":"task-clock","value":74640652,"unit":"ns","running_pct":100.0},{"event":"page-faults","value":2,"unit":"count","running_pct":100.0}],"perf":{"used":true,"version":"6.1.187","reason":null},"server":{"cpus":"0","cpu_ns":74397519,"bytes":86028288,"messages":21003,"connections":[{"messages":32595,"bytes":133509120,"client_received_bytes":133509120,"partial_sends":0,"ring_slots":1,"memory_locked":null,"memory_lock_problem":null,"send_buffer_bytes":4194304,"receive_buffer_bytes":131072,"drain_ns":61,"tcp":{"bytes_acked":133509145,"bytes_received":104,"retransmits":2,"rtt_us":99,"min_rtt_us":6,"snd_cwnd":12,"snd_mss_bytes":65483},"problem":null}]},"client":{"cpus":"1","connections":[{"bytes":133509120,"verified_messages":17,"receive_buffer_bytes":10466429,"send_buffer_bytes":4194304,"tcp":{"bytes_acked":89,"bytes_received":133509145,"retransmits":0,"rtt_us":58,"min_rtt_us":34,"snd_cwnd":14,"snd_mss_bytes":32768},"problem":null}]},"machine_cpu":{"user_ns":180000000,"nice_ns":170000000,"system_ns":50000000,"idle_ns":0,"iowait_ns":0,"irq_ns":0,"softirq_ns":0,"steal_ns":0,"guest_ns":0,"busy_ns":400000000},"latency_histogram":[[14599,1],[18415,1],[21775,1],[22143,1],[23711,1],[25631,1],[27823,1],[28367,1],[30191,1],[31167,1],[31423,1],[32047,1]],"samples":{"every_ms":100,"bytes":[42270720,89689756]},"zerocopy":null,"strangers":0,"daemon":{"wake_ups":1,"cpu_ns":48972,"block_writes":0},"requests_in_window":0,"seccomp_filters":0,"set_up_ns":117828816,"tear_down_ns":10877231}','{"counter-value" : "<not supported>", "unit" : "", "event" : "cpu-cycles", "event-runtime" : 0, "pcnt-running" : 100.00, "metric-value" : 0.000000, "metric-unit" : ""}
{"counter-value" : "<not supported>", "unit" : "", "event" : "instructions", "event-runtime" : 0, "pcnt-running" : 100.00, "metric-value" : 0.000000, "metric-unit" : ""}
{"counter-value" : "<not supported>", "unit" : "", "event" : "cache-misses", "event-runtime" : 0, "pcnt-running" : 100.00, "metric-value" : 0.000000, "metric-unit" : ""}
{"counter-value" : "<not supported>", "unit" : "", "event" : "L1-dcache-load-misses", "event-runtime" : 0, "pcnt-running" : 100.00, "metric-value" : 0.000000, "metric-unit" : ""}
{"counter-value" : "<not supported>", "unit" : "", "event" : "LLC-load-misses", "event-runtime" : 0, "pcnt-running" : 100.00, "metric-value" : 0.000000, "metric-unit" : ""}
{"counter-value" : "27.000000", "unit" : "", "event" : "context-switches", "event-runtime" : 74607863, "pcnt-running" : 100.00, "metric-value" : 361.733175, "metric-unit" : "/sec"}
{"counter-value" : "74.640652", "unit" : "msec", "event" : "task-clock", "event-runtime" : 74640652, "pcnt-running" : 100.00, "metric-value" : 0.191762, "metric-unit" : "CPUs utilized"}
{"counter-value" : "2.000000", "unit" : "", "event" : "page-faults", "event-runtime" : 74668984, "pcnt-running" : 100.00, "metric-value" : 26.795050, "metric-unit" : "/sec"}
');
INSERT INTO "run_evidence" VALUES(2,'{"windows_ns":{"client":208809320,"server":204048548,"machine":209033684,"perf_shortest":209096047,"perf_longest":215933068},"counters":[{"event":"cpu-cycles","value":null,"unit":"count","running_pct":null,"reason":"not supported"},{"event":"instructions","value":null,"unit":"count","running_pct":null,"reason":"not supported"},{"event":"cache-misses","value":null,"unit":"count","running_pct":null,"reason":"not supported"},{"event":"L1-dcache-load-misses","value":null,"unit":"count","running_pct":null,"reason":"not supported"},{"event":"LLC-load-misses","value":null,"unit":"count","running_pct":null,"reason":"not supported"},{"event":"context-switches","value":31,"unit":"count","running_pct":100.0},{"event":"task-clock","value":88054623,"unit":"ns","running_pct":100.0},{"event":"page-faults","value":2,"unit":"count","running_pct":100.0}],"perf":{"used":true,"version":"6.1.187","reason":null},"server":{"cpus":"0","cpu_ns":87029917,"bytes":110972928,"messages":27093,"connections":[{"messages":40853,"bytes":167333888,"client_received_bytes":167333888,"partial_sends":0,"ring_slots":1,"memory_locked":null,"memory_lock_problem":null,"send_buffer_bytes":4194304,"receive_buffer_bytes":131072,"drain_ns":50,"tcp":{"bytes_acked":167333913,"bytes_received":104,"retransmits":6,"rtt_us":70,"min_rtt_us":4,"snd_cwnd":12,"snd_mss_bytes":65483},"problem":null}]},"client":{"cpus":"1","connections":[{"bytes":167333888,"verified_messages":17,"receive_buffer_bytes":7490204,"send_buffer_bytes":4194304,"tcp":{"bytes_acked":89,"bytes_received":167333913,"retransmits":0,"rtt_us":51,"min_rtt_us":8,"snd_cwnd":14,"snd_mss_bytes":32768},"problem":null}]},"machine_cpu":{"user_ns":180000000,"nice_ns":160000000,"system_ns":70000000,"idle_ns":0,"iowait_ns":0,"irq_ns":0,"softirq_ns":10000000,"steal_ns":0,"guest_ns":0,"busy_ns":420000000},"latency_histogram":[[8095,1],[9495,1],[9679,2],[9927,1],[10143,1],[10207,1],[10287,1],[10351,1],[10639,2],[10679,1],[10727,1],[10767,2]],"samples":{"every_ms":100,"bytes":[52058464,107882795]},"zerocopy":null,"strangers":0,"daemon":{"wake_ups":1,"cpu_ns":67761,"block_writes":0},"requests_in_window":0,"seccomp_filters":0,"set_up_ns":99446920,"tear_down_ns":10255676}','{"counter-value" : "<not supported>", "unit" : "", "event" : "cpu-cycles", "event-runtime" : 0, "pcnt-running" : 100.00, "metric-value" : 0.000000, "metric-unit" : ""}
{"counter-value" : "<not supported>", "unit" : "", "event" : "instructions", "event-runtime" : 0, "pcnt-running" : 100.00, "metric-value" : 0.000000, "metric-unit" : ""}
{"counter-value" : "<not supported>", "unit" : "", "event" : "cache-misses", "event-runtime" : 0, "pcnt-running" : 100.00, "metric-value" : 0.000000, "metric-unit" : ""}
{"counter-value" : "<not supported>", "unit" : "", "event" : "L1-dcache-load-misses", "event-runtime" : 0, "pcnt-running" : 100.00, "metric-value" : 0.000000, "metric-unit" : ""}
{"counter-value" : "<not supported>", "unit" : "", "event" : "LLC-load-misses", "event-runtime" : 0, "pcnt-running" : 100.00, "metric-value" : 0.000000, "metric-unit" : ""}
{"counter-value" : "31.000000", "unit" : "", "event" : "context-switches", "event-runtime" : 88054623, "pcnt-running" : 100.00, "metric-value" : 352.054202, "metric-unit" : "/sec"}
{"counter-value" : "88.054623", "unit" : "msec", "event" : "task-clock", "event-runtime" : 88054623, "pcnt-running" : 100.00, "metric-value" : 0.221319, "metric-unit" : "CPUs utilized"}
{"counter-value" : "2.000000", "unit" : "", "event" : "page-faults", "event-runtime" : 88054623, "pcnt-running" : 100.00, "metric-value" : 22.713174, "metric-unit" : "/sec"}
');
CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  experiment_id INTEGER NOT NULL REFERENCES experiments ON DELETE CASCADE,
  position INTEGER NOT NULL,
  engine TEXT NOT NULL,
  field_bytes INTEGER NOT NULL,
  threads INTEGER NOT NULL,
  repetition INTEGER NOT NULL,
  state TEXT NOT NULL,
  finish_sequence INTEGER NOT NULL DEFAULT 0,
  started_at_ms INTEGER,
  finished_at_ms INTEGER,
  reason TEXT,
  window_s REAL,
  throughput_gbps REAL,
  latency_us REAL,
  latency_p50_us REAL,
  latency_p90_us REAL,
  latency_p99_us REAL,
  latency_p999_us REAL,
  latency_max_us REAL,
  bytes INTEGER,
  messages INTEGER,
  cpu_cycles INTEGER,
  instructions INTEGER,
  cache_misses INTEGER,
  l1_dcache_load_misses INTEGER,
  llc_load_misses INTEGER,
  context_switches INTEGER,
  page_faults INTEGER,
  task_clock_ns INTEGER,
  cycles_per_byte REAL,
  cpu_ns_per_byte REAL,
  system_cpu_ns_per_byte REAL,
  retransmits INTEGER,
  zerocopy_sends INTEGER,
  zerocopy_completions INTEGER,
  zerocopy_copied INTEGER,
  zerocopy_enobufs INTEGER
) STRICT;
INSERT INTO "runs" VALUES(1,1,1,'two_copy',512,1,1,'completed',1,1795373805204,1795373805646,NULL,0.203907998,3.5188322921987591485e+00,2.60576818172268895074e+03,2301.951,3950.591,16244.735,16523.263,16563.421,89689756,21896,NULL,NULL,NULL,NULL,NULL,27,2,74640652,NULL,8.29277587151043937829e-01,4.38789682446685613825e+00,2,NULL,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(2,1,2,'two_copy',512,1,2,'completed',2,1795373805652,1795373806081,NULL,0.20880932,4.33958909496951594775e+00,2.39354656863383252122e+03,2359.295,4706.303,8208.383,9142.271,12930.346,113268331,27654,NULL,NULL,NULL,NULL,NULL,31,2,88054623,NULL,7.86278568739059102732e-01,3.70402913088523577656e+00,6,NULL,NULL,NULL,NULL);
INSERT INTO "runs" VALUES(3,2,1,'two_copy',512,1,1,'running',0,1795373813272,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE sequences (
  name TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT;
INSERT INTO "sequences" VALUES('finish_sequence',2);
CREATE INDEX experiments_unfinished ON experiments (id) WHERE state IN ('queued', 'running');
CREATE INDEX runs_of_experiment ON runs (experiment_id, id);
CREATE INDEX runs_queued ON runs (experiment_id, position) WHERE state = 'queued';
CREATE INDEX runs_running ON runs (experiment_id) WHERE state = 'running';
CREATE INDEX runs_finished ON runs (experiment_id, finish_sequence) WHERE finish_sequence > 0;
CREATE INDEX idempotency_keys_of_experiment ON idempotency_keys (experiment_id);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at_ms);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('experiments',2);
INSERT INTO "sqlite_sequence" VALUES('runs',3);
COMMIT;
