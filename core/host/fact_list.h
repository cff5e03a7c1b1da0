// Builds a list of circumstances, and declares the functions that fill it. A fact that cannot be read is null, with the reason.
// Threads: one at a time.
#pragma once

#include <string>
#include <utility>

#include "core/base/result.h"
#include "core/model/circumstances.h"

namespace copybench {

class FactList {
 public:
  void add(std::string name, CircumstanceClass kind, Result<Json> value, std::string unit = "");
  void add_text(std::string name, CircumstanceClass kind, const Result<std::string>& value);
  // Adds the contents of a small file: a number, several numbers, or text.
  void add_file(std::string name, CircumstanceClass kind, const std::string& path, std::string unit = "");

  Circumstances take() { return std::move(facts_); }

 private:
  Circumstances facts_;
};

void add_cpu_facts(FactList& facts);       // model to caches, mitigations, frequency, NUMA
void add_network_facts(FactList& facts, const std::string& device);  // sysctls, the device and its offloads
void add_binary_facts(FactList& facts);    // this program, its compiler and its C library

}  // namespace copybench
