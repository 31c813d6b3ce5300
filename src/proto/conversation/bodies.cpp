#include "earshot/proto/conversation_codec.hpp"

#include "body_members.hpp"
#include "management/body_reader.hpp"

#include <utility>

namespace earshot::proto {
namespace {

constexpr std::size_t k_name_bytes = MessageLimits{}.name_bytes;

/// Parses `body` and calls `read(BodyValue)`; gives what is wrong.
template <typename Read>
FindingList read_body(std::string_view body, Read&& read) {
    FindingList findings;
    simdjson::dom::parser parser;
    const Place root;
    if (const auto whole = parse_body(body, parser, findings)) read(BodyValue(*whole, root, findings));
    return findings;
}

}  // namespace

Checked<ConversationBody> read_conversation_body(std::string_view body, std::size_t metadata_bytes) {
    ConversationBody read;
    FindingList findings = read_body(body, [&](const BodyValue& whole) {
        whole.for_each_member([&](std::string_view key, const BodyValue& member) {
            if (key == "name") read.name = member.text(k_name_bytes);
            if (key == "metadata") read.metadata = read_metadata(member, metadata_bytes);
        });
    });
    if (!findings.empty()) return findings.take();
    return read;
}

Checked<detect::MemberRecord> read_member_body(std::string_view body, std::string_view id) {
    detect::MemberRecord read;
    FindingList findings = read_body(body, [&](const BodyValue& whole) {
        Person person = read_person(whole, k_name_bytes);
        if (!person.id.empty() && person.id != id) {
            const Place place{&whole.place(), "id", 0};
            whole.at(place).note("is another one than that of the path");
        }
        read = {std::string(id), std::move(person.speaker.name), std::move(person.speaker.user_id),
                std::move(person.speaker.role)};
    });
    if (!findings.empty()) return findings.take();
    return read;
}

}  // namespace earshot::proto
