#include "core/host/calibrate.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <span>

#include "core/base/socket.h"
#include "core/base/time.h"
#include "core/host/text_file.h"
#include "core/stats/robust.h"

namespace copybench {
namespace {

constexpr size_t kBatches = 5;

// Nanoseconds per call: the median of several batches of `times` calls.
template <typename Work>
double time_of(size_t times, const Work& work) {
  std::vector<double> batches;
  for (size_t batch = 0; batch < kBatches; ++batch) {
    const auto begin = monotonic_ns();
    for (size_t i = 0; i < times; ++i) work();
    batches.push_back(static_cast<double>(monotonic_ns() - begin) / static_cast<double>(times));
  }
  return robust_median(std::move(batches));
}

// The size of CPU 0's largest cache, from the kernel's text "32768K".
size_t last_level_bytes() {
  constexpr size_t kUnknown = 32 << 20;
  size_t largest = 0;
  for (int index = 0;; ++index) {
    const auto text = read_text_file(fmt::format("/sys/devices/system/cpu/cpu0/cache/index{}/size", index));
    if (!text) break;
    size_t kib = 0;
    std::from_chars(text->data(), text->data() + text->size(), kib);
    largest = std::max(largest, kib << 10);
  }
  return largest == 0 ? kUnknown : largest;
}

struct Unmap {
  size_t bytes;
  void operator()(std::byte* memory) const { ::munmap(memory, bytes); }
};
using Memory = std::unique_ptr<std::byte, Unmap>;

// In huge pages if the kernel has them.
Result<Memory> mapped(size_t bytes) {
  void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return tl::unexpected(system_error("memory for the calibration", errno));
  static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));  // advice only
  return Memory(static_cast<std::byte*>(memory), Unmap{bytes});
}

// Keeps the compiler from removing the copy, which is never read.
void copy_bytes(std::byte* to, const std::byte* from, size_t bytes) {
  std::memcpy(to, from, bytes);
  asm volatile("" : : "r"(to) : "memory");
}

double gbytes_per_s(size_t bytes, double ns) { return static_cast<double>(bytes) / ns; }

Result<double> round_trip_us() {
  constexpr size_t kTimes = 60;
  auto listener = listen_tcp("127.0.0.1", 0, {std::nullopt, true});
  if (!listener) return tl::unexpected(listener.error());
  const auto port = local_port(listener->get());
  if (!port) return tl::unexpected(port.error());
  const auto near = connect_tcp("127.0.0.1", *port, {std::nullopt, true});
  if (!near) return tl::unexpected(near.error());
  const UniqueFd far(::accept4(listener->get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!far) return tl::unexpected(system_error("accept", errno));
  if (auto set = set_stream_options(far.get(), {std::nullopt, true}); !set) return tl::unexpected(set.error());

  std::array<std::byte, 1> byte{};
  Result<void> moved;
  const auto pass = [&](int from, int to) {
    if (moved) moved = send_all(from, byte);
    if (moved) moved = receive_exactly(to, byte, std::chrono::seconds{1});
  };
  const double ns = time_of(kTimes, [&] {
    pass(near->get(), far.get());
    pass(far.get(), near->get());
  });
  if (!moved) return tl::unexpected(moved.error());
  return ns / 1e3;
}

}  // namespace

Result<Calibration> calibrate() {
  constexpr size_t kCached = 64 << 10;
  constexpr size_t kCachedTimes = 100;
  constexpr size_t kSyscalls = 1000;
  constexpr size_t kMostBytes = 64 << 20;
  const size_t bytes = std::min(last_level_bytes(), kMostBytes);
  const auto from = mapped(bytes);
  if (!from) return tl::unexpected(from.error());
  const auto to = mapped(bytes);
  if (!to) return tl::unexpected(to.error());

  // Faults both in, and leaves only their ends in the cache, so that a pass from the beginning finds none of its data there.
  std::memset(from->get(), 1, bytes);
  copy_bytes(to->get(), from->get(), bytes);
  // One slice per batch, so that each byte is copied once.
  const size_t slice = bytes / kBatches;
  size_t batch = 0;
  const double memory = time_of(1, [&] {
    const size_t at = slice * batch++;
    copy_bytes(to->get() + at, from->get() + at, slice);
  });
  Calibration calibration;
  calibration.memcpy_memory_gbytes_per_s = gbytes_per_s(slice, memory);
  const double cached = time_of(kCachedTimes, [&] { copy_bytes(to->get(), from->get(), kCached); });
  calibration.memcpy_cached_gbytes_per_s = gbytes_per_s(kCached, cached);
  calibration.syscall_ns = time_of(kSyscalls, [] { ::syscall(SYS_getppid); });
  const auto round_trip = round_trip_us();
  if (!round_trip) return tl::unexpected(round_trip.error());
  calibration.round_trip_us = *round_trip;
  return calibration;
}

}  // namespace copybench
