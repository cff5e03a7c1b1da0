// The table of the API's routes. Dispatch, 405 with Allow, and the check of /openapi.json use it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/endpoints/api.h"

namespace copybench {

struct Route {
  std::string_view method;  // GET answers HEAD too
  std::string_view path;    // "/experiments/{id}/runs"; {id} is a number from 1
  Reply (Api::*handler)(const Call&);
  std::vector<std::string_view> query;  // allowed query parameters
  // Allowed media types of the required body; empty: it answers before any body is read.
  std::vector<std::string_view> body = {};
  std::vector<std::string_view> required = {};  // required parameters of `query`
  bool open = false;                            // needs no token
  bool lists = false;                           // parameters that are ids take several
  bool heavy = false;  // cost grows with the stored data: few such requests are answered at once
};

std::span<const Route> routes();

struct PathMatch {
  std::vector<const Route*> routes;  // one for each method of the path; empty: no such path
  std::optional<int64_t> id;
  std::string bad_id;  // the text in place of a valid id
};

PathMatch match_path(std::string_view path);

}  // namespace copybench
