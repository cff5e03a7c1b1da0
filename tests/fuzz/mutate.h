// Changes JSON trees as an input's bytes direct: types swapped, extremes, members deleted, doubled and moved, deep nesting, long
// lists. The result stays close to a valid export, so that a missing check is hit.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"

namespace copybench::fuzz {

// The input's bytes, then numbers derived from them.
class Choices {
 public:
  Choices(const uint8_t* data, size_t size) : data_(data), size_(size) {
    for (size_t i = 0; i < size; ++i) state_ = (state_ ^ data[i]) * 1099511628211u;
  }
  uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return at_ < size_ ? data_[at_++] * 0x9e3779b97f4a7c15u >> 8 : state_;
  }
  size_t below(size_t limit) { return limit == 0 ? 0 : static_cast<size_t>(next() % limit); }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t at_ = 0;
  uint64_t state_ = 14695981039346656037u;
};

inline Json extreme(Choices& choices) {
  static const std::vector<Json> kValues = [] {
    std::vector<Json> values{nullptr, true, false, 0, 1, -1, 2, 255, 256, 65536, INT32_MAX, INT64_MAX, INT64_MIN, UINT64_MAX,
                             int64_t{1} << 52, int64_t{1} << 53, 253'402'300'799'999, 1e12, 1e17, 1e18, 1e308, -1e308, 1e-300,
                             -0.0, 0.5, "", " ", "x", "\xe2\x80\x8b", "two_copy", "one_copy", "zero_copy", "completed",
                             "failed", "cancelled", "interrupted", "timed_out", "running", "queued", "measured", "profile",
                             "stream", "request_response", "auto", "none", "cpu-cycles", "throughput_gbps", "host", "harmless",
                             "a;b;c 1\n", "a 9223372036854775807\n"};
    values.push_back(Json::array());
    values.push_back(Json::object());
    values.push_back({1});
    values.push_back(std::string(3000, 'a'));
    std::string deep = "engine";
    for (int i = 0; i < 20'000; ++i) deep += ";f";
    values.push_back(deep + " 3\n");
    return values;
  }();
  return kValues[choices.below(kValues.size())];
}

// Iterators of objects have no offsets.
inline Json::iterator nth(Json& json, size_t at) {
  auto found = json.begin();
  for (size_t i = 0; i < at; ++i) ++found;
  return found;
}

// Returns any value of the tree, except the root if it has members.
inline Json& some_node(Json& root, Choices& choices) {
  Json* node = &root;
  while (node->is_structured() && !node->empty()) {
    node = &*nth(*node, choices.below(node->size()));
    if (choices.below(3) == 0) break;
  }
  return *node;
}

inline void change_scalar(Json& node, Choices& choices) {
  if (node.is_number_integer()) {
    const auto value = static_cast<uint64_t>(node.get<int64_t>());
    const uint64_t changed[] = {value + 1, value - 1, value * 2, ~value, value / 2};
    node = static_cast<int64_t>(changed[choices.below(5)]);
  } else if (node.is_number_float()) {
    const double factors[] = {2, 0.5, -1, 1.0000001, 1.001, 1e6};
    node = node.get<double>() * factors[choices.below(6)];
  } else if (node.is_string()) {
    auto& text = node.get_ref<std::string&>();
    const size_t at = choices.below(text.size() + 1);
    switch (choices.below(4)) {
      case 0: text.insert(at, 1, static_cast<char>(choices.below(128))); break;
      case 1: text.resize(at); break;
      case 2: text.insert(at, text.substr(0, 1000)); break;
      case 3: text.insert(at, ";"); break;
    }
    // Only values that JSON can express.
    std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  } else {
    node = extreme(choices);
  }
}

// A deep value exceeds the nesting limit of an export's line; most are not deep.
inline void nest(Json& node, Choices& choices) {
  const size_t levels = choices.below(8) == 0 ? 300 : 1 + choices.below(60);
  for (size_t i = 0; i < levels; ++i) {
    Json outer = i % 2 == 0 ? Json::array() : Json::object();
    if (outer.is_array()) {
      outer.push_back(std::move(node));
    } else {
      outer["x"] = std::move(node);
    }
    node = std::move(outer);
  }
}

// Undo log of changes: undoing a change costs less than copying the whole file.
class Undo {
 public:
  // Call before the value is changed. Moves it away and puts a copy in its place: addresses of its members that were recorded
  // before are valid again when everything is undone, last change first.
  void keep(Json& value) {
    Json original = std::move(value);
    value = original;
    kept_.emplace_back(&value, std::move(original));
  }
  void all() {
    for (; !kept_.empty(); kept_.pop_back()) *kept_.back().first = std::move(kept_.back().second);
  }

 private:
  std::vector<std::pair<Json*, Json>> kept_;
};

inline void mutate(Json& root, Json& other, Choices& choices, Undo& undo) {
  Json& node = some_node(root, choices);
  undo.keep(node);
  switch (choices.below(10)) {
    case 0:
    case 1: node = extreme(choices); break;
    case 2:
    case 3:
    case 4: change_scalar(node, choices); break;
    case 5:
      if (node.is_structured() && !node.empty()) {
        node.erase(nth(node, choices.below(node.size())));
      } else {
        node = nullptr;
      }
      break;
    case 6:
      if (node.is_array() && !node.empty()) {
        const Json element = node[choices.below(node.size())];
        const size_t times = choices.below(1000) == 0 ? 45'000 : 1 + choices.below(choices.below(16) == 0 ? 1000 : 10);
        if (!element.is_structured() || times < 1000) node.insert(node.end(), times, element);
      } else if (node.is_object()) {
        node["x"] = extreme(choices);
      }
      break;
    case 7: {
      Json& from = some_node(other, choices);
      if (&other == &root) {
        node = Json(from);
      } else {
        undo.keep(from);
        std::swap(node, from);
      }
      break;
    }
    case 8: nest(node, choices); break;
    case 9:  // the same member of another line
      if (root.is_object() && other.is_object() && !root.empty()) {
        const auto member = nth(root, choices.below(root.size()));
        const auto same = other.find(member.key());
        if (same == other.end() || &other == &root) break;
        undo.keep(member.value());
        member.value() = *same;
      }
      break;
  }
}

}  // namespace copybench::fuzz
