// Any input as an export: it is rejected by line, or every reader of the store can read it. Since no random change keeps the
// digest right, each input is also tried with a matching end.
#include <fmt/format.h>

#include <string>

#include "check.h"
#include "core/base/digest.h"
#include "core/transfer/import.h"

using namespace copybench;

namespace {

void read(std::string_view text) {
  const auto file = read_export(text);
  if (!file) {
    FUZZ_CHECK(file.error().message.starts_with("line "));
    return;
  }
  const auto checked = check_import(*file);
  FUZZ_CHECK(checked || checked.error().kind == StoreError::Kind::invalid);
}

// Returns all lines but the last, with a last line that matches them.
std::string signed_anew(std::string_view text) {
  const size_t end = text.empty() ? std::string_view::npos : text.rfind('\n', text.size() - 2);
  std::string lines(text.substr(0, end == std::string_view::npos ? text.size() : end + 1));
  size_t runs = 0;
  for (size_t at = 0; (at = lines.find("\n{\"run\"", at)) != std::string::npos; ++at) ++runs;
  Sha256 digest;
  digest.add(lines);
  return lines + fmt::format("{{\"end\":{{\"runs\":{},\"exported_at_ms\":1700000000000,\"sha256\":\"{}\"}}}}\n", runs,
                             digest.hexadecimal());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  read(text_of(data, size));
  read(signed_anew(text_of(data, size)));
  return 0;
}
