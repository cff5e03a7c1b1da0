// An error in a field of a request.
#pragma once

#include <string>

namespace copybench {

// pointer is a JSON pointer (RFC 6901) into the request; detail says what was wrong and what is allowed.
struct FieldError {
  std::string pointer;
  std::string detail;

  bool operator==(const FieldError&) const = default;
};

}  // namespace copybench
