#include "api/endpoints/router.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "api/endpoints/routes.h"
#include "api/http/host_and_origin.h"
#include "api/request/query.h"
#include "core/model/text.h"
#include "web/assets.h"

namespace copybench {
namespace {

// How long a heavy answer waits for the end of a window. Clients give up after about 10 to 30 s, but windows may be longer.
// After this time the request is answered, and the run records the disturbance.
constexpr std::chrono::seconds kWaitForWindow{5};

bool serves(const Route& route, std::string_view method) {
  return route.method == method || (route.method == "GET" && method == "HEAD");
}

Problem problem(int status, std::string detail) {
  Problem result;
  result.status = status;
  result.detail = std::move(detail);
  return result;
}

Problem method_problem(const HttpRequest& request, std::string allow) {
  Problem result = problem(405, fmt::format("{} does not go with this path; allowed: {}", request.method, allow));
  result.headers = {{"Allow", std::move(allow)}};
  return result;
}

// RFC 9110, 13.1.1. Only the page's files have an ETag. Elsewhere no listed one can match, and a client that wants to change
// only what it has read must not change what it has not.
std::optional<Problem> if_match_problem(const HttpRequest& request, std::string_view etag) {
  bool listed = false;
  for (const auto& [name, value] : request.headers) {
    if (name != "if-match") continue;
    if (value == "*" || (!etag.empty() && value.find(etag) != std::string::npos)) return std::nullopt;
    listed = true;
  }
  if (!listed) return std::nullopt;
  Problem result = problem(412, etag.empty() ? "there is no ETag here that If-Match could list" : "the ETag is another one");
  result.errors = {{"If-Match:", etag.empty() ? "allowed: none, or *" : fmt::format("allowed: none, *, or {}", etag)}};
  return result;
}

// Needs no token: the page itself, which asks for the token, /openapi.json, /healthz and /readyz.
bool is_open_to_all(std::string_view path) {
  const PathMatch match = match_path(path);
  return match.routes.empty() ? find_asset(path) != nullptr : match.routes.front()->open;
}

HttpResponse asset_response(const Asset& asset, const HttpRequest& request) {
  HttpResponse response;
  response.headers = {{"ETag", std::string(asset.etag)}, {"Cache-Control", asset.immutable ? "public, max-age=31536000, immutable" : "no-cache"}};
  const std::string* known = request.header("if-none-match");
  if (known && (*known == "*" || known->find(asset.etag) != std::string::npos)) {
    response.status = 304;
    return response;
  }
  response.content_type = asset.content_type;
  response.body = asset.body;
  return response;
}

}  // namespace

Router::Router(Api& api, const Store& store, ActivityCounter& activity, std::string listen_host, AccessRules access,
               PostRates rates)
    : api_(api),
      store_(store),
      activity_(activity),
      listen_host_(std::move(listen_host)),
      access_(std::make_shared<const AccessRules>(std::move(access))),
      post_limit_(rates) {}

bool Router::set_access(AccessRules access) {
  auto fresh = std::make_shared<const AccessRules>(std::move(access));
  std::lock_guard lock(access_mutex_);
  const auto before = std::exchange(access_, std::move(fresh));
  return access_->token && (before->token != access_->token || (before->public_read && !access_->public_read));
}

void Router::set_post_rates(PostRates rates) { post_limit_.set_rates(rates); }

std::shared_ptr<const AccessRules> Router::access() const {
  std::lock_guard lock(access_mutex_);
  return access_;
}

std::string Router::client_of(const HttpRequest& request) const {
  return read_forwarded(request, access()->trusted_proxies).client;
}

std::string Router::asker_of(const HttpRequest& request) const {
  std::string client = client_of(request);
  return client == request.peer && !request.user.empty() ? "user " + request.user : client;
}

void Router::arrived() { activity_.arrived(); }

Lane Router::lane_of(const HttpRequest& request) const {
  const PathMatch match = match_path(request.path);
  const auto found = std::find_if(match.routes.begin(), match.routes.end(),
                                  [&](const Route* route) { return serves(*route, request.method); });
  const std::string client = asker_of(request);
  if (found == match.routes.end()) return {Work::light, client};
  const Route& route = **found;
  return {route.heavy           ? Work::heavy
          : route.method != "GET" ? Work::change
                                  : Work::light,
          fmt::format("{} {} {}", client, route.method, route.path)};
}

tl::expected<const Route*, Problem> Router::admit(const HttpRequest& request, int64_t& id) const {
  const PathMatch match = match_path(request.path);
  if (match.routes.empty())
    return refuse(problem(404, "there is nothing at this path; /openapi.json lists what there is"));
  const auto found = std::find_if(match.routes.begin(), match.routes.end(),
                                  [&](const Route* route) { return serves(*route, request.method); });
  if (found == match.routes.end()) {
    std::string allow;
    for (const Route* route : match.routes) {
      if (!allow.empty()) allow += ", ";
      allow += route->method == "GET" ? "GET, HEAD" : route->method;
    }
    return refuse(method_problem(request, std::move(allow)));
  }
  if (!match.bad_id.empty()) {
    return refuse(problem(404, fmt::format("{} is given; the id in the path must be a whole number from 1 to {}",
                                           shown(match.bad_id), std::numeric_limits<int64_t>::max())));
  }
  if (auto bad = query_coding_problem(request.query_text)) return refuse(std::move(*bad));
  if (auto bad = query_problem(request.query, (*found)->query, (*found)->required, (*found)->lists)) return refuse(std::move(*bad));
  if (auto unmatched = if_match_problem(request, "")) return refuse(std::move(*unmatched));
  id = match.id.value_or(0);
  return *found;
}

HttpResponse Router::call_heavy(const Route& route, const HttpRequest& request, int64_t id) {
  const bool repeatable = route.method == "GET";
  const std::string target = request.path + "?" + request.query_text;
  if (repeatable) {
    if (const auto known = answers_.find(target, store_.changes())) return *known;
  }
  const ActivityCounter::HeavyAnswer heavy(activity_, kWaitForWindow);
  const uint64_t version = store_.changes();
  if (repeatable) {  // another thread may have computed it in the meantime
    if (const auto known = answers_.find(target, version)) return *known;
  }
  HttpResponse response = call_handler(route, request, id);
  if (repeatable) answers_.keep(target, version, response);
  if (response.pieces) response.pieces = waiting_for_windows(std::move(response.pieces));
  return response;
}

// All pieces of one answer together wait for windows at most kWaitForWindow, as another heavy answer does.
BodyPieces Router::waiting_for_windows(BodyPieces pieces) {
  return [this, pieces = std::move(pieces), left = std::chrono::milliseconds(kWaitForWindow)](std::string& out) mutable {
    const auto since = std::chrono::steady_clock::now();
    const ActivityCounter::HeavyAnswer heavy(activity_, left);
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - since);
    left = std::max(left - waited, std::chrono::milliseconds(0));
    return pieces(out);
  };
}

