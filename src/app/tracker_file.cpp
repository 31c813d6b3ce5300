#include "earshot/app/tracker_file.hpp"

#include "earshot/proto/client_codec.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace earshot::app {

base::Result<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string content;
    std::array<char, 16 * 1024> part;
    // Not by iterators: they throw where the system cannot read what it could open, such as a directory.
    do {
        file.read(part.data(), part.size());
        content.append(part.data(), static_cast<std::size_t>(file.gcount()));
    } while (file);
    if (!file.is_open() || file.bad()) {
        return base::Error{base::Errc::io_failed, std::string("cannot be read: ") + std::strerror(errno), {}, {}};
    }
    return content;
}

base::Result<std::vector<detect::TrackerDefinition>> load_trackers(const std::string& path) {
    const auto content = read_file(path);
    return content ? parse_tracker_file(*content) : content.error();
}

base::Result<std::vector<detect::TrackerDefinition>> parse_tracker_file(const std::string& content) {
    // A file may hold what no session may: the limits are those of the format alone.
    proto::MessageLimits limits;
    limits.trackers = limits.phrases = 10'000'000;
    return proto::parse_trackers(content, limits);
}

std::string describe(const base::Error& error) {
    std::string text = error.path.empty() ? std::string() : error.path + ": ";
    text += error.message;
    if (!error.details.empty()) text += " (" + error.details + ")";
    return text;
}

std::string describe(const base::Error& error, const std::string& file) {
    return file + ": " + describe(error);
}

}  // namespace earshot::app
