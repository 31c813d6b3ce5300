#include "speaking_times.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace earshot::store {
namespace {

using std::chrono::milliseconds;

/// Each speaker's spans merged, all in the order of their begins.
std::vector<Spoken> sorted(std::span<const Spoken> spoken) {
    std::vector<std::vector<detect::WallSpan>> of_speaker;
    for (const Spoken& each : spoken) {
        of_speaker.resize(std::max(of_speaker.size(), each.speaker + 1));
        of_speaker[each.speaker].push_back(each.time);
    }
    std::vector<Spoken> all;
    for (std::size_t speaker = 0; speaker < of_speaker.size(); ++speaker) {
        for (const detect::WallSpan& span : merged(std::move(of_speaker[speaker]))) all.push_back({speaker, span});
    }
    std::sort(all.begin(), all.end(),
              [](const Spoken& left, const Spoken& right) { return left.time.start < right.time.start; });
    return all;
}

}  // namespace

std::vector<detect::WallSpan> merged(std::vector<detect::WallSpan> spans) {
    std::sort(spans.begin(), spans.end(), [](const auto& left, const auto& right) { return left.start < right.start; });
    std::vector<detect::WallSpan> merged;
    for (const detect::WallSpan& span : spans) {
        if (span.end <= span.start) continue;
        if (merged.empty() || merged.back().end < span.start) {
            merged.push_back(span);
        } else {
            merged.back().end = std::max(merged.back().end, span.end);
        }
    }
    return merged;
}

milliseconds covered(std::vector<detect::WallSpan> spans) {
    milliseconds sum{0};
    for (const detect::WallSpan& span : merged(std::move(spans))) sum += span.end - span.start;
    return sum;
}

std::vector<std::size_t> longest_speakers(std::span<const detect::WallSpan> messages, std::span<const Spoken> spoken) {
    const std::vector<Spoken> all = sorted(spoken);
    std::size_t speakers = 0;
    for (const Spoken& each : all) speakers = std::max(speakers, each.speaker + 1);
    std::vector<std::size_t> order(messages.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t left, std::size_t right) { return messages[left].start < messages[right].start; });

    std::vector<std::size_t> longest(messages.size(), k_nobody);
    std::vector<milliseconds> totals(speakers, milliseconds(0));
    std::vector<const Spoken*> near;  // that may lie in this message or in later ones
    auto next = all.begin();
    for (const std::size_t index : order) {
        const base::WallTime start = messages[index].start;
        const base::WallTime end = std::max(messages[index].end, start + milliseconds(1));
        for (; next != all.end() && next->time.start < end; ++next) near.push_back(&*next);
        std::erase_if(near, [start](const Spoken* each) { return each->time.end <= start; });
        for (const Spoken* each : near) {
            const milliseconds overlap = std::min(each->time.end, end) - std::max(each->time.start, start);
            totals[each->speaker] += std::max(overlap, milliseconds(0));
        }
        milliseconds most{0};
        std::size_t& best = longest[index];
        for (const Spoken* each : near) {
            const milliseconds total = std::exchange(totals[each->speaker], milliseconds(0));
            if (total < most || total == milliseconds(0) || (total == most && best < each->speaker)) continue;
            most = total;
            best = each->speaker;
        }
    }
    return longest;
}

}  // namespace earshot::store
