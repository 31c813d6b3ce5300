#include "support/net/wire_model.hpp"

#include "earshot/detect/tier.hpp"
#include "earshot/text/utf8.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace earshot::testing {
namespace {

namespace json = boost::json;
using support::OracleHit;
using support::OraclePlace;

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what);
}

std::string key_of(const proto::Speaker& who) {
    return who.user_id.empty() ? "name " + who.name : "id " + who.user_id;
}

std::string key_of(const json::value& who) {
    return key_of(
        proto::Speaker{std::string(who.at("userId").as_string()), std::string(who.at("name").as_string()), ""});
}

std::size_t byte_at(std::string_view text, std::int64_t utf16) {
    std::int64_t units = 0;
    std::size_t byte = 0;
    while (byte < text.size() && units < utf16) {
        const auto lead = static_cast<unsigned char>(text[byte]);
        byte += lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        units += lead < 0xF0 ? 1 : 2;
    }
    return byte;
}

bool is_blank(std::string_view text) {
    return text::trim(text).empty();
}

}  // namespace

// ---- What was said -------------------------------------------------------------------------------------------------

void WireModel::bring(std::vector<detect::TrackerDefinition> trackers, const detect::ListSettings& settings) {
    if (!trackers.empty()) lists_.push_back({std::move(trackers), settings});
}

void WireModel::remove(const std::string& tracker) {
    std::vector<std::size_t>& said = removed_[tracker];
    for (const Speaker& speaker : speakers_) said.push_back(speaker.said.utterances.size());
}

void WireModel::speak(std::size_t publisher, const proto::Speaker& who, const proto::TranscriptChunk& chunk) {
    Speaker& speaker = speaker_of(who);
    auto at = std::find_if(speaker.open.begin(), speaker.open.end(),
                           [&](const Open& one) { return one.id == chunk.utterance_id; });
    if (at == speaker.open.end()) {
        at = speaker.open.insert(speaker.open.end(), {chunk.utterance_id, publisher, {}});
        at->words.lists = lists_.size();
    }
    at->publisher = publisher;
    if (!chunk.is_final) {
        at->words.hypothesize(chunk.text, *chunk.start_time, *chunk.end_time);
        return;
    }
    at->words.commit(chunk.text, *chunk.start_time, *chunk.end_time);
    if (chunk.end_of_utterance) end(speaker, static_cast<std::size_t>(at - speaker.open.begin()));
}

void WireModel::stop(std::size_t publisher) {
    for (Speaker& speaker : speakers_) {
        for (std::size_t i = 0; i < speaker.open.size();) {
            if (speaker.open[i].publisher != publisher) {
                ++i;
                continue;
            }
            speaker.open[i].words.commit_hypothesis();
            end(speaker, i);
        }
    }
}

WireModel::Speaker& WireModel::speaker_of(const proto::Speaker& who) {
    const std::string key = key_of(who);
    for (Speaker& speaker : speakers_) {
        if (speaker.key == key) return speaker;
    }
    speakers_.push_back({key, {who.user_id, who.role, {}}, {}});
    return speakers_.back();
}

void WireModel::end(Speaker& speaker, std::size_t index) {
    const support::OracleUtterance words = speaker.open[index].words.final_words();
    speaker.open.erase(speaker.open.begin() + static_cast<std::ptrdiff_t>(index));
    if (!words.text.empty()) speaker.said.utterances.push_back(words);
}

std::vector<OracleHit> WireModel::due() const {
    std::vector<support::OracleSpeaker> speakers;
    for (const Speaker& speaker : speakers_) speakers.push_back(speaker.said);
    std::vector<OracleHit> hits = support::oracle_hits(lists_, speakers);
    std::erase_if(hits, [&](const OracleHit& hit) {
        const auto removal = removed_.find(lists_[hit.list].trackers[hit.tracker].id);
        if (removal == removed_.end()) return false;
        const std::vector<std::size_t>& said = removal->second;
        return hit.end.utterance >= (hit.speaker < said.size() ? said[hit.speaker] : 0);
    });
    return hits;
}

// ---- What was told -------------------------------------------------------------------------------------------------

/// Finds the places of messages and hits in what was said.
class WireModel::Reading {
public:
    explicit Reading(const WireModel& model) : model_(model), ended_(model.speakers_.size()) {}

    void take(const std::string& frame) {
        const json::value parsed = json::parse(frame);
        if (parsed.at("type") == "message_response") {
            take_messages(parsed.at("messages").as_array());
        } else {
            take_hits(parsed.at("trackers").as_array());
        }
    }

    std::vector<OracleHit> hits() const {
        for (std::size_t s = 0; s < ended_.size(); ++s) {
            if (ended_[s] != model_.speakers_[s].said.utterances.size()) {
                fail("of " + std::to_string(model_.speakers_[s].said.utterances.size()) + " utterances of " +
                     model_.speakers_[s].key + " " + std::to_string(ended_[s]) + " got their messages");
            }
        }
        std::vector<OracleHit> hits;
        for (const auto& [id, hit] : hits_) hits.push_back(hit);
        return hits;
    }

private:
    struct Message {
        std::size_t speaker;
        std::size_t utterance;
        std::size_t byte;
        std::string text;
    };

