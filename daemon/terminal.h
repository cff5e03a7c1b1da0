// The output of a command to its user. Threads: one.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace copybench {

// Call first. Occupies the numbers of standard input, output and error if they are closed, so that no file that is opened later
// gets one of them. Writes there then fail.
void hold_standard_descriptors();

// Writes to stdout. status_with_output() reports a failed write.
void say(std::string_view text);
template <typename... Arguments>
void say(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  say(std::string_view(fmt::format(format, std::forward<Arguments>(arguments)...)));
}

// Writes a line and flushes it, for readers while the command runs.
void say_line(std::string_view line);

// Writes a line to stderr: "copybenchd COMMAND: message", without the command's name if it is empty. Ignores a failure, which it
// could report nowhere.
void complain(std::string_view command, std::string_view message);

// The exit status of a command that ends with `status`: 1 instead of 0 if printed text was lost, which is also reported.
int status_with_output(int status);

}  // namespace copybench
