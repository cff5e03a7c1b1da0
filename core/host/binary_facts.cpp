#include <elf.h>
#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <link.h>

#include <cstring>
#include <span>

#include "core/base/version.h"
#include "core/host/fact_list.h"

namespace copybench {
namespace {

using enum CircumstanceClass;

// Returns the build id in a segment of notes: the linker's hash of all that was linked. Empty if there is none.
std::string build_id_in(std::span<const std::byte> notes) {
  const auto padded = [](size_t bytes) { return (bytes + 3) / 4 * 4; };
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note{};
    std::memcpy(&note, notes.data(), sizeof note);
    const size_t name_at = sizeof note;
    const size_t value_at = name_at + padded(note.n_namesz);
    const size_t end = value_at + padded(note.n_descsz);
    if (end > notes.size()) break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof ELF_NOTE_GNU &&
        std::memcmp(notes.data() + name_at, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) == 0) {
      std::string id;
      for (const std::byte byte : notes.subspan(value_at, note.n_descsz)) id += fmt::format("{:02x}", std::to_integer<int>(byte));
      return id;
    }
    notes = notes.subspan(end);
  }
  return {};
}

// The program itself is the first object.
int read_build_id(dl_phdr_info* object, size_t, void* into) {
  for (const auto& segment : std::span(object->dlpi_phdr, object->dlpi_phnum)) {
    if (segment.p_type != PT_NOTE) continue;
    const auto* const at = reinterpret_cast<const std::byte*>(object->dlpi_addr + segment.p_vaddr);
    auto id = build_id_in({at, segment.p_memsz});
    if (!id.empty()) *static_cast<std::string*>(into) = std::move(id);
  }
  return 1;
}

Result<std::string> build_id() {
  std::string id;
  ::dl_iterate_phdr(read_build_id, &id);
  if (id.empty()) return fail("this program was linked without a build id");
  return id;
}

}  // namespace

void add_binary_facts(FactList& facts) {
  facts.add("copybench.version", binary, Json(program_version()));
  facts.add_text("copybench.build_id", binary, build_id());
  facts.add("copybench.compiler", binary, Json("GCC " __VERSION__));
  facts.add("copybench.flags", binary, Json(COPYBENCH_COMPILE_FLAGS));
  facts.add("libc.version", binary, Json(fmt::format("glibc {}", ::gnu_get_libc_version())));
}

}  // namespace copybench
