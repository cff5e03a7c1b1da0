#include "daemon/worker_options.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>

#include "core/base/lines.h"
#include "core/host/cpu_set.h"
#include "core/model/field_values.h"
#include "core/model/limits.h"
#include "core/wire/orders.h"
#include "daemon/terminal.h"

namespace copybench {

namespace {

// An option for a request field, with the field's range and one-line meaning.
template <typename Field, typename Member>
void add_setting(CLI::App& command, const Field& field, Member& member) {
  const std::string meaning(field.text.meaning);
  if constexpr (std::is_same_v<Member, bool>) {
    command.add_flag(option_of(field) + ",!" + option_of(field, false), member, meaning);
  } else if constexpr (std::is_enum_v<Member>) {
    std::vector<std::string> allowed(names<Member>().begin(), names<Member>().end());
    command
        .add_option_function<std::string>(
            option_of(field), [&member](const std::string& name) { member = *from_name<Member>(name); }, meaning)
        ->check(CLI::IsMember(std::move(allowed)))
        ->default_str(std::string(name_of(member)));
  } else if constexpr (std::is_arithmetic_v<typename Field::Given>) {
    using Number = typename Field::Given;
    command.add_option(option_of(field), member, meaning)
        ->check(CLI::Range(static_cast<Number>(field.range->least), static_cast<Number>(field.range->most)));
  }
}

}  // namespace

void add_worker_options(CLI::App& command, WorkerOptions& options, GoesTo child) {
  command.add_option("--field-bytes", options.field_bytes, "Size of each of a message's 8 fields")
      ->check(CLI::Range(Limits::kMinFieldBytes, Limits::kMaxFieldBytes))
      ->capture_default_str();
  command.add_option("--threads", options.threads, "Connections, a thread each")
      ->check(CLI::Range(int64_t{1}, Limits::kMaxThreads))
      ->capture_default_str();
  each_request_field([&]<typename Field>(const Field& field) {
    if constexpr (Field::has_spec) {
      if (field.goes_to == child || field.goes_to == GoesTo::both) add_setting(command, field, options.settings.*Field::in_spec);
    }
  });
  command.add_option("--cpus", options.cpus, "CPUs for the threads in turn, such as 0-3,8; without it they are not bound");
  command.add_option("--format", options.format, "json: one object a line; text: for people; auto: text on a terminal")
      ->check(CLI::IsMember({"auto", "json", "text"}))
      ->capture_default_str();
  command.add_flag("--orders", options.orders, "Take orders on stdin and end with it, as the daemon's child")->group("");
}

Result<std::vector<int>> worker_cpus(const WorkerOptions& options) {
  if (options.cpus.empty()) return std::vector<int>{};
  auto cpus = parse_cpu_list(options.cpus);
  if (!cpus) return fail("--cpus: " + cpus.error().message);
  return cpus;
}

Reporter make_reporter(const WorkerOptions& options, std::function<std::string(const Json&)> as_text) {
  const bool text = options.format == "text" || (options.format == "auto" && !options.orders && ::isatty(STDOUT_FILENO));
  if (text) {
    return [as_text = std::move(as_text)](const Json& report) {
      const std::string line = as_text(report);
      if (!line.empty()) say_line(line);
    };
  }
  if (!options.orders) return [](const Json& report) { say_line(report.dump()); };
  // If the daemon reads no more, it has ended, and the orders end too.
  return [](const Json& report) { static_cast<void>(write_line(STDOUT_FILENO, report.dump())); };
}

int worker_failed(const WorkerOptions& options, const std::string& command, const Error& error, int status) {
  if (options.orders) {
    const Json last{{"report", report::kError}, {"message", error.message}};
    static_cast<void>(write_line(STDOUT_FILENO, last.dump()));
  }
  complain(command, error.message);
  return status;
}

}  // namespace copybench
