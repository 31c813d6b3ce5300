#include "earshot/detect/conversation_record.hpp"

#include <array>

namespace earshot::detect {
namespace {

constexpr std::array k_all_keepings{Keeping::full, Keeping::hits, Keeping::none};
constexpr std::array k_all_sources{ConversationSource::stream, ConversationSource::text, ConversationSource::audio,
                                   ConversationSource::video};

std::size_t bytes_of(const std::string& text) noexcept {
    return text.size();
}

std::size_t bytes_of(const MemberRecord& member) noexcept {
    return sizeof member + bytes_of(member.id) + bytes_of(member.name) + bytes_of(member.user_id) +
           bytes_of(member.role);
}

std::size_t bytes_of(const MessageRecord& message) noexcept {
    std::size_t bytes = sizeof message + bytes_of(message.id) + bytes_of(message.member) + bytes_of(message.text);
    for (const TimedWord& word : message.words) bytes += sizeof word + bytes_of(word.word);
    return bytes;
}

std::size_t bytes_of(const HitRecord& hit) noexcept {
    std::size_t bytes = sizeof hit + bytes_of(hit.id) + bytes_of(hit.tracker) + bytes_of(hit.tracker_name) +
                        bytes_of(hit.value) + bytes_of(hit.member);
    for (const HitPartRecord& part : hit.parts) bytes += sizeof part + bytes_of(part.message);
    return bytes;
}

template <typename Records>
std::size_t bytes_of_all(const Records& records) noexcept {
    std::size_t bytes = 0;
    for (const auto& record : records) bytes += bytes_of(record);
    return bytes;
}

}  // namespace

std::string_view keeping_name(Keeping keeping) noexcept {
    switch (keeping) {
        case Keeping::full:
            return "full";
        case Keeping::hits:
            return "hits";
        case Keeping::none:
            return "none";
    }
    return "";
}

std::optional<Keeping> find_keeping(std::string_view name) noexcept {
    for (const Keeping keeping : k_all_keepings) {
        if (keeping_name(keeping) == name) return keeping;
    }
    return std::nullopt;
}

std::string_view source_name(ConversationSource source) noexcept {
    switch (source) {
        case ConversationSource::stream:
            return "stream";
        case ConversationSource::text:
            return "text";
        case ConversationSource::audio:
            return "audio";
        case ConversationSource::video:
            return "video";
    }
    return "";
}

std::optional<ConversationSource> find_source(std::string_view name) noexcept {
    for (const ConversationSource source : k_all_sources) {
        if (source_name(source) == name) return source;
    }
    return std::nullopt;
}

std::size_t ConversationChange::bytes() const noexcept {
    return sizeof(*this) + bytes_of(account) + bytes_of(conversation) +
           (begin ? bytes_of(begin->name) + bytes_of(begin->metadata) : 0) + bytes_of_all(members) +
           bytes_of_all(messages) + bytes_of_all(hits);
}

}  // namespace earshot::detect
