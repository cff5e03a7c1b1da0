#include "core/engine/message_ring.h"

#include <errno.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "core/host/system_facts.h"

namespace copybench {
namespace {

uint64_t page_bytes() { return static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)); }

uint64_t whole_pages(uint64_t bytes) { return (bytes + page_bytes() - 1) / page_bytes() * page_bytes(); }

}  // namespace

void MessageRing::Release::operator()(void* memory) const {
  if (mapped_bytes == 0) return ::free(memory);
  ::munmap(memory, mapped_bytes);
}

// Page-aligned fields are mapped one by one. The kernel merges adjacent mappings of the same kind into one area, whereas the
// gaps that an allocator leaves between locked pages would soon use up vm.max_map_count.
MessageRing::Memory MessageRing::allocate(FieldMemory memory, uint64_t field_bytes) {
  if (memory == FieldMemory::heap) return Memory(::malloc(field_bytes), Release{});
  const uint64_t bytes = whole_pages(field_bytes);
  void* mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return Memory(mapped == MAP_FAILED ? nullptr : mapped, Release{bytes});
}

void MessageRing::lock(void* memory, uint64_t bytes) {
  if (lock_problem_ || ::mlock(memory, bytes) == 0) return;
  const int error = errno;
  const bool limited = memlock_limit().has_value() && !has_capability(CAP_IPC_LOCK);
  lock_problem_ = fmt::format("message buffers are not locked in memory ({}){}", ::strerror(error),
                              limited ? ": raise RLIMIT_MEMLOCK (ulimit -l) or grant CAP_IPC_LOCK" : "");
}

uint32_t MessageRing::slots_for(uint64_t field_bytes, uint64_t in_flight_bytes) {
  const uint64_t accounted = kFieldsPerMessage * whole_pages(field_bytes);
  return static_cast<uint32_t>(std::max<uint64_t>(2, (in_flight_bytes + accounted - 1) / accounted));
}

Result<MessageRing> MessageRing::create(FieldMemory memory, uint64_t field_bytes, uint32_t slots) {
  MessageRing ring;
  ring.messages_.resize(slots);
  for (Fields& message : ring.messages_) {
    for (auto& field : message) {
      Memory bytes = allocate(memory, field_bytes);
      if (!bytes) return fail(fmt::format("no memory for {} messages of 8 x {} bytes", slots, field_bytes));
      if (memory == FieldMemory::page_locked) ring.lock(bytes.get(), whole_pages(field_bytes));
      ::memset(bytes.get(), 'c', field_bytes);
      field = {static_cast<std::byte*>(bytes.get()), field_bytes};
      ring.memory_.push_back(std::move(bytes));
    }
  }
  ring.clear_headers();
  return ring;
}

void MessageRing::clear_headers() {
  for (Fields& message : messages_) ::memset(message[0].data(), 0, kHeaderBytes);
}

}  // namespace copybench
