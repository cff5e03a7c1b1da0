// The one table of what the API answers: dispatch, 405 with Allow, and the walk of /openapi.json come from it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/api.h"

namespace copybench {

struct Route {
  std::string_view method;  // GET answers HEAD too
  std::string_view path;    // "/experiments/{id}/runs"; {id} is a number from 1
  Reply (Api::*handler)(const Call&);
  std::vector<std::string_view> query;  // the parameters that it knows
  // The types of the body that it needs; none: it answers before any body is read.
  std::vector<std::string_view> body = {};
  std::vector<std::string_view> required = {};  // those of `query` that must be given
  bool open = false;                            // asks for no token
  bool lists = false;                           // those that are ids may be several
  bool heavy = false;  // its cost grows with what is stored: few such requests are answered at once
};

std::span<const Route> routes();

struct PathMatch {
  std::vector<const Route*> routes;  // all methods of that path; empty: no such path
  std::optional<int64_t> id;
  std::string bad_id;  // what stands where a number should
};

PathMatch match_path(std::string_view path);

}  // namespace copybench
