// Errors as values. A function that can fail returns Result<T>; exceptions of libraries are caught where the library is
// used and become an Error there. Error::message is a whole sentence for a person: what happened, and what to do.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace copybench {

struct Error {
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(std::string message) { return tl::unexpected<Error>(Error{std::move(message)}); }

// "open /x: No such file or directory". Reads errno_value, not errno, so that nothing in between can change it.
Error system_error(const std::string& what, int errno_value);

}  // namespace copybench
