#include "api/endpoints/event_stream.h"

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "api/fixture.h"

using namespace copybench;
using namespace std::chrono_literals;

namespace {

using Events = std::vector<std::pair<std::string, Json>>;

// Returns name and data of each event, and checks the ids.
Events events_of(const std::string& text) {
  Events events;
  std::string name, id;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    REQUIRE(end != std::string::npos);
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("event: ")) name = line.substr(7);
    if (line.starts_with("id: ")) id = line.substr(4);
    if (line.starts_with("data: ")) {
      events.emplace_back(name, Json::parse(line.substr(6)));
      CHECK((name == "run" || name == "end") == !id.empty());
      id.clear();
    }
  }
  return events;
}

std::vector<std::string> names_of(const Events& events) {
  std::vector<std::string> names;
  for (const auto& [name, data] : events) names.push_back(name);
  return names;
}

using Names = std::vector<std::string>;

class Follower {
 public:
  Follower(Served& served, ExperimentId id, std::string_view headers = "")
      : Follower(served, fmt::format("/experiments/{}/events", id), headers) {}
  Follower(Served& served, std::string_view path, std::string_view headers = "") : socket_(served.client->connect()) {
    HttpClient::send(socket_.get(), fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", path, headers));
  }
  // Reads until the expected text has arrived.
  void await(std::string_view awaited) {
    while (text_.find(awaited, seen_) == std::string::npos) {
      char buffer[4096];
      const ssize_t n = ::recv(socket_.get(), buffer, sizeof buffer, 0);
      REQUIRE_MESSAGE(n > 0, text_);
      text_.append(buffer, static_cast<size_t>(n));
    }
    seen_ = text_.find(awaited, seen_) + awaited.size();
  }
  Answer rest() {
    text_ += HttpClient::receive_all(socket_.get());
    return parse_answer(text_);
  }
  void await_end() { HttpClient::receive_all(socket_.get()); }
  void end_response() { socket_.reset(); }

 private:
  UniqueFd socket_;
  std::string text_;
  size_t seen_ = 0;
};

}  // namespace

TEST_CASE("a stream sends progress, each run once, and the end") {
  Served served;
  const ExperimentId id = served.queue(3);
  served.complete_next();
  Follower follower(served, id);
  follower.await("\"runs_done\":1");
  served.complete_next();
  follower.await("\"runs_done\":2");
  served.complete_next();
  const Answer answer = follower.rest();
  CHECK(answer.status == 200);
  CHECK(answer.whole);
  CHECK(answer.header("content-type") == "text/event-stream");
  CHECK(answer.header("cache-control") == "no-store");
  const Events events = events_of(answer.body);
  CHECK(names_of(events) == Names{"progress", "run", "progress", "run", "progress", "run", "progress", "end"});
  std::vector<int> repetitions;
  for (const auto& [name, data] : events) {
    if (name == "run") repetitions.push_back(data["repetition"]);
  }
  CHECK(repetitions == std::vector<int>{1, 2, 3});
  CHECK(events.back().second["state"] == "completed");
  CHECK(events.back().second["progress"]["runs_done"] == 3);
  CHECK(events[0].second["experiment_id"] == id);
}

TEST_CASE("a stream resumes after the last event that was seen") {
  Served served;
  const ExperimentId id = served.queue(3);
  for (int i = 0; i < 3; ++i) served.complete_next();
  const Answer all = served.get(fmt::format("/experiments/{}/events", id));
  CHECK(names_of(events_of(all.body)) == Names{"progress", "run", "run", "run", "progress", "end"});
  const size_t at = all.body.find("id: ");
  const std::string first = all.body.substr(at + 4, all.body.find('\n', at) - at - 4);
  const Answer rest = served.get(fmt::format("/experiments/{}/events", id), "Last-Event-ID: " + first + "\r\n");
  CHECK(names_of(events_of(rest.body)) == Names{"progress", "run", "run", "progress", "end"});
  const std::string path = fmt::format("/experiments/{}/events", id);
  problem(served.get(path, "Last-Event-ID: x\r\n"), 400);
  const std::string header = "Last-Event-ID: " + first + "\r\n";
  CHECK(names_of(events_of(served.get(path, header + header).body)) == Names{"progress", "run", "run", "progress", "end"});
  const Json two = problem(served.get(path, header + "Last-Event-ID: end\r\n"), 400);
  CHECK(two["errors"][0]["pointer"] == "Last-Event-ID:");
}

TEST_CASE("a browser that reconnects after the end gets 204") {
  Served served;
  const ExperimentId id = served.queue(1);
  const std::string path = fmt::format("/experiments/{}/events", id);
  served.complete_next();
  const Answer all = served.get(path);
  const size_t last = all.body.rfind("\nid: ");
  CHECK(all.body.substr(last + 1).starts_with("id: end\nevent: end\n"));
  const Answer again = served.get(path, "Last-Event-ID: end\r\n");
  CHECK(again.status == 204);
  CHECK(again.body.empty());
  // A client that was disconnected before the end event gets it on reconnect.
  CHECK(names_of(events_of(served.get(path, "Last-Event-ID: 1\r\n").body)).back() == "end");
  // An experiment that was cancelled before any run has an end event too.
  const ExperimentId cancelled = served.queue(1);
  must(served.store->cancel(cancelled));
  const Answer short_one = served.get(fmt::format("/experiments/{}/events", cancelled));
  CHECK(short_one.body.find("id: end\n") != std::string::npos);
  // The stream waits for an end that has not happened yet.
  const ExperimentId waiting = served.queue(1);
  Follower follower(served, waiting, "Last-Event-ID: end\r\n");
  follower.await("event: progress");
}

