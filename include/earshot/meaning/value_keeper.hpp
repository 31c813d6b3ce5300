#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace earshot::meaning {

/// Keeps values that cost much to make beyond a restart, each under a key that names all that decides it. It may lose
/// any of them at any time.
class ValueKeeper {
public:
    virtual ~ValueKeeper() = default;

    /// The values of `keys` in their order, empty where there is none. `done` is called once, on any thread.
    virtual void get(std::vector<std::string> keys, std::function<void(std::vector<std::string>)> done) = 0;

    /// Keeps them, by and by.
    virtual void put(std::vector<std::pair<std::string, std::string>> entries) = 0;
};

}  // namespace earshot::meaning
