// What a command says to whoever started it. Threads: one.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace copybench {

// Call first. Where standard input, output or error is closed, no file that is opened later may get its number; what is written
// there then fails.
void hold_standard_descriptors();

// To stdout. That it could not be written is told by status_with_output().
void say(std::string_view text);
template <typename... Arguments>
void say(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  say(std::string_view(fmt::format(format, std::forward<Arguments>(arguments)...)));
}

// A line, at once: for whoever reads while the command goes on.
void say_line(std::string_view line);

// A line to stderr: "copybenchd COMMAND: message", without a command's name where it is empty. Where that fails, nobody is left to
// be told.
void complain(std::string_view command, std::string_view message);

// The exit status of a command that ends with `status`: 1 instead of 0 where something that it printed was lost, which is told.
int status_with_output(int status);

}  // namespace copybench
