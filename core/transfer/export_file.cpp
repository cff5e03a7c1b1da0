#include "core/transfer/export_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/json_keys.h"
#include "core/base/json_text.h"
#include "core/model/json_shape.h"
#include "core/model/plan.h"
#include "core/model/stored_shapes.h"
#include "core/model/text.h"

namespace copybench {
namespace {

using std::string_view;

constexpr size_t kMaxRunLines = 10 * Limits::kMaxRuns;  // interrupted ones are measured again
// Each value of a parsed tree takes up to a hundred bytes, and one line is parsed at a time. A run has some 300 values; one
// of 256 connections with the largest histogram has less than half as many as this.
constexpr size_t kMaxLineValues = 250'000;
constexpr size_t kMaxCircumstances = StoredLimits::kMaxRecordings;

// Appends the same text for all JSON with the same content. Recurses no deeper than a line may be nested.
void append_canonical(std::string& out, const Json& json) {
  if (json.is_object()) {
    std::vector<std::pair<string_view, const Json*>> members;
    for (const auto& item : json.items()) {
      if (!item.value().is_null()) members.emplace_back(item.key(), &item.value());
    }
    std::sort(members.begin(), members.end());
    out += '{';
    for (const auto& [key, value] : members) {
      out.append(Json(key).dump()).append(":");
      append_canonical(out, *value);
      out += ',';
    }
    out += '}';
  } else if (json.is_array()) {
    out += '[';
    for (const Json& element : json) {
      append_canonical(out, element);
      out += ',';
    }
    out += ']';
  } else {
    out += json.dump();
  }
}

class ExportReader {
 public:
  explicit ExportReader(string_view text) : text_(text) {}

  Result<ExportFile> read() {
    if (auto head = read_head(); !head) return tl::unexpected(head.error());
    const auto experiment = next("experiment");
    if (!experiment) return tl::unexpected(experiment.error());
    file_.experiment = *experiment;
    for (;;) {
      auto json = next_json();
      if (!json) return tl::unexpected(json.error());
      if (json->size() != 1) return wrong("must be an object with one of circumstances, run, end");
      const std::string kind = json->begin().key();
      Json& value = json->begin().value();
      if (!value.is_object()) return wrong(shown(kind) + " must be an object");
      if (kind == "end") return read_end(value);
      if (kind == "circumstances" && file_.runs.empty()) {
        if (file_.circumstances.size() == kMaxCircumstances) return wrong(fmt::format("there are too many circumstances; allowed: {}", kMaxCircumstances));
        file_.circumstances.push_back(value.dump());
      } else if (kind == "run") {
        if (file_.runs.size() == kMaxRunLines) return wrong(fmt::format("there are too many runs; allowed: {}", kMaxRunLines));
        file_.runs.push_back(value.dump());
        lines_digest_.add(line_);
        std::string canonical;
        append_canonical(canonical, value);
        runs_digest_.add(canonical);
      } else {
        return wrong("must be an object with one of circumstances (before the first run), run, end");
      }
    }
  }

 private:
  tl::unexpected<Error> wrong(const std::string& what) const {
    return fail(fmt::format("line {}: {}", line_number_, what));
  }

