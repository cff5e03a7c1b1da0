// Which CPUs this process may use, and who gets which.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace copybench {

// CPUs of this process's affinity mask, ascending.
std::vector<int> allowed_cpus();

// The kernel's list format: "0-3,8". Errors name the part that is wrong. format_cpu_list({0,1,2,3,8}) is "0-3,8".
Result<std::vector<int>> parse_cpu_list(std::string_view text);
std::string format_cpu_list(const std::vector<int>& cpus);

// First half to the server, second half to the client, both ascending; SMT siblings (thread_siblings_list of sysfs)
// stay on one side where the halves allow it. Of an odd number the server gets the one more. With a single CPU both get
// it.
std::pair<std::vector<int>, std::vector<int>> split_cpus(const std::vector<int>& cpus);
// The same with another source of siblings: for a CPU, all CPUs of its core with itself.
std::pair<std::vector<int>, std::vector<int>> split_cpus(const std::vector<int>& cpus,
                                                         const std::function<std::vector<int>(int)>& siblings_of);

// Binds the calling thread to one CPU, or to any of several.
Result<void> pin_this_thread(const std::vector<int>& cpus);

}  // namespace copybench
