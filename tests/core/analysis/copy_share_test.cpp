#include "core/analysis/copy_share.h"

#include <doctest/doctest.h>

using namespace copybench;

namespace {

// As Linux 6.18 shows them.
const FoldedStacks kStacks{
    {"engine;run;stream;__memmove_avx512_unaligned_erms", 7},
    {"engine;run;__libc_sendmsg;do_syscall_64_[k];tcp_sendmsg_[k];tcp_sendmsg_locked_[k];_copy_from_iter_[k]", 24},
    {"engine;run;__libc_sendmsg;do_syscall_64_[k];process_backlog_[k];skb_copy_ubufs_[k];__pi_memcpy_[k]", 10},
    {"load;run;__libc_recv;tcp_recvmsg_[k];release_sock_[k];skb_copy_ubufs_[k];__pi_memcpy_[k]", 5},
    {"kernel;run_ksoftirqd_[k];process_backlog_[k];skb_copy_ubufs_[k];__pi_memcpy_[k]", 2},
    {"load;run;__libc_recv;tcp_recvmsg_[k];tcp_recvmsg_locked_[k];__skb_datagram_iter_[k];_copy_to_iter_[k]", 18},
    {"load;run;__memmove_avx512_unaligned_erms", 3},
    {"load;run;__libc_send;tcp_sendmsg_locked_[k];_copy_from_iter_[k]", 4},
    {"engine;run;skb_copy_ubufs_[k];get_netmem_[k]", 11},
    {"engine;run;__memcpy_chk_[k]", 16},
};

}  // namespace

TEST_CASE("each copy is identified by its root, its leaf and its callers") {
  const CopyShare share = copy_share_of(kStacks);
  CHECK(share.busy_samples == 100);
  CHECK(share.share(CopyKind::gather) == doctest::Approx(0.07));
  CHECK(share.share(CopyKind::send) == doctest::Approx(0.24));
  CHECK(share.share(CopyKind::deferred) == doctest::Approx(0.17));
  CHECK(share.share(CopyKind::receive) == doctest::Approx(0.18));
  const CopyPart& deferred = share.parts[static_cast<size_t>(CopyKind::deferred)];
  REQUIRE(deferred.symbols.size() == 1);
  CHECK(deferred.symbols[0].symbol == "__pi_memcpy_[k]");
  CHECK(deferred.symbols[0].samples == 17);
}

TEST_CASE("older kernels, arm64, and a libc without symbols") {
  const auto kind_share = [](const char* stack, CopyKind kind) { return copy_share_of({{stack, 1}}).share(kind); };
  CHECK(kind_share("engine;send;tcp_sendmsg_locked_[k];copy_user_enhanced_fast_string_[k]", CopyKind::send) == 1);
  CHECK(kind_share("engine;send;tcp_sendmsg_locked_[k];_copy_from_iter_[k];__arch_copy_from_user_[k]", CopyKind::send) == 1);
  CHECK(kind_share("load;recv;tcp_recvmsg_locked_[k];copy_user_enhanced_fast_string_[k]", CopyKind::receive) == 1);
  CHECK(kind_share("engine;skb_copy_ubufs_[k];__pi_memcpy_generic_[k]", CopyKind::deferred) == 1);
  CHECK(kind_share("engine;run;[libc.so.6]", CopyKind::gather) == 1);
  CHECK(kind_share("engine;run;[libstdc++.so.6.0.30]", CopyKind::gather) == 0);
}

TEST_CASE("no samples, no share") {
  const CopyShare share = copy_share_of({});
  CHECK(share.busy_samples == 0);
  CHECK(share.share(CopyKind::send) == 0);
}

TEST_CASE("the JSON holds the findings, and is parsed back") {
  const Json json = to_json(copy_share_of(kStacks));
  CHECK(json["total"].get<double>() == doctest::Approx(0.66));
  CHECK(json["send"]["samples"] == 24);
  CHECK(json["send"]["symbols"][0]["symbol"] == "_copy_from_iter_[k]");
  const auto back = copy_share_from_json(json);
  REQUIRE(back);
  CHECK(to_json(*back) == json);
  CHECK_FALSE(copy_share_from_json(nullptr));
}

TEST_CASE("the rules can be read") {
  const Json rules = copy_rules_json();
  REQUIRE(rules.size() == copy_rules().size());
  for (const Json& rule : rules) CHECK_FALSE(rule["meaning"].get<std::string>().empty());
}

TEST_CASE("only JSON in the form of shares is parsed as shares") {
  const Json good = to_json(copy_share_of({{"engine;memcpy", 3}, {"load;recv", 1}}));
  CHECK(copy_share_from_json(good));
  for (const Json& value : {Json(), Json::object(), Json::array({1}), Json("x"), Json(5)}) CHECK_FALSE(copy_share_from_json(value));
  for (const auto& [key, value] : good.items()) {
    Json lacking = good, wrong = good;
    lacking.erase(key);
    wrong[key] = "x";
    CHECK_FALSE(copy_share_from_json(lacking));
    CHECK_FALSE(copy_share_from_json(wrong));
  }
  // std::regex recurses over what it matches.
  CHECK(copy_share_of({{"engine;copy_user_" + std::string(1'000'000, 'a') + "_[k]", 1}}).busy_samples == 1);
}