TEST_CASE("runs beyond one page are all sent") {
  Served served;
  ExperimentRequest request;
  request.engines = {EngineMode::two_copy};
  request.field_sizes = {64, 65, 66};
  request.threads = {1};
  request.repetitions = 100;
  must(served.store->enqueue(must_plan(request), std::nullopt, nullptr));
  must(served.store->cancel(1));
  const auto names = names_of(events_of(served.get("/experiments/1/events").body));
  CHECK(std::count(names.begin(), names.end(), "run") == 300);
  CHECK(names.back() == "end");
}

TEST_CASE("a stream of an experiment that is deleted ends") {
  Served served;
  const ExperimentId id = served.queue(1);
  Follower follower(served, id);
  follower.await("event: progress");
  CHECK(served.request("DELETE", fmt::format("/experiments/{}", id)).status == 204);
  CHECK(events_of(follower.rest().body).back().first == "deleted");
}

TEST_CASE("cancelling through the API alone ends the stream") {
  Served served;
  const ExperimentId id = served.queue(2);
  Follower follower(served, id);
  follower.await("event: progress");
  CHECK(served.request("POST", fmt::format("/experiments/{}/cancel", id)).status == 200);
  const Events events = events_of(follower.rest().body);
  CHECK(events.back().first == "end");
  CHECK(events.back().second["state"] == "cancelled");
}

TEST_CASE("an idle stream sends heartbeats") {
  ApiOptions options;
  options.heartbeat = 20ms;
  Served served(options);
  Follower follower(served, served.queue(1));
  follower.await(": still here\n\n");
  follower.await(": still here\n\n");
}

TEST_CASE("the number of streams is limited, the rest of the API works, and a freed slot is reused") {
  ApiOptions options;
  options.event_streams = 2;
  options.workers = 2;
  Served served(options);
  const ExperimentId id = served.queue(1);
  std::vector<Follower> followers;
  for (int i = 0; i < 2; ++i) {
    followers.emplace_back(served, id);
    followers.back().await("event: progress");
  }
  const Answer refused = served.get(fmt::format("/experiments/{}/events", id));
  problem(refused, 429);
  CHECK(refused.header("retry-after") == "5");
  CHECK(served.get("/healthz").status == 200);
  // No heartbeat is due for long: the slot is released because another client needs it.
  followers[0].end_response();
  Follower next(served, id);
  next.await("event: progress");
}

TEST_CASE("a client with all streams loses one to another client, though none disconnects") {
  ApiOptions options;
  options.event_streams = 3;
  options.access.trusted_proxies.push_back(*ProxyAddress::parse("127.0.0.1"));
  Served served(options);
  const ExperimentId id = served.queue(1);
  const std::string of_a = "X-Forwarded-For: 192.0.2.1\r\n", of_b = "X-Forwarded-For: 192.0.2.2\r\n";
  std::vector<Follower> followers;
  for (int i = 0; i < 3; ++i) {
    followers.emplace_back(served, id, of_a);
    followers.back().await("event: progress");
  }
  Follower other(served, id, of_b);
  other.await("event: progress");
  followers[0].await_end();
  // Two streams and one: that is fair.
  Follower another(served, id, of_b);
  another.await("HTTP/1.1 429");
}

TEST_CASE("a notification without a change to the experiment repeats nothing") {
  Served served;
  const ExperimentId id = served.queue(1);
  served.queue(1);
  Follower follower(served, id);
  follower.await("event: progress");
  served.changed.raise();
  served.complete_next();
  // The notification may be seen before, between or after the run's claim and its end; but no event is sent twice.
  const Events events = events_of(follower.rest().body);
  Json told;
  for (const auto& [name, data] : events) {
    if (name == "progress") {
      CHECK(data != told);
      told = data;
    }
  }
  CHECK(events.back().first == "end");
}

TEST_CASE("the stream of all sends each experiment as it comes, progresses, ends and is deleted") {
  Served served;
  Follower follower(served, "/events");
  follower.await("retry: ");
  served.queue(1, "elsewhere");
  served.changed.raise();
  follower.await("event: experiment");
  follower.await("\"name\":\"elsewhere\"");
  served.complete_next();
  follower.await("\"state\":\"completed\"");
  CHECK(served.request("DELETE", "/experiments/1").status == 204);
  follower.await("event: deleted");
  served.changed.close();
  const Answer answer = follower.rest();
  CHECK(answer.header("content-type") == "text/event-stream");
  CHECK(events_of(answer.body).back().first == "shutdown");
}

TEST_CASE("queueing wakes no stream, and is sent when the next one wakes") {
  ApiOptions options;
  options.heartbeat = 50ms;
  Served served(options);
  Follower follower(served, "/events");
  follower.await(": still here\n\n");
  std::atomic<bool> woken = false;
  std::thread waiting([&] {
    const uint64_t seen = served.changed.current();
    woken = served.changed.wait(seen, 5min) != seen && !served.changed.closed();
  });
  const std::string request = R"({"engines":["two_copy"],"field_sizes":[64],"threads":[1]})";
  CHECK(served.post("/experiments", request).status == 202);
  follower.await("event: experiment");
  served.changed.close();
  waiting.join();
  CHECK_FALSE(woken);
}
