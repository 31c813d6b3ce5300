#include "process_meter.hpp"

#include <charconv>
#include <fstream>
#include <iterator>
#include <unistd.h>
#include <vector>

namespace earshot::load {
namespace {

std::string read_all(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    std::uint64_t number = 0;
    if (begin == std::string_view::npos) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data() + begin, text.data() + text.size(), number);
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

std::optional<std::uint64_t> kilobytes_of(std::string_view status, std::string_view key) {
    const std::size_t at = status.find(key);
    if (at == std::string_view::npos) return std::nullopt;
    return number_of(status.substr(at + key.size()));
}

}  // namespace

std::optional<ProcessState> parse_process_state(std::string_view stat, std::string_view status, long ticks_per_second) {
    // The name in parentheses may hold anything, so fields are counted from behind its end: state is field 3.
    std::size_t at = stat.rfind(") ");
    if (at == std::string_view::npos || ticks_per_second <= 0) return std::nullopt;
    std::vector<std::string_view> fields;
    for (at += 2; at < stat.size() && fields.size() < 14;) {
        const std::size_t end = std::min(stat.find(' ', at), stat.size());
        fields.push_back(stat.substr(at, end - at));
        at = end + 1;
    }
    constexpr std::size_t k_user_time = 14 - 3;
    if (fields.size() < k_user_time + 2) return std::nullopt;
    const auto user = number_of(fields[k_user_time]);
    const auto system = number_of(fields[k_user_time + 1]);
    const auto rss = kilobytes_of(status, "VmRSS:");
    const auto peak = kilobytes_of(status, "VmHWM:");
    if (!user || !system || !rss || !peak) return std::nullopt;
    return ProcessState{static_cast<double>(*user + *system) / static_cast<double>(ticks_per_second), *rss * 1024,
                        *peak * 1024};
}

std::optional<ProcessState> read_process_state(int pid) {
    const std::string folder = "/proc/" + std::to_string(pid);
    return parse_process_state(read_all(folder + "/stat"), read_all(folder + "/status"), sysconf(_SC_CLK_TCK));
}

}  // namespace earshot::load
