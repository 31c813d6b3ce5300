#pragma once

namespace earshot::app {

/// The program `earshot`: reads the command line, runs the command it names (`serve`, `play`, `detect`, `check`,
/// `openapi` and others) and returns its exit code: 0 done, 1 failed at work, 2 wrong usage or configuration.
int run(int count, char** arguments);

}  // namespace earshot::app
