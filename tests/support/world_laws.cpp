#include "earshot/text/utf8.hpp"

#include "tracker_json.hpp"
#include "world_run.hpp"

#include <algorithm>
#include <utility>

namespace earshot::support::world {

// ---- Laws -----------------------------------------------------------------------------------------------------------

void WorldRun::check_resumption(std::size_t index, std::optional<std::uint64_t> first_kept) {
    const Client& client = clients_[index];
    if (first_kept && !client.resumes) return fail("a gap without a resumption");
    if (first_kept && !trial_.replay_bytes) return fail("a gap, though all is kept");
    if (!trial_.has_observer || !client.resumes || index == observer()) return;
    std::vector<std::uint64_t> should;
    bool is_missed = false;
    for (const auto& [sequence, frame] : clients_[observer()].view.finals()) {
        if (sequence <= client.resume_from) continue;
        if (first_kept && sequence < *first_kept) {
            is_missed = true;
        } else {
            should.push_back(sequence);
        }
    }
    std::vector<std::uint64_t> is;
    for (const auto& [sequence, frame] : client.view.last_finals()) is.push_back(sequence);
    if (is != should) fail("client " + std::to_string(index) + " was not told all that it asked for again");
    if (first_kept && !is_missed) fail("a gap where nothing is missed");
}

void WorldRun::check_same_finals(const std::vector<bool>& was_live) {
    const std::vector<FinalResponse>* all = nullptr;
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        const WorldClient& view = clients_[i].view;
        if (!was_live[i] || !view.is_live() || is_told_completion_.contains(i)) continue;
        if (all && *all != view.last_finals()) return fail("client " + std::to_string(i) + " is told other finals");
        all = &view.last_finals();
    }
    for (std::size_t i = 0; all && i < clients_.size(); ++i) {
        const Client& client = clients_[i];
        const auto& its = client.view.last_finals();
        const bool comes = !was_live[i] && client.view.is_live() && !client.resumes;
        const bool goes = was_live[i] && !client.view.is_live() && client.socket;
        if (!comes && !goes) continue;
        const bool has_too_many = its.size() > all->size();
        if (has_too_many || (comes ? !std::equal(its.rbegin(), its.rend(), all->rbegin())
                                   : !std::equal(its.begin(), its.end(), all->begin()))) {
            return fail("client " + std::to_string(i) + " is told other finals as it comes or goes");
        }
    }
}

void WorldRun::check_open() {
    const WorldClient* first = nullptr;
    for (const Client& client : clients_) {
        if (!client.view.is_live() || !client.view.wishes().revisions) continue;
        if (client.state == State::stopping) continue;
        if (first && first->open() != client.view.open()) return fail("two clients hold different open hits");
        first = &client.view;
    }
    if (!first || !problem_.empty()) return;
    std::vector<HeardHit> is;
    for (const auto& [id, hit] : first->open()) is.push_back(hit);
    summary.interim_hits += is.size();
    std::vector<HeardHit> should = open_by_oracle();
    for (HeardHit& hit : should) hit.said.clear();
    compare("open hits: ", std::move(is), std::move(should));
}

std::vector<HeardHit> WorldRun::open_by_oracle() {
    std::vector<HeardHit> hits;
    for (ModelSpeaker& speaker : model_.speakers()) {
        OracleSpeaker said = speaker.said;
        for (const ModelUtterance& open : speaker.open) {
            said.utterances.push_back(open.words.known());
            for (const OracleHit& hit : oracle_hits(lives_.lists(), std::span(&said, 1))) {
                if (hit.end.utterance + 1 == said.utterances.size() && !lives_.is_over(hit.list))
                    hits.push_back(heard(hit, said));
            }
            said.utterances.pop_back();
        }
    }
    return hits;
}

std::vector<HeardHit> WorldRun::confirmed_by_oracle() {
    std::vector<HeardHit> hits;
    for (std::size_t s = 0; s < model_.speakers().size(); ++s) {
        const OracleSpeaker& said = model_.speakers()[s].said;
        for (const OracleHit& hit : oracle_hits(lives_.lists(), std::span(&said, 1))) {
            if (lives_.reports(hit.list, s, hit.end.utterance)) hits.push_back(heard(hit, said));
        }
    }
    return hits;
}

