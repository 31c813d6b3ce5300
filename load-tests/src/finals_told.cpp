#include "finals_told.hpp"

#include "earshot/base/hash.hpp"

#include <charconv>

namespace earshot::load {
namespace {

constexpr std::string_view k_messages = R"({"type":"message_response",)";
constexpr std::string_view k_hits = R"({"type":"tracker_response",)";
constexpr std::string_view k_final_hits = R"({"type":"tracker_response","isFinal":true,)";
constexpr std::string_view k_sequence = R"("sequenceNumber":)";

std::uint64_t sequence_of(std::string_view frame) noexcept {
    const std::size_t at = frame.rfind(k_sequence);
    std::uint64_t sequence = 0;
    if (at != std::string_view::npos) {
        std::from_chars(frame.data() + at + k_sequence.size(), frame.data() + frame.size(), sequence);
    }
    return sequence;
}

}  // namespace

void FinalsTold::take(std::string_view frame) noexcept {
    const bool is_messages = frame.starts_with(k_messages);
    if (!is_messages && !frame.starts_with(k_hits)) return;
    const std::uint64_t sequence = sequence_of(frame);
    if (sequence <= last_sequence_) ++out_of_order_;
    last_sequence_ = sequence;
    if (!is_messages && !frame.starts_with(k_final_hits)) return;
    ++count_;
    digest_ = base::mix(digest_, base::hash_bytes(frame));
}

}  // namespace earshot::load
