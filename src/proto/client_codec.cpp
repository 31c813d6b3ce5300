#include "earshot/proto/client_codec.hpp"

#include "member_readers.hpp"
#include "recognisers/recogniser.hpp"
#include "start_reader.hpp"
#include "tracker_reader.hpp"

#include <algorithm>
#include <cstring>

namespace earshot::proto {
namespace {

using base::Errc;
using base::Error;
using base::Result;

void read_timed_word(JsonValue value, detect::TimedWord& word, const MessageLimits& limits) {
    word.word.clear();
    word.start = word.end = word.confidence = detect::k_unknown_time;
    value.for_each_member([&](std::string_view key, JsonValue member) {
        if (member.is_null()) return;
        if (key == "word") member.read(word.word, limits.chunk_text_bytes);
        if (key == "startTime") word.start = read_seconds(member);
        if (key == "endTime") word.end = read_seconds(member);
        if (key == "confidence") word.confidence = read_seconds(member);
    });
}

/// Reads a transcript chunk from its members. It stays in this file: where the compiler does not see that nobody else
/// uses it, reading a chunk takes half as long again.
class ChunkReader {
public:
    ChunkReader(TranscriptChunk& chunk, const MessageLimits& limits) : chunk_(chunk), limits_(limits) {
        chunk.text.clear();
        chunk.is_final = chunk.end_of_utterance = true;
        chunk.utterance_id.clear();
        chunk.speaker.reset();
        chunk.seq.reset();
        chunk.start_time.reset();
        chunk.end_time.reset();
        words_ = 0;
    }

    void read(std::string_view key, JsonValue member) {
        if (key == "text") {
            member.read(chunk_.text, limits_.chunk_text_bytes);
            has_text_ = true;
            return;
        }
        if (member.is_null()) return;
        if (key == "isFinal") chunk_.is_final = member.read_bool();
        if (key == "endOfUtterance") chunk_.end_of_utterance = member.read_bool();
        if (key == "utteranceId") member.read(chunk_.utterance_id, limits_.utterance_id_bytes);
        if (key == "seq") chunk_.seq = member.read_integer();
        if (key == "startTime") chunk_.start_time = read_seconds(member);
        if (key == "endTime") chunk_.end_time = read_seconds(member);
        if (key == "words") read_words(member);
        if (key == "speaker") {
            Speaker speaker;
            if (has_speaker(member, speaker, limits_)) chunk_.speaker = std::move(speaker);
        }
    }

    void finish(const Place& root) {
        chunk_.words.resize(words_);
        if (!has_text_) {
            const Place text{&root, "text", 0};
            fail(Errc::missing_member, text, "is required");
        }
    }

private:
    void read_words(JsonValue value) {
        words_ = 0;
        value.for_each_element([&](JsonValue element) {
            if (words_ == limits_.words) {
                fail(Errc::too_many, value.place(), "holds over " + std::to_string(limits_.words) + " words");
            }
            if (words_ == chunk_.words.size()) chunk_.words.emplace_back();
            read_timed_word(element, chunk_.words[words_++], limits_);
        });
    }

