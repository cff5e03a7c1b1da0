#include "core/run/command_lines.h"

#include <doctest/doctest.h>

using namespace copybench;

TEST_CASE("engine and load get the same sizes and socket options, nothing secret, each its own CPUs") {
  ExperimentSpec spec;
  spec.pattern = Pattern::request_response;
  spec.messages_per_s = 1234.5;
  spec.tcp_nodelay = true;
  spec.socket_buffer_bytes = 65536;
  const Configuration configuration{EngineMode::one_copy, 512, 2};
  const std::vector<std::string> common{"--field-bytes", "512", "--threads", "2",
                                        "--orders",      "--tcp-nodelay",
                                        "--socket-buffer-bytes", "65536"};
  std::vector<std::string> engine{"engine", "one_copy", "--port", "0"};
  engine.insert(engine.end(), common.begin(), common.end());
  engine.insert(engine.end(), {"--cpus", "0-1"});
  CHECK(engine_command_line(spec, configuration, {0, 1}) == engine);
  std::vector<std::string> load{"load",      "--host", "127.0.0.1", "--port", "4711", "--pattern", "request_response",
                                "--receive", "recv",   "--rate",    "1234.5"};
  load.insert(load.end(), common.begin(), common.end());
  CHECK(load_command_line(spec, configuration, {}, 4711) == load);
}
