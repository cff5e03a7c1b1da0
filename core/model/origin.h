// The origin of an imported experiment, as its file states it. Nothing proves it: the author of a file can name any
// machine, including this one. So every import has an origin and counts as imported, whatever machine it names, even if it
// was exported here, deleted, and imported again. Only what is still in the database is known to be the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace copybench {

struct Origin {
  std::string host;                       // its name at that time
  std::optional<std::string> machine_id;  // hashed, as in its circumstances
  std::string copybench;                  // the version that exported it
  int64_t experiment_id = 0;              // the id there
  UtcTime exported_at;
  std::optional<UtcTime> imported_at;  // none within an export

  bool operator==(const Origin&) const = default;
};

// The form in the database. The parser fails on what this program never wrote.
Json to_json(const Origin& origin);
Result<Origin> origin_from_json(const Json& json);

// The time of these milliseconds if this program can write it as text; none for others.
std::optional<UtcTime> time_from_json(const Json& milliseconds);

}  // namespace copybench