HeardHit WorldRun::heard(const OracleHit& hit, const OracleSpeaker& speaker) {
    const TrackerDefinition& tracker = lives_.lists()[hit.list].trackers.front();
    const auto& values = hit.tier == detect::Tier::pattern ? tracker.patterns : tracker.vocabulary;
    std::string text;
    std::string spans;
    for (std::size_t u = hit.begin.utterance; u <= hit.end.utterance; ++u) {
        const std::string& whole = speaker.utterances[u].text;
        const std::size_t from = u == hit.begin.utterance ? hit.begin.byte : 0;
        const std::size_t to = u == hit.end.utterance ? hit.end.byte : whole.size();
        text += whole.substr(from, to - from) + " ";
        spans += spans_in(whole, from, to);
    }
    return {speaker.user_id,          tracker.id, values[hit.phrase], std::string(detect::tier_name(hit.tier)), spans,
            without_white_space(text)};
}

std::string WorldRun::spans_in(const std::string& text, std::size_t from, std::size_t to) {
    std::string spans;
    for (const text::Sentence& sentence : tools_.sentences().split(text, language())) {
        const std::size_t begin = std::max(from, std::size_t{sentence.byte_begin});
        const std::size_t end = std::min(to, std::size_t{sentence.byte_end});
        if (begin >= end) continue;
        const std::string_view before = std::string_view(text).substr(sentence.byte_begin, begin - sentence.byte_begin);
        const std::string_view said = std::string_view(text).substr(begin, end - begin);
        const std::size_t first = text::utf16_length(before);
        spans += std::to_string(first) + "-" + std::to_string(first + text::utf16_length(said)) + " ";
    }
    return spans;
}

void WorldRun::compare(const std::string& what, std::vector<HeardHit> is, std::vector<HeardHit> should) {
    std::sort(is.begin(), is.end());
    std::sort(should.begin(), should.end());
    if (is == should) return;
    std::vector<HeardHit> only;
    std::set_difference(should.begin(), should.end(), is.begin(), is.end(), std::back_inserter(only));
    if (!only.empty()) return fail(what + "missing: " + to_string(only.front()));
    std::set_difference(is.begin(), is.end(), should.begin(), should.end(), std::back_inserter(only));
    fail(what + "not to be heard: " + to_string(only.front()));
}

// ---- The end --------------------------------------------------------------------------------------------------------

void WorldRun::finish() {
    if (trial_.compiles_to_the_end) {
        go_on();
        settle();
    }
    const bool is_audited = has_begun_ && others_take_part(trial_.publishers);
    if (is_audited && !trial_.replay_bytes) {
        subscribe(auditor(), {false, Resume::from_the_beginning});
        settle();
    }
    for (std::size_t i = 0; i < trial_.publishers; ++i) {
        if (clients_[i].state == State::starting) lose(i);
        stop(i);
        settle();
    }
    advance(now_ + 3);
    advance(now_ + k_patience);
    if (!problem_.empty()) return;
    check_ends();
    if (!is_audited) return;
    const auto& finals = clients_[trial_.replay_bytes ? observer() : auditor()].view.finals();
    check_finals(finals);
    std::vector<HeardHit> is = confirmed_in(finals);
    summary.hits += is.size();
    compare("", std::move(is), confirmed_by_oracle());
}

void WorldRun::check_ends() {
    if (world_.conversations() > 0) return fail("the conversation is not over");
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        const Client& client = clients_[i];
        if (!client.socket) continue;
        const auto close = world_.take_close(*client.socket);
        if (client.state == State::waiting) {  // for half an hour
            if (has_begun_ && close) fail("a subscriber waits, though a conversation began");
            continue;
        }
        if (!is_told_completion_.contains(i)) fail("client " + std::to_string(i) + " is not told of the end");
        if (!close || close->code != 1000 || close->now) fail("client " + std::to_string(i) + " is not closed");
    }
}

void WorldRun::check_finals(const std::map<std::uint64_t, std::string>& all) {
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        const Client& client = clients_[i];
        const auto& its = client.view.finals();
        if (its.empty()) continue;
        const bool to_the_end = is_told_completion_.contains(i) && !is_publisher(i);
        const auto first = all.find(its.begin()->first);
        const auto last = to_the_end ? all.end() : all.upper_bound(its.rbegin()->first);
        if (first == all.end()) return fail("a final response of nobody");
        const bool has_all = std::equal(its.begin(), its.end(), first, last);
        const bool must_have_all = client.always_resumed && !trial_.replay_bytes;
        if (must_have_all && !has_all) return fail("client " + std::to_string(i) + " lacks final responses");
        for (const auto& [sequence, frame] : its) {
            const auto place = all.find(sequence);
            if (place == all.end() || place->second != frame) return fail("a final response in other words");
        }
    }
}

void WorldRun::fail(const std::string& problem) {
    if (problem_.empty()) problem_ = problem;
}

}  // namespace earshot::support::world
