#include "core/host/fact_list.h"

#include "core/host/text_file.h"

namespace copybench {

void FactList::add(std::string name, CircumstanceClass kind, Result<Json> value, std::string unit) {
  if (value) {
    facts_.push_back({std::move(name), kind, std::move(*value), std::move(unit), ""});
  } else {
    facts_.push_back({std::move(name), kind, {}, std::move(unit), std::move(value.error().message)});
  }
}

void FactList::add_text(std::string name, CircumstanceClass kind, const Result<std::string>& value) {
  add(std::move(name), kind, value.map([](const std::string& text) { return Json(text); }));
}

void FactList::add_file(std::string name, CircumstanceClass kind, const std::string& path, std::string unit) {
  add(std::move(name), kind, read_small_file(path).map(numbers_or_text), std::move(unit));
}

}  // namespace copybench
