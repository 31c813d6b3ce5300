#include "earshot/app/failed_tries.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <utility>

namespace earshot::app {
namespace {

/// No IPv6 address of a host begins so, as that is multicast.
constexpr std::uint64_t k_version_4 = 0xFFFF'0000'0000'0000;

std::uint64_t number_of(const unsigned char* bytes, std::size_t size) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < size; ++i) number = number << 8 | bytes[i];
    return number;
}

/// All that is no address counts as one.
std::uint64_t network_of(std::string_view client) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    client = client.substr(0, client.find('%'));
    if (client.size() >= text.size()) return k_version_4;
    std::memcpy(text.data(), client.data(), client.size());
    std::array<unsigned char, 16> bytes{};
    if (inet_pton(AF_INET, text.data(), bytes.data()) == 1) return k_version_4 | number_of(bytes.data(), 4);
    if (inet_pton(AF_INET6, text.data(), bytes.data()) != 1) return k_version_4;
    constexpr std::array<unsigned char, 12> k_mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (std::equal(k_mapped.begin(), k_mapped.end(), bytes.begin())) return k_version_4 | number_of(&bytes[12], 4);
    return number_of(bytes.data(), 8);
}

}  // namespace

FailedTries::FailedTries(std::size_t addresses) : limit_(addresses) {}

void FailedTries::add(std::string_view client, base::MonotonicTime now) {
    if (limit_ == 0) return;
    const std::uint64_t network = network_of(client);
    const std::lock_guard lock(mutex_);
    if (const auto place = places_.find(network); place != places_.end()) {
        Entry& entry = *place->second;
        if (now - entry.last >= k_memory) entry.failures = 0;
        entry.failures += entry.failures < UINT32_MAX;
        entry.last = now;
        entries_.splice(entries_.begin(), entries_, place->second);
        return;
    }
    if (entries_.size() < limit_) {
        entries_.push_front({network, 1, now});
        places_.emplace(network, entries_.begin());
        return;
    }
    // The nodes of whoever goes are used again.
    auto node = places_.extract(entries_.back().network);
    entries_.back() = {network, 1, now};
    entries_.splice(entries_.begin(), entries_, std::prev(entries_.end()));
    node.key() = network;
    node.mapped() = entries_.begin();
    places_.insert(std::move(node));
}

void FailedTries::forgive(std::string_view client) {
    if (limit_ == 0) return;
    const std::lock_guard lock(mutex_);
    const auto place = entries_.empty() ? places_.end() : places_.find(network_of(client));
    if (place == places_.end()) return;
    entries_.erase(place->second);
    places_.erase(place);
}

base::Duration FailedTries::wait(std::string_view client, base::MonotonicTime now) const {
    const std::lock_guard lock(mutex_);
    const auto place = entries_.empty() ? places_.end() : places_.find(network_of(client));
    if (place == places_.end()) return {};
    const Entry& entry = *place->second;
    if (entry.failures <= k_free) return {};
    const std::uint32_t doublings = std::min(entry.failures - k_free - 1, std::uint32_t{16});
    const base::Duration whole = std::min(k_longest_wait, k_first_wait * (1 << doublings));
    return std::max(base::Duration(0), entry.last + whole - now);
}

}  // namespace earshot::app
