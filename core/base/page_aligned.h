// A buffer that begins on a page. The kernel copies by `rep movsb`, and so does memcpy where much is to be copied. On AMD's
// Zen 3 and 4 that is ten times slower than usual if, by their places within pages, the destination lies 8 bytes past the
// source, and somewhat slower at other odd distances. Where malloc puts a buffer would then decide what is measured; so each
// large copy in a run goes from page to page at equal offsets (see also kGreetingReplyBytes).
#pragma once

#include <boost/align/aligned_allocator.hpp>
#include <cstddef>
#include <vector>

namespace copybench {

constexpr size_t kPageBytes = 4096;

using PageAlignedBytes = std::vector<std::byte, boost::alignment::aligned_allocator<std::byte, kPageBytes>>;

}  // namespace copybench
