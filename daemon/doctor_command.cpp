#include <iostream>
#include <memory>

#include "daemon/commands.h"
#include "daemon/doctor.h"

namespace copybench {

void add_doctor_command(CLI::App& app, CommandResult done) {
  auto json = std::make_shared<bool>(false);
  auto* command = app.add_subcommand("doctor", "What this machine can measure, what stands in the way, and what mends it");
  command->add_flag("--json", *json, "One JSON object instead of text");
  command->callback([json, done] { done(run_doctor(*json, std::cout)); });
}

}  // namespace copybench
