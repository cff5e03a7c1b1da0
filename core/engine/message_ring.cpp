#include "core/engine/message_ring.h"

#include <errno.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace copybench {
namespace {

uint64_t page_bytes() { return static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)); }

uint64_t whole_pages(uint64_t bytes) { return (bytes + page_bytes() - 1) / page_bytes() * page_bytes(); }

}  // namespace

void MessageRing::Free::operator()(void* memory) const { ::free(memory); }

uint32_t MessageRing::slots_for(uint64_t field_bytes, uint64_t in_flight_bytes) {
  const uint64_t accounted = kFieldsPerMessage * whole_pages(field_bytes);
  return static_cast<uint32_t>(std::max<uint64_t>(2, (in_flight_bytes + accounted - 1) / accounted));
}

Result<MessageRing> MessageRing::create(FieldMemory memory, uint64_t field_bytes, uint32_t slots) {
  MessageRing ring;
  ring.messages_.resize(slots);
  for (Fields& message : ring.messages_) {
    for (auto& field : message) {
      const bool paged = memory == FieldMemory::page_locked;
      void* bytes = paged ? ::aligned_alloc(page_bytes(), whole_pages(field_bytes)) : ::malloc(field_bytes);
      if (bytes == nullptr) return fail(fmt::format("no memory for {} messages of 8 x {} bytes", slots, field_bytes));
      ring.memory_.emplace_back(bytes);
      ::memset(bytes, 'c', field_bytes);
      field = {static_cast<std::byte*>(bytes), field_bytes};
      // free() does not unlock: the pages stay locked for whoever gets them next, which in an engine is another ring.
      if (paged && !ring.lock_problem_ && ::mlock(bytes, whole_pages(field_bytes)) != 0) {
        ring.lock_problem_ = fmt::format(
            "message buffers are not locked in memory ({}): raise RLIMIT_MEMLOCK (ulimit -l) or grant CAP_IPC_LOCK",
            ::strerror(errno));
      }
    }
  }
  ring.clear_headers();
  return ring;
}

void MessageRing::clear_headers() {
  for (Fields& message : messages_) ::memset(message[0].data(), 0, kHeaderBytes);
}

}  // namespace copybench