    TranscriptChunk& chunk_;
    const MessageLimits& limits_;
    std::size_t words_ = 0;
    bool has_text_ = false;
};

std::optional<ClientMessageKind> find_kind(std::string_view type) noexcept {
    if (type == "transcript") return ClientMessageKind::transcript;
    if (type == "start_request") return ClientMessageKind::start;
    if (type == "stop_request" || type == "stop_recognition") return ClientMessageKind::stop;
    if (type == "modify_request") return ClientMessageKind::modify;
    return std::nullopt;
}

std::string_view strip(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

class ClientCodec::Impl {
public:
    explicit Impl(const MessageLimits& limits) : limits_(limits) {}

    Result<ClientMessageKind> parse(std::string_view message, std::size_t readable, RecogniserSource* source) {
        request_id_.clear();
        kind_.reset();
        const std::string_view bare = strip(message);
        if (bare == "__PING__") return *(kind_ = ClientMessageKind::ping);
        auto parsed = parse_json(message, readable, std::nullopt, source);
        // Python clients send the text form of a dict: {'type': 'stop_request'}.
        if (!parsed && parsed.error().code == Errc::invalid_json && bare.starts_with("{'")) {
            std::string quoted(message);
            std::replace(quoted.begin(), quoted.end(), '\'', '"');
            if (auto again = parse_json(quoted, quoted.size(), std::nullopt, nullptr)) return again;
        }
        return parsed;
    }

    /// `assumed` is the kind of a message without a type.
    Result<ClientMessageKind> parse_json(std::string_view message, std::size_t readable,
                                         std::optional<ClientMessageKind> assumed, RecogniserSource* source) {
        if (readable < message.size() + simdjson::SIMDJSON_PADDING) {
            padded_.reserve(message.size() + simdjson::SIMDJSON_PADDING);
            padded_.assign(message);
            message = padded_;
            readable = padded_.capacity();
        }
        const Place root;
        try {
            simdjson::ondemand::document document;
            if (const auto error = parser_.iterate(message.data(), message.size(), readable).get(document))
                fail(error, root);
            return read(document, root, assumed, source);
        } catch (ReadFailure& failure) {
            return std::move(failure.error);
        }
    }

    std::span<const TranscriptChunk> chunks() const noexcept {
        return recogniser_ ? std::span(event_chunks_) : std::span(&chunk_, 1);
    }

    TranscriptChunk chunk_;
    StartRequest start_;
    ModifyRequest modify_;
    std::string request_id_;
    std::optional<ClientMessageKind> kind_;

private:
    // The type may stand anywhere, and On-Demand reads a document in its order: so it is looked for first, and the
    // document is then read from its begin. A type at the front, where every client has it, costs one short look.
    ClientMessageKind read(simdjson::ondemand::document& document, const Place& root,
                           std::optional<ClientMessageKind> assumed, RecogniserSource* source) {
        simdjson::ondemand::value whole;
        if (const auto error = document.get_value().get(whole)) {
            if (error == simdjson::SCALAR_DOCUMENT_AS_VALUE && is_scalar(document)) {
                fail(Errc::wrong_type, root, "must be an object");
            }
            fail(Errc::invalid_json, root, "is not valid JSON");
        }
        const ClientMessageKind kind = *(kind_ = look_for_kind(document, root, assumed, source));
        document.rewind();
        if (const auto error = document.get_value().get(whole)) fail(error, root);
        JsonValue value(whole, root);
        switch (kind) {
            case ClientMessageKind::transcript: {
                if (recogniser_) {
                    speech_.clear();
                    recogniser_->read(shape_, value, limits_, speech_);
                    break;
                }
                ChunkReader reader(chunk_, limits_);
                value.for_each_member([&](std::string_view key, JsonValue member) { reader.read(key, member); });
                reader.finish(root);
                break;
            }
            case ClientMessageKind::start: {
                StartReader reader(start_, limits_);
                read_members(value, [&](std::string_view key, JsonValue member) { reader.read(key, member); });
                start_.request_id = request_id_;
                break;
            }
            case ClientMessageKind::modify: {
                modify_ = {};
                read_members(
                    value, [&](std::string_view key, JsonValue member) { read_modify(key, member, modify_, limits_); });
                modify_.request_id = request_id_;
                break;
            }
            case ClientMessageKind::stop:
                read_members(value, [](std::string_view, JsonValue) {});
                break;
            case ClientMessageKind::ping:
                break;
        }
        expect_end(document, root);
        if (recogniser_) {  // only now is it certain that the event is taken
            event_chunks_.clear();
            source->take(speech_, event_chunks_);
        }
        return kind;
    }

    // A string, number or the like on its own is JSON, though no message; any other words are none.
    static bool is_scalar(simdjson::ondemand::document& document) {
        document.rewind();
        bool flag = false;
        double number = 0;
        std::string_view text;
        switch (document.type().value_unsafe()) {
            case simdjson::ondemand::json_type::string:
                return document.get_string().get(text) == simdjson::SUCCESS;
            case simdjson::ondemand::json_type::number:
                return document.get_double().get(number) == simdjson::SUCCESS;
            case simdjson::ondemand::json_type::boolean:
                return document.get_bool().get(flag) == simdjson::SUCCESS;
            case simdjson::ondemand::json_type::null:
                return document.is_null().get(flag) == simdjson::SUCCESS && flag;
            default:
                return false;
        }
    }

    template <typename Read>
    void read_members(JsonValue& value, Read&& read) {
        value.for_each_member([&](std::string_view key, JsonValue member) {
            if (key == "requestId" && member.is_string()) {
                member.read(request_id_, limits_.name_bytes);
            } else {
                read(key, member);
            }
        });
    }

    ClientMessageKind look_for_kind(simdjson::ondemand::document& document, const Place& root,
                                    std::optional<ClientMessageKind> assumed, RecogniserSource* source) {
        recogniser_ = nullptr;
        const Place place{&root, "type", 0};
        simdjson::ondemand::value type;
        const auto error = document.find_field_unordered("type").get(type);
        if (error == simdjson::NO_SUCH_FIELD) {
            if (assumed) return *assumed;
            if (source && (recogniser_ = find_recogniser(document, root, {}, source->format(), shape_))) {
                return ClientMessageKind::transcript;
            }
            fail(Errc::missing_member, place, "is required");
        }
        if (error == simdjson::INCORRECT_TYPE) fail(Errc::wrong_type, root, "must be an object");
        if (error) fail(error, root);
        std::string name;
        JsonValue(type, place).read(name, 256);
        if (const auto kind = find_kind(name)) return *kind;
        if (source && (recogniser_ = find_recogniser(document, root, std::move(name), source->format(), shape_))) {
            return ClientMessageKind::transcript;
        }
        fail(Errc::unknown_type, place, "is not known");
    }

    MessageLimits limits_;
    simdjson::ondemand::parser parser_;
    std::string padded_;
    const Recogniser* recogniser_ = nullptr;  // whose event the last message is; null: a message of ours
    EventShape shape_;
    std::vector<RecognisedSpeech> speech_;
    std::vector<TranscriptChunk> event_chunks_;
};

ClientCodec::ClientCodec(const MessageLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
ClientCodec::~ClientCodec() = default;
ClientCodec::ClientCodec(ClientCodec&&) noexcept = default;
ClientCodec& ClientCodec::operator=(ClientCodec&&) noexcept = default;

std::size_t ClientCodec::padding() noexcept {
    return simdjson::SIMDJSON_PADDING;
}

Result<ClientMessageKind> ClientCodec::parse(std::string_view message, std::size_t readable, RecogniserSource* source) {
    return impl_->parse(message, readable, source);
}

std::span<const TranscriptChunk> ClientCodec::chunks() const noexcept {
    return impl_->chunks();
}

TranscriptChunk& ClientCodec::chunk() noexcept {
    return impl_->chunk_;
}
StartRequest& ClientCodec::start() noexcept {
    return impl_->start_;
}
ModifyRequest& ClientCodec::modify() noexcept {
    return impl_->modify_;
}
const std::string& ClientCodec::request_id() const noexcept {
    return impl_->request_id_;
}
std::optional<ClientMessageKind> ClientCodec::kind() const noexcept {
    return impl_->kind_;
}

Result<TranscriptChunk> parse_chunk(std::string_view json, const MessageLimits& limits) {
    ClientCodec codec(limits);
    auto parsed = codec.impl_->parse_json(json, json.size(), ClientMessageKind::transcript, nullptr);
    if (parsed && *parsed == ClientMessageKind::transcript) return std::move(codec.chunk());
    if (parsed) return Error{Errc::unknown_type, "\"type\" is no transcript chunk", "/type", {}};
    return parsed.error();
}

}  // namespace earshot::proto
