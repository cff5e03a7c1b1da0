#include "core/model/send_paths.h"

#include <array>

namespace copybench {
namespace {

constexpr std::array kRows{
    SendPathRow{.mode = EngineMode::two_copy,
                .name = "two_copy",
                .title = "two-copy",
                .caption = "Eight objects of the heap are gathered into one buffer, which send() hands to the kernel. The CPU of "
                           "the sending host copies the payload twice. The gather is nearly free while its buffer stays in the "
                           "cache.",
                .memory = FieldMemory::heap,
                .gathers = true},
    SendPathRow{.mode = EngineMode::one_copy,
                .name = "one_copy",
                .title = "one-copy",
                .caption = "sendmsg() takes the eight fields as a list, so that none is gathered first. The kernel still copies "
                           "them: this saves the copy in user space, not the kernel's own.",
                .memory = FieldMemory::page_locked},
    SendPathRow{.mode = EngineMode::zero_copy,
                .name = "zero_copy",
                .title = "zero-copy",
                .caption = "With MSG_ZEROCOPY the kernel keeps references to the pages, and a network card reads them itself "
                           "(DMA, no CPU copy). A buffer is written again only when the kernel reports its sends complete. "
                           "Packets that stay on the host (loopback, veth) are always copied after all, later and elsewhere: "
                           "then zero-copy was requested, copied by the kernel.",
                .memory = FieldMemory::page_locked,
                .keeps_buffers = true,
                .reports_copies = true},
};

constexpr bool in_order() {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].mode != static_cast<EngineMode>(i)) return false;
  }
  return true;
}
static_assert(in_order());

constexpr auto kNames = [] {
  std::array<std::string_view, kRows.size()> all;
  for (size_t i = 0; i < all.size(); ++i) all[i] = kRows[i].name;
  return all;
}();

}  // namespace

std::span<const SendPathRow> send_paths() { return kRows; }

const SendPathRow& send_path_row(EngineMode mode) { return kRows[static_cast<size_t>(mode)]; }

template <>
std::span<const std::string_view> names<EngineMode>() { return kNames; }

}  // namespace copybench
