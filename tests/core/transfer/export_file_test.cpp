#include "core/transfer/export_file.h"

#include <doctest/doctest.h>

#include <vector>

using namespace copybench;

namespace {

const Origin kOrigin{"lab-3", "abc", "0.1.0", 7, UtcTime(std::chrono::milliseconds(1'700'000'000'000)), std::nullopt};

std::string exported(const Origin& origin = kOrigin, const std::string& notes = "n") {
  ExportWriter writer(origin, 3);
  std::string text = writer.head();
  text += writer.experiment({{"notes", notes}});
  text += writer.circumstances({{"from_run", 1}});
  text += writer.run({{"position", 1}, {"perf_raw", "line\nline\xff"}});
  text += writer.run({{"position", 2}});
  return text + writer.end();
}

std::string error_of(const std::string& text) {
  const auto file = read_export(text);
  return file ? "" : file.error().message;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) lines.push_back(text.substr(at, text.find('\n', at) + 1 - at));
  return lines;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a written export is read back") {
  const auto file = read_export(exported());
  REQUIRE(file);
  CHECK(file->origin == kOrigin);
  CHECK(file->schema == 3);
  CHECK(file->experiment["notes"] == "n");
  CHECK(file->circumstances.size() == 1);
  REQUIRE(file->runs.size() == 2);
  CHECK(file->circumstances[0].is_string());
  CHECK(file->runs[0].is_string());
  CHECK(row_of(file->circumstances[0])["from_run"] == 1);
  CHECK(row_of(file->runs[0])["perf_raw"] == "line\nline\xef\xbf\xbd");
}

TEST_CASE("the same runs have the same digest, whoever exports them, whenever, and whatever their annotations") {
  Origin later = kOrigin;
  later.exported_at += std::chrono::hours(1);
  later.copybench = "0.2.0";
  CHECK(read_export(exported())->digest_of_runs == read_export(exported(later, "other notes"))->digest_of_runs);
}

TEST_CASE("equal runs have the same digest, whatever the order of members and whether or not a null is written") {
  const auto digest_of = [](const char* run) {
    ExportWriter writer(kOrigin, 3);
    std::string text = writer.head() + writer.experiment({{"notes", "n"}});
    text += writer.run(Json::parse(run));
    const auto file = read_export(text + writer.end());
    REQUIRE(file);
    return file->digest_of_runs;
  };
  const auto digest = digest_of(R"({"a": 1, "b": [null, {"c": "x"}], "d": null})");
  CHECK(digest_of(R"({"b": [null, {"e": null, "c": "x"}], "a": 1})") == digest);
  CHECK(digest_of(R"({"b": [{"c": "x"}], "a": 1})") != digest);
  CHECK(digest_of(R"({"a": 2, "b": [null, {"c": "x"}]})") != digest);
  CHECK(digest_of(R"({"a": "1", "b": [null, {"c": "x"}]})") != digest);
}

TEST_CASE("a line with more values than a run can have is rejected before it is parsed, however many lines there are") {
  std::string many = "[";
  for (int i = 0; i < 300'000; ++i) many += "[],";
  const std::string head = ExportWriter(kOrigin, 3).head();
  CHECK(error_of(head + "{\"experiment\":{\"findings\":" + many + "[]]}}\n") == "line 2: there are more than 250000 values");
  std::string lines = head + "{\"experiment\":{}}\n";
  for (int i = 0; i < 30; ++i) lines += "{\"run\":{\"x\":" + many.substr(0, 300'001) + "[]]}}\n";
  CHECK(error_of(lines) == "line 33: the file ends here; its last line has the key \"end\"");
}

TEST_CASE("a changed, truncated or rearranged file is rejected by line") {
  const std::string good = exported();
  const auto lines = lines_of(good);
  REQUIRE(lines.size() == 6);
  CHECK(error_of("") == "line 1: the file ends here; its last line has the key \"end\"");
  for (size_t cut = 1; cut < good.size(); ++cut) {
    CAPTURE(cut);
    CHECK_FALSE(read_export(good.substr(0, cut)));
  }
  for (size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] ^= 1;
    // The digest covers everything but the time of the export, which is in the last line.
    const bool moment = at > good.find("exported_at_ms") && at < good.find(",\"sha256");
    CAPTURE(at);
    CHECK((moment || !read_export(changed)));
  }
  CHECK(contains(error_of(good + "\n"), "line 6: must be the last one"));
  CHECK(contains(error_of(lines[1] + lines[0]), "line 1: is no head of an export"));
  CHECK(contains(error_of(lines[0] + lines[3]), "line 2: must be an object with the one key experiment"));
  CHECK(contains(error_of(lines[0] + lines[1] + lines[3] + lines[2]), "line 4: must be an object with one of circumstances (before"));
  CHECK(contains(error_of(lines[0] + lines[1] + lines[3] + lines[5]), "line 4: 1 runs were read, but this says 2"));
  CHECK(contains(error_of(lines[0] + lines[1] + lines[4] + lines[3] + lines[5]), "the digest differs"));
}

TEST_CASE("another format, deep nesting and NUL bytes are rejected") {
  CHECK(contains(error_of("{\"copybench_export\":2,\"schema\":1}\n"), "reads format 1"));
  const auto lines = lines_of(exported());
  const std::string deep = "{\"run\":{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}}\n";
  CHECK(contains(error_of(lines[0] + lines[1] + deep), "line 3: values are nested more than 64 deep"));
  CHECK(contains(error_of(lines[0] + lines[1] + std::string("{\"run\":\0{}}\n", 12)), "NUL"));
  CHECK(contains(error_of(lines[0] + lines[1] + "{\"run\":{\"a\":\"\xff\"}}\n"), "line 3: is no JSON object"));
}

TEST_CASE("a key that occurs twice in one object is refused, wherever the object stands") {
  const auto lines = lines_of(exported());
  const auto said = [&](const std::string& run) { return error_of(lines[0] + lines[1] + run + "\n"); };
  CHECK(said("{\"run\":{\"engine\":1,\"engine\":1}}") == "line 3: the key \"engine\" occurs twice in one object");
  CHECK(said("{\"run\":{\"a\":[{\"b\":1,\"c\":{\"b\":1},\"\\u0062\":2}]}}") ==
        "line 3: the key \"b\" occurs twice in one object");
  CHECK(said("{\"run\":{},\"run\":{}}") == "line 3: the key \"run\" occurs twice in one object");
  CHECK(error_of("{\"copybench_export\":1,\"schema\":1,\"schema\":2}\n") ==
        "line 1: the key \"schema\" occurs twice in one object");
  CHECK(contains(said("{\"run\":{\"a\":[{\"b\":1},{\"b\":2}]}}"), "line 4: "));
}
