// The CPUs that this process may use, and their division between server and client.
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

// Gives the first half to the server and the second half to the client, both ascending. SMT siblings (thread_siblings_list of
// sysfs) stay on one side if the halves allow it. With an odd number the server gets one more. A single CPU goes to both.
std::pair<std::vector<int>, std::vector<int>> split_cpus(const std::vector<int>& cpus);
// The same with another source of siblings. siblings_of returns all CPUs of a CPU's core, including itself.
std::pair<std::vector<int>, std::vector<int>> split_cpus(const std::vector<int>& cpus,
                                                         const std::function<std::vector<int>(int)>& siblings_of);

// Binds the calling thread to one CPU, or to any of several.
Result<void> pin_this_thread(const std::vector<int>& cpus);

}  // namespace copybench
