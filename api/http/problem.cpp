#include "api/http/problem.h"

#include <fmt/format.h>

#include <algorithm>

namespace copybench {
namespace {

constexpr size_t kMaxErrors = 100;

struct Status {
  int code;
  std::string_view title;
  std::string_view kind;
};

constexpr Status kStatuses[] = {
    {200, "OK", ""},
    {201, "Created", ""},
    {202, "Accepted", ""},
    {204, "No Content", ""},
    {304, "Not Modified", ""},
    {400, "Bad Request", "bad-request"},
    {401, "Unauthorized", "token-required"},
    {403, "Forbidden", "foreign-origin"},
    {404, "Not Found", "not-found"},
    {405, "Method Not Allowed", "method-not-allowed"},
    {408, "Request Timeout", "request-timeout"},
    {409, "Conflict", "conflict"},
    {411, "Length Required", "length-required"},
    {412, "Precondition Failed", "precondition-failed"},
    {413, "Content Too Large", "content-too-large"},
    {414, "URI Too Long", "uri-too-long"},
    {415, "Unsupported Media Type", "unsupported-media-type"},
    {417, "Expectation Failed", "expectation-failed"},
    {421, "Misdirected Request", "foreign-host"},
    {422, "Unprocessable Content", "unprocessable"},
    {429, "Too Many Requests", "too-many-requests"},
    {431, "Request Header Fields Too Large", "header-too-large"},
    {500, "Internal Server Error", "internal-error"},
    {503, "Service Unavailable", "unavailable"},
    {507, "Insufficient Storage", "disk-full"},
};

const Status& status_of(int code) {
  static constexpr Status kOther{0, "Error", "error"};
  const auto* found = std::find_if(std::begin(kStatuses), std::end(kStatuses),
                                   [&](const Status& status) { return status.code == code; });
  return found == std::end(kStatuses) ? kOther : *found;
}

}  // namespace

std::string_view status_title(int status) { return status_of(status).title; }

Json errors_json(const std::vector<FieldError>& errors) {
  Json json = Json::array();
  for (size_t i = 0; i < std::min(errors.size(), kMaxErrors); ++i) {
    json.push_back({{"pointer", errors[i].pointer}, {"detail", errors[i].detail}});
  }
  if (errors.size() > kMaxErrors) {
    json.push_back({{"pointer", ""}, {"detail", fmt::format("{} more errors are not listed", errors.size() - kMaxErrors)}});
  }
  return json;
}

std::string uri_reference(std::string_view target) {
  constexpr std::string_view kAllowed = "-._~!$&'()*+,;=:@/";  // beside letters, digits and encoded characters
  constexpr size_t kMost = 2000;
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  std::string text = target.starts_with("//") ? "/." : "";  // else the part after "//" would be a host
  for (size_t i = 0; i < target.size() && text.size() < kMost; ++i) {
    const char c = target[i];
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool encoded = c == '%' && i + 2 < target.size() && is_hex(target[i + 1]) && is_hex(target[i + 2]);
    if (alphanumeric || encoded || kAllowed.find(c) != std::string_view::npos) {
      text += c;
    } else {
      text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

HttpResponse to_response(const Problem& problem, std::string_view target) {
  const Status& status = status_of(problem.status);
  Json json;
  json["type"] = fmt::format("urn:copybench:problem:{}", problem.kind.empty() ? status.kind : problem.kind);
  json["title"] = status.title;
  json["status"] = problem.status;
  json["detail"] = problem.detail;
  json["instance"] = uri_reference(target.substr(0, target.find('?')));  // the query may contain a secret
  json["errors"] = errors_json(problem.errors);
  json.update(problem.extension);

  HttpResponse response = json_response(problem.status, json);
  response.content_type = "application/problem+json";
  response.headers.insert(response.headers.end(), problem.headers.begin(), problem.headers.end());
  return response;
}

Problem problem_of(const StoreError& error) {
  Problem problem;
  problem.detail = error.message;
  switch (error.kind) {
    case StoreError::Kind::full:
      problem.status = 507;
      problem.headers = {{"Retry-After", "5"}};
      break;
    case StoreError::Kind::io:
      problem.status = 507;
      problem.kind = "disk-failed";
      problem.headers = {{"Retry-After", "5"}};
      break;
    case StoreError::Kind::damaged:
      problem.status = 503;
      problem.kind = "damaged";
      break;
    case StoreError::Kind::corrupt:
    case StoreError::Kind::newer:
    case StoreError::Kind::locked:
    case StoreError::Kind::lost:
      problem.status = 503;
      problem.headers = {{"Retry-After", "60"}};
      break;
    case StoreError::Kind::queue_full:
      problem.status = 503;
      problem.kind = "queue-full";
      problem.headers = {{"Retry-After", "60"}};
      break;
    case StoreError::Kind::not_found:
      problem.status = 404;
      break;
    case StoreError::Kind::conflict:
      problem.status = 409;
      break;
    case StoreError::Kind::invalid:
      problem.status = 400;
      problem.kind = "invalid-import";
      break;
  }
  return problem;
}

Problem named_by(Problem problem, std::string_view pointer) {
  if (problem.status == 404) problem.errors.push_back({std::string(pointer), problem.detail});
  return problem;
}

std::string_view name_of_kind(StoreError::Kind kind) {
  switch (kind) {
    case StoreError::Kind::full:
      return "full";
    case StoreError::Kind::io:
      return "io";
    case StoreError::Kind::damaged:
      return "damaged";
    case StoreError::Kind::corrupt:
      return "corrupt";
    case StoreError::Kind::newer:
      return "newer";
    case StoreError::Kind::locked:
      return "locked";
    case StoreError::Kind::lost:
      return "lost";
    case StoreError::Kind::not_found:
      return "not_found";
    case StoreError::Kind::queue_full:
      return "queue_full";
    case StoreError::Kind::conflict:
      return "conflict";
    case StoreError::Kind::invalid:
      return "invalid";
  }
  return "unknown";
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

HttpResponse json_response(int status, const Json& json) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/json";
  response.headers = {{"Cache-Control", "no-store"}};
  response.body = dump(json) + "\n";
  return response;
}

Problem bad_request(std::string kind, std::string detail, std::vector<FieldError> errors) {
  Problem problem;
  problem.status = 400;
  problem.detail = std::move(detail);
  problem.errors = std::move(errors);
  problem.kind = std::move(kind);
  return problem;
}

}  // namespace copybench
