// Request -> access checks -> route -> answer: everything between the transport and the use cases.
// Threads: any number at once.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api/endpoints/answer_cache.h"
#include "api/endpoints/api.h"
#include "api/http/access.h"
#include "api/http/post_limit.h"
#include "api/http/server.h"
#include "core/run/activity.h"

namespace copybench {

struct Route;

class Router : public RequestHandler {
 public:
  // listen_host: a name or address that is allowed in Host beside the loopback ones.
  Router(Api& api, const Store& store, ActivityCounter& activity, std::string listen_host, AccessRules access,
         PostRates rates);

  // These apply to requests from now on. set_access() returns whether clients need another token than before, or one where
  // they needed none.
  bool set_access(AccessRules access);
  void set_post_rates(PostRates rates);

  std::string client_of(const HttpRequest& request) const override;
  void arrived() override;
  Lane lane_of(const HttpRequest& request) const override;
  bool refuses(const HttpRequest& request) const override;
  std::optional<HttpResponse> answer_head(const HttpRequest& request) override;
  HttpResponse answer(const HttpRequest& request) override;
  HttpResponse answer_malformed(int status, std::string detail, const std::string& path) override;

 private:
  std::shared_ptr<const AccessRules> access() const;
  // The client for turns in the queue: a user of this machine is one client, whatever its addresses.
  std::string asker_of(const HttpRequest& request) const;
  // Checks Host, Origin and token.
  std::optional<Problem> access_problem(const HttpRequest& request) const;
  // The same, and the rate limit.
  std::optional<Problem> refusal(const HttpRequest& request);
  // The route of the request, or why there is none.
  tl::expected<const Route*, Problem> admit(const HttpRequest& request, int64_t& id) const;
  std::optional<HttpResponse> validate_head(const HttpRequest& request);
  HttpResponse call(const Route& route, const HttpRequest& request, int64_t id);
  // Waits for the end of an open window, and uses the cache while the store does not change.
  HttpResponse call_heavy(const Route& route, const HttpRequest& request, int64_t id);
  BodyPieces waiting_for_windows(BodyPieces pieces);
  HttpResponse call_handler(const Route& route, const HttpRequest& request, int64_t id);

  Api& api_;
  const Store& store_;
  ActivityCounter& activity_;
  AnswerCache answers_;
  const std::string listen_host_;
  mutable std::mutex access_mutex_;
  std::shared_ptr<const AccessRules> access_;
  PostLimit post_limit_;
};

}  // namespace copybench
