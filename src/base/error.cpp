#include "earshot/base/error.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace earshot::base {
namespace {

constexpr std::array k_words{
    std::pair{Errc::invalid_json, "invalid_json"},
    std::pair{Errc::invalid_utf8, "invalid_utf8"},
    std::pair{Errc::invalid_value, "invalid_value"},
    std::pair{Errc::missing_member, "missing_member"},
    std::pair{Errc::wrong_type, "wrong_type"},
    std::pair{Errc::lone_surrogate, "lone_surrogate"},
    std::pair{Errc::too_large, "too_large"},
    std::pair{Errc::too_many, "too_many"},
    std::pair{Errc::unknown_type, "unknown_type"},
    std::pair{Errc::not_started, "not_started"},
    std::pair{Errc::no_recognizer, "no_recognizer"},
    std::pair{Errc::frame_too_large, "frame_too_large"},
    std::pair{Errc::phrase_without_word, "phrase_without_word"},
    std::pair{Errc::invalid_pattern, "invalid_pattern"},
    std::pair{Errc::unsupported, "unsupported"},
    std::pair{Errc::queue_full, "queue_full"},
    std::pair{Errc::slow_client, "slow_client"},
    std::pair{Errc::draining, "draining"},
    std::pair{Errc::conversation_busy, "conversation_busy"},
    std::pair{Errc::unknown_tracker, "unknown_tracker"},
    std::pair{Errc::resume_gap, "resume_gap"},
    std::pair{Errc::name_taken, "name_taken"},
    std::pair{Errc::store_away, "store_away"},
    std::pair{Errc::unauthorized, "unauthorized"},
    std::pair{Errc::io_failed, "io_failed"},
    std::pair{Errc::internal, "internal"},
    std::pair{Errc::unknown_conversation, "unknown_conversation"},
    std::pair{Errc::unknown_member, "unknown_member"},
    std::pair{Errc::unknown_job, "unknown_job"},
};

}  // namespace

std::string_view code_word(Errc code) noexcept {
    for (const auto& [known, word] : k_words) {
        if (known == code) return word;
    }
    return "internal";
}

const std::vector<Errc>& all_error_codes() {
    static const std::vector<Errc> codes = [] {
        std::vector<Errc> list;
        for (const auto& entry : k_words) list.push_back(entry.first);
        return list;
    }();
    return codes;
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::runtime_error(error.message);
}

}  // namespace earshot::base
