#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace earshot::bench {

/// What a call center might look for with patterns: `count` different expressions, up to 760. Numbers of orders and
/// contracts, amounts of money, wishes and complaints with alternatives, agents' promises, names of competitors; one in
/// fifty has no word in it (telephone numbers, dates), so nothing but the whole expression can tell where it matches.
std::vector<std::string> make_expressions(std::size_t count);

}  // namespace earshot::bench
