#include "core/model/circumstances.h"

#include <doctest/doctest.h>

using namespace copybench;
using enum CircumstanceClass;

namespace {

const Circumstances kBase{
    {kHostName, host, "alpha", "", ""},
    {kMachineId, host, "1234", "", ""},
    {"kernel.release", kernel, "6.1.0", "", ""},
    {"net.core.optmem_max", settings, 131072, "bytes", ""},
    {"cpu.governor", settings, nullptr, "", "there is no cpufreq"},
    {"kernel.boot_id", harmless, "one", "", ""},
};

Circumstances with(const std::string& name, Json value, const std::string& reason = "") {
  Circumstances facts = kBase;
  for (Circumstance& fact : facts) {
    if (fact.name != name) continue;
    fact.value = std::move(value);
    fact.reason = reason;
  }
  return facts;
}

CircumstanceDifference only(const std::vector<CircumstanceDifference>& differences) {
  REQUIRE(differences.size() == 1);
  return differences.front();
}

}  // namespace

TEST_CASE("a list read back from its JSON is the same") {
  const auto read = circumstances_from_json(Json::parse(to_json(kBase).dump()));
  REQUIRE(read);
  CHECK(*read == kBase);
  CHECK(to_json(kBase)[4]["reason"] == "there is no cpufreq");
  CHECK(to_json(kBase)[4]["unit"].is_null());
}

TEST_CASE("facts that this program never wrote are rejected") {
  for (const char* text : {"{}", "1", "[1]", R"([{"name":"a"}])",
                           R"([{"name":"a","class":"weather","value":1,"unit":null,"reason":null}])",
                           R"([{"name":1,"class":"host","value":1,"unit":null,"reason":null}])"}) {
    CAPTURE(text);
    CHECK_FALSE(circumstances_from_json(Json::parse(text)));
  }
}

TEST_CASE("equal circumstances have no differences, nulls included") { CHECK(diff(kBase, kBase).empty()); }

TEST_CASE("a difference has both values and its class") {
  const auto found = only(diff(kBase, with("net.core.optmem_max", 20480)));
  CHECK(found == CircumstanceDifference{"net.core.optmem_max", settings, "bytes", 131072, 20480, "", "", true});
  CHECK(to_json(found)["class"] == "settings");
  CHECK(to_json(found)["base"] == 131072);
}

TEST_CASE("a setting that is missing on one side matters, with the reason") {
  const auto found = only(diff(kBase, with("cpu.governor", "powersave")));
  CHECK(found.matters);
  CHECK(found.base.is_null());
  CHECK(found.base_reason == "there is no cpufreq");
}

TEST_CASE("a machine is identified by its id, or else its name, and by its kernel") {
  CHECK(machine_key(kBase) == "1234 6.1.0");
  CHECK(machine_key(with(kMachineId, nullptr)) == "alpha 6.1.0");
}

TEST_CASE("harmless differences do not matter") { CHECK_FALSE(only(diff(kBase, with("kernel.boot_id", "two"))).matters); }

TEST_CASE("a host may be renamed, but is a different one if its id differs or is unknown") {
  CHECK_FALSE(only(diff(kBase, with(kHostName, "beta"))).matters);
  auto other = with(kHostName, "beta");
  other[1].value = "5678";
  for (const auto& difference : diff(kBase, other)) CHECK(difference.matters);
  auto unknown = kBase;
  unknown[1].value = nullptr;
  auto renamed = unknown;
  renamed[0].value = "beta";
  CHECK(only(diff(unknown, renamed)).matters);
}

TEST_CASE("a fact that one version does not gather is reported and does not matter") {
  auto fewer = kBase;
  fewer.erase(fewer.begin() + 2);
  const auto gone = only(diff(kBase, fewer));
  CHECK(gone.name == "kernel.release");
  CHECK_FALSE(gone.matters);
  CHECK_FALSE(gone.head_reason.empty());
  const auto come = only(diff(fewer, kBase));
  CHECK(come.base.is_null());
  CHECK(come.head == "6.1.0");
  CHECK_FALSE(come.matters);
}

TEST_CASE("more facts than are gathered are rejected by field, and many are compared in time") {
  Json facts = Json::array();
  for (int i = 0; i < 1001; ++i) {
    facts.push_back({{"name", std::to_string(i)}, {"class", "host"}, {"value", i}, {"unit", nullptr}, {"reason", nullptr}});
  }
  CHECK(circumstances_from_json(facts).error().message.find("facts is a list of 1001; allowed: a list of at most 1000") !=
        std::string::npos);
  facts.erase(0);
  CHECK(circumstances_from_json(facts)->size() == 1000);
  for (const char* key : {"name", "class", "unit", "reason"}) {
    Json wrong = facts;
    wrong[7][key] = 5;
    CHECK(circumstances_from_json(wrong).error().message.find(std::string("facts/7/") + key + " is 5") != std::string::npos);
  }
  // With 40,000 names in either order, a quadratic search took half a minute.
  Circumstances base, head;
  for (int i = 0; i < 40'000; ++i) {
    base.push_back({std::to_string(i), CircumstanceClass::host, i, "", ""});
    head.push_back({std::to_string(40'000 - i), CircumstanceClass::host, 40'000 - i, "", ""});
  }
  CHECK(diff(base, head).size() == 2);
}
