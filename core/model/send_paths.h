// THE table of send paths: what is known of each but its code. A new one is a value of EngineMode, a row here, a file in
// core/engine with its maker in send_path.cpp, and tests.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/model/names.h"

namespace copybench {

enum class FieldMemory : uint8_t {
  heap,         // malloc, like an application's own objects
  page_locked,  // page-aligned, and locked if the limits allow it
};

struct SendPathRow {
  EngineMode mode{};
  std::string_view name;     // in JSON, CSV, the database and command lines
  std::string_view title;    // for people
  std::string_view caption;  // what the CPU of the sending host copies, and where
  FieldMemory memory{};
  bool gathers = false;         // copies the fields into one buffer, in user space
  bool keeps_buffers = false;   // the kernel reads from the buffers after the send has returned, so there is a ring of them
  bool reports_copies = false;  // the kernel's completions tell what it copied: such runs have the zerocopy_* figures
};

// In the order of EngineMode.
std::span<const SendPathRow> send_paths();
const SendPathRow& send_path_row(EngineMode mode);

}  // namespace copybench
