#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace earshot::app {

/// `earshot check FILE…`: reads each file as a server would (a name ending in .yaml or .yml: settings, with the apps
/// file that they name, or a list of apps; .jsonl: a call; else: trackers, which are compiled too) and tells what is
/// wrong in it, all of it where the format allows. What was found to be right goes to `out`, problems to `err`. Returns
/// 0, or 2 if some file is not usable.
int check(const std::vector<std::string>& files, std::ostream& out, std::ostream& err);

}  // namespace earshot::app
