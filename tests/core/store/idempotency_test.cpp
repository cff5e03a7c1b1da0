#include "core/store/idempotency.h"

#include "core/analysis/adaptive.h"
#include "core/store/open.h"
#include "core/store/run_queue.h"
#include "fixture.h"

using namespace copybench;

TEST_CASE("an answer is kept for 7 days, then its key is free again") {
  TemporaryDirectory directory;
  const auto connection = must(open_for_writing(directory.path()));
  const UtcTime then = utc_now();
  const UtcTime last_moment = then + std::chrono::days(7);
  const UtcTime too_late = last_moment + std::chrono::milliseconds(1);
  const IdempotencyKey key{"key", "digest"};
  const auto failed = connection->attempt([&] {
    const ExperimentId id = insert_experiment(*connection, plan_of(1), advise, then);
    insert_answer(*connection, key, {id, "body"}, then);
    CHECK(must(find_stored_answer(*connection, key, last_moment))->body == "body");
    CHECK(kind_of(reserve_key(*connection, key, last_moment)) == StoreError::Kind::conflict);
    CHECK_FALSE(must(find_stored_answer(*connection, key, too_late)));
    CHECK(reserve_key(*connection, key, too_late));
    insert_answer(*connection, key, {id, "new body"}, too_late);
    CHECK(must(find_stored_answer(*connection, key, too_late))->body == "new body");
  });
  CHECK_FALSE(failed);
}