HttpResponse Router::call(const Route& route, const HttpRequest& request, int64_t id) {
  return route.heavy ? call_heavy(route, request, id) : call_handler(route, request, id);
}

HttpResponse Router::call_handler(const Route& route, const HttpRequest& request, int64_t id) {
  Reply reply = (api_.*route.handler)(Call{request, id, asker_of(request)});
  return reply ? std::move(*reply) : to_response(reply.error(), request.target);
}

std::optional<Problem> Router::access_problem(const HttpRequest& request) const {
  const auto rules = access();
  const Forwarded forwarded = read_forwarded(request, rules->trusted_proxies);
  if (auto problem = host_problem(request, listen_host_, *rules, forwarded)) return problem;
  if (auto problem = origin_problem(request, listen_host_, *rules, forwarded)) return problem;
  return is_open_to_all(request.path) ? std::nullopt : token_problem(request, *rules);
}

std::optional<Problem> Router::refusal(const HttpRequest& request) {
  if (auto problem = access_problem(request)) return problem;
  if (is_open_to_all(request.path)) return std::nullopt;  // these paths change nothing
  if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
  // The user is the peer's, even if the peer names another client. So a local user who invents clients shares one group's limit.
  const auto wait = post_limit_.take(client_of(request), request.user);
  if (!wait) return std::nullopt;
  Problem too_many = problem(429, fmt::format("more is being asked for than this server does at once; come again in {} s",
                                              wait->count()));
  too_many.headers = {{"Retry-After", std::to_string(wait->count())}};
  return too_many;
}

bool Router::refuses(const HttpRequest& request) const {
  if (access_problem(request)) return true;
  int64_t id = 0;
  const auto route = admit(request, id);
  return !route || content_type_problem(request, (*route)->body);
}

std::optional<HttpResponse> Router::answer_head(const HttpRequest& request) {
  auto response = validate_head(request);
  if (response) api_.count_answer(response->status);
  return response;
}

std::optional<HttpResponse> Router::validate_head(const HttpRequest& request) {
  if (const auto refused = refusal(request)) return to_response(*refused, request.target);
  if (const Asset* asset = find_asset(request.path); asset && match_path(request.path).routes.empty()) {
    if (request.method != "GET" && request.method != "HEAD") {
      return to_response(method_problem(request, "GET, HEAD"), request.target);
    }
    if (const auto unmatched = if_match_problem(request, asset->etag)) return to_response(*unmatched, request.target);
    return asset_response(*asset, request);
  }
  int64_t id = 0;
  const auto route = admit(request, id);
  if (!route) return to_response(route.error(), request.target);
  if ((*route)->body.empty()) return call(**route, request, id);
  if (request.content_length == 0) {
    Problem missing = problem(400, fmt::format("this request needs a body, with its Content-Type: {}",
                                               fmt::join((*route)->body, ", ")));
    missing.errors = {{"", "the body is missing; /openapi.json describes it"}};
    return to_response(missing, request.target);
  }
  if (auto wrong = content_type_problem(request, (*route)->body)) return to_response(*wrong, request.target);
  return std::nullopt;
}

HttpResponse Router::answer(const HttpRequest& request) {
  int64_t id = 0;
  const auto route = admit(request, id);
  HttpResponse response = route ? call(**route, request, id) : to_response(route.error(), request.target);
  api_.count_answer(response.status);
  return response;
}

HttpResponse Router::answer_malformed(int status, std::string detail, const std::string& path) {
  api_.count_answer(status);
  return to_response(problem(status, std::move(detail)), path);
}

}  // namespace copybench