  Result<Json> next_json() {
    ++line_number_;
    if (at_ >= text_.size()) return wrong("the file ends here; its last line has the key \"end\"");
    const size_t end = text_.find('\n', at_);
    if (end == string_view::npos) return wrong("the file ends within this line");
    digested_ = at_;
    line_ = text_.substr(at_, end + 1 - at_);
    at_ = end + 1;
    const JsonSize size = json_size(line_);
    if (size.depth > JsonLimits::kMaxDepth) {
      return wrong(fmt::format("values are nested more than {} deep", JsonLimits::kMaxDepth));
    }
    if (size.values > kMaxLineValues) return wrong(fmt::format("there are more than {} values", kMaxLineValues));
    if (line_.find('\0') != string_view::npos) return wrong("there is a NUL byte");
    Json json = Json::parse(line_, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return wrong("is no JSON object");
    if (const auto key = duplicate_key(line_)) return wrong(fmt::format("the key {} occurs twice in one object", shown(*key)));
    return json;
  }

  // The value of a line whose only key is this one.
  Result<Json> next(const char* key) {
    auto json = next_json();
    if (!json) return json;
    const auto found = json->find(key);
    if (json->size() != 1 || found == json->end() || !found->is_object()) {
      return wrong(fmt::format("must be an object with the one key {}, whose value is an object", key));
    }
    return std::move(*found);
  }

  Result<void> read_head() {
    auto json = next_json();
    if (!json) return tl::unexpected(json.error());
    const Json format = json->value("copybench_export", Json());
    if (!format.is_number_integer()) return wrong("is no head of an export; it has the key \"copybench_export\"");
    if (format != kExportFormat) {
      return wrong(fmt::format("the export has format {}; this copybench reads format {}", format.dump(), kExportFormat));
    }
    const Json schema = json->value("schema", Json());
    if (whole_of(schema).value_or(0) < 1) return wrong("schema must be a whole number from 1");
    file_.schema = *whole_of(schema);
    origin_ = std::move(*json);
    return {};
  }

  Result<ExportFile> read_end(const Json& end) {
    if (at_ != text_.size()) return wrong("must be the last one");
    if (end.value("runs", Json()) != file_.runs.size()) {
      return wrong(fmt::format("{} runs were read, but this says {}", file_.runs.size(), end.value("runs", Json()).dump()));
    }
    Sha256 digest;
    digest.add(text_.substr(0, digested_));
    if (end.value("sha256", Json()) != digest.hexadecimal()) return wrong("the digest differs: the file was changed or damaged");
    origin_["exported_at_ms"] = end.value("exported_at_ms", Json());
    origin_.erase("imported_at_ms");
    auto origin = origin_from_json(origin_);
    if (!origin) return wrong(origin.error().message);
    file_.origin = std::move(*origin);
    file_.digest_of_runs = runs_digest_.hexadecimal();
    file_.digest_of_lines = lines_digest_.hexadecimal();
    return std::move(file_);
  }

  const string_view text_;
  size_t at_ = 0;
  size_t digested_ = 0;  // where the line begins
  size_t line_number_ = 0;
  string_view line_;
  Json origin_;
  ExportFile file_;
  Sha256 runs_digest_;
  Sha256 lines_digest_;
};

}  // namespace

ExportWriter::ExportWriter(Origin origin, int64_t schema) : origin_(std::move(origin)), schema_(schema) {}

std::string ExportWriter::head() {
  Json json;
  json["copybench_export"] = kExportFormat;
  json["schema"] = schema_;
  json.update(to_json(origin_));
  json.erase("exported_at_ms");
  json.erase("imported_at_ms");
  return digested(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::string ExportWriter::run(const Json& row) {
  ++runs_;
  return line("run", row);
}

std::string ExportWriter::end() {
  Json json;
  json["end"]["runs"] = runs_;
  json["end"]["exported_at_ms"] = origin_.exported_at.time_since_epoch().count();
  json["end"]["sha256"] = digest_.hexadecimal();
  return json.dump() + "\n";
}

std::string ExportWriter::line(const char* kind, const Json& row) {
  Json json;
  json[kind] = row;
  // Output of perf or of a child may not be UTF-8.
  return digested(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::string ExportWriter::digested(std::string text) {
  digest_.add(text);
  return text;
}

Json row_of(const Json& kept) {
  return kept.is_string() ? Json::parse(kept.get_ref<const std::string&>(), nullptr, /*allow_exceptions=*/false) : kept;
}

Result<ExportFile> read_export(string_view text) { return ExportReader(text).read(); }

}  // namespace copybench
