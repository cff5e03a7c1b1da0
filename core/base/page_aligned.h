// A buffer that begins at a page boundary. The kernel copies with `rep movsb`, and so does memcpy for large copies. On AMD's
// Zen 3 and 4 this is ten times slower than usual if the destination's offset within its page is 8 bytes past the source's,
// and somewhat slower at other odd distances. The address from malloc would then decide the measured result. So each large copy
// in a run uses equal offsets within pages (see also kGreetingReplyBytes).
#pragma once

#include <boost/align/aligned_allocator.hpp>
#include <cstddef>
#include <vector>

namespace copybench {

constexpr size_t kPageBytes = 4096;

using PageAlignedBytes = std::vector<std::byte, boost::alignment::aligned_allocator<std::byte, kPageBytes>>;

}  // namespace copybench