    /// One utterance: the next of its speaker, cut at white space and nowhere else.
    void take_messages(const json::array& messages) {
        const std::string key = key_of(messages.at(0).at("from"));
        const auto is_it = [&](const Speaker& one) { return one.key == key; };
        const auto found = std::find_if(model_.speakers_.begin(), model_.speakers_.end(), is_it);
        if (found == model_.speakers_.end()) fail("a message of " + key + ", who did not speak");
        const auto speaker = static_cast<std::size_t>(found - model_.speakers_.begin());
        const std::size_t utterance = ended_[speaker]++;
        if (utterance >= found->said.utterances.size()) fail("too many messages of " + key);
        const std::string& text = found->said.utterances[utterance].text;
        std::size_t from = 0;
        for (const json::value& message : messages) {
            const std::string content(message.at("payload").at("content").as_string());
            const std::size_t at = text.find(content, from);
            if (at == std::string::npos || !is_blank(std::string_view(text).substr(from, at - from))) {
                fail("\"" + content + "\" was told where \"" + text.substr(from) + "\" was said");
            }
            const std::string id(message.at("id").as_string());
            if (!messages_.emplace(id, Message{speaker, utterance, at, content}).second) fail("an id is used twice");
            from = at + content.size();
        }
        if (!is_blank(std::string_view(text).substr(from))) fail("nobody was told of \"" + text.substr(from) + "\"");
    }

    void take_hits(const json::array& trackers) {
        std::set<std::string> here;
        for (const json::value& tracker : trackers) {
            for (const json::value& match : tracker.at("matches").as_array()) {
                for (const json::value& ref : match.at("messageRefs").as_array()) {
                    const std::string id(ref.at("hitId").as_string());
                    const auto message = messages_.find(std::string(ref.at("id").as_string()));
                    if (message == messages_.end()) fail("a final hit in a message that was not told");
                    if (here.insert(id).second) begin_hit(id, tracker.at("id"), match.at("value"), ref);
                    extend(hits_.at(id), message->second, ref.at("span"));
                }
            }
        }
    }

    void begin_hit(const std::string& id, const json::value& tracker, const json::value& value,
                   const json::value& ref) {
        if (hits_.contains(id)) fail("confirmed twice: " + id);
        OracleHit hit;
        hit.begin.utterance = k_unknown;
        const auto tier = detect::find_tier(std::string(ref.at("tier").as_string()));
        if (!tier) fail("an unknown tier");
        hit.tier = *tier;
        for (hit.list = 0; hit.list < model_.lists_.size(); ++hit.list) {
            const auto& list = model_.lists_[hit.list].trackers;
            for (hit.tracker = 0; hit.tracker < list.size(); ++hit.tracker) {
                if (list[hit.tracker].id != std::string_view(tracker.as_string())) continue;
                const auto& values =
                    *tier == detect::Tier::pattern ? list[hit.tracker].patterns : list[hit.tracker].vocabulary;
                const auto at = std::find(values.begin(), values.end(), std::string_view(value.as_string()));
                if (at == values.end()) fail("a phrase is not as it was given");
                hit.phrase = static_cast<std::size_t>(at - values.begin());
                hits_.emplace(id, hit);
                return;
            }
        }
        fail("a hit of a tracker that nobody brought");
    }

    static void extend(OracleHit& hit, const Message& message, const json::value& span) {
        const auto place = [&](const char* edge) {
            return OraclePlace{message.utterance, message.byte + byte_at(message.text, span.at(edge).as_int64())};
        };
        hit.speaker = message.speaker;
        if (hit.begin.utterance == k_unknown) hit.begin = place("start");
        hit.end = place("end");
    }

    static constexpr std::size_t k_unknown = static_cast<std::size_t>(-1);

    const WireModel& model_;
    std::vector<std::size_t> ended_;  // utterances whose messages were told, by speaker
    std::map<std::string, Message> messages_;
    std::map<std::string, OracleHit> hits_;
};

std::size_t WireModel::check(const std::map<std::uint64_t, std::string>& finals) const {
    Reading reading(*this);
    for (const auto& [sequence, frame] : finals) reading.take(frame);
    std::vector<OracleHit> told = reading.hits();
    std::vector<OracleHit> should = due();
    for (auto* hits : {&told, &should}) {
        for (OracleHit& hit : *hits) {
            // A part ends with its message: white space at the edges of a pattern's match may lie in none.
            if (hit.tier != detect::Tier::pattern) continue;
            const std::string_view text = speakers_[hit.speaker].said.utterances[hit.begin.utterance].text;
            const std::string_view said = text::trim(text.substr(hit.begin.byte, hit.end.byte - hit.begin.byte));
            hit.begin.byte = static_cast<std::size_t>(said.data() - text.data());
            hit.end.byte = hit.begin.byte + said.size();
        }
        std::sort(hits->begin(), hits->end());
    }
    if (told == should) return told.size();
    std::vector<OracleHit> only;
    std::set_difference(should.begin(), should.end(), told.begin(), told.end(), std::back_inserter(only));
    std::ostringstream text;
    for (const OracleHit& hit : only) text << "missing: " << hit << '\n';
    only.clear();
    std::set_difference(told.begin(), told.end(), should.begin(), should.end(), std::back_inserter(only));
    for (const OracleHit& hit : only) text << "not to be heard: " << hit << '\n';
    fail(text.str());
}

}  // namespace earshot::testing
