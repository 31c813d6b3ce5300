#include "rest/management.hpp"

#include "earshot/proto/server_codec.hpp"
#include "earshot/text/percent.hpp"
#include "earshot/text/utf8.hpp"

#include "http_target.hpp"
#include "rest/store_refusal.hpp"
#include "store_failures.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace earshot::net {
namespace {

using base::Errc;
using proto::Finding;
using proto::Findings;

constexpr std::string_view k_taken = "is taken by another tracker";
constexpr std::size_t k_id_digits = 32;

proto::ManagementRules rules_of(const ServerOptions& options) {
    proto::ManagementRules rules;
    rules.limits = options.socket.messages;
    rules.patterns = options.conversation.patterns;
    rules.tracker_bytes = options.http.body_bytes;
    rules.punctuation = options.management.punctuation;
    return rules;
}

HttpAnswer unknown_tracker() {
    return {404, proto::rest_error("There is no tracker with this id.")};
}

using Failures = std::shared_ptr<StoreFailures>;

/// What an error of the store is to the client. `taken` says where the name is that another tracker has.
HttpAnswer refusal(const Failures& failures, const base::Error& error, Finding taken) {
    switch (error.code) {
        case Errc::unknown_tracker:
            return unknown_tracker();
        case Errc::name_taken:
            return findings_refusal({{std::move(taken)}}, 409);
        default:
            return store_refusal(failures, error);
    }
}

HttpAnswer refusal(const Failures& failures, const base::Error& error) {
    return refusal(failures, error, {"", "the name " + std::string(k_taken)});
}

store::Done<detect::TrackerRecord> answer_with_tracker(Failures failures, HttpDone done, std::string name_path) {
    return [failures = std::move(failures), done = std::move(done),
            name_path = std::move(name_path)](base::Result<detect::TrackerRecord> record) {
        if (record) return done({200, proto::tracker_answer(*record)});
        done(refusal(failures, record.error(), proto::make_finding(name_path, k_taken)));
    };
}

/// An id that a tracker may have; others need not be looked for.
bool is_id(std::string_view id) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return !id.empty() && id.size() <= k_id_digits && std::all_of(id.begin(), id.end(), is_digit);
}

/// What a list is asked for by its query.
struct ListQuery {
    std::optional<std::string> name;
    std::size_t offset = 0;
    std::size_t limit = std::size_t(-1);
};

bool read_count(std::string_view query, std::string_view name, std::size_t& count) {
    const auto text = query_value(query, name);
    if (!text) return true;
    const char* const end = text->data() + text->size();
    const auto [rest, error] = std::from_chars(text->data(), end, count);
    return error == std::errc{} && rest == end;
}

/// The query, or what is wrong with it.
std::optional<std::string> read_list_query(std::string_view query, ListQuery& read) {
    if (const auto raw = raw_query_value(query, "name")) {
        read.name = text::decode_form(*raw);
        const bool is_text = read.name && !text::find_invalid_utf8(*read.name);
        if (!is_text || read.name->find('\0') != std::string::npos) return "\"name\" cannot be read";
    }
    if (!read_count(query, "offset", read.offset)) return "\"offset\" must be a whole number";
    if (!read_count(query, "limit", read.limit)) return "\"limit\" must be a whole number";
    return std::nullopt;
}

std::span<const detect::TrackerRecord> part_of(std::span<const detect::TrackerRecord> records, const ListQuery& query) {
    records = records.subspan(std::min(query.offset, records.size()));
    return records.first(std::min(query.limit, records.size()));
}

}  // namespace

Management::Management(const ServerOptions& options, store::TrackerStore& store, ComputePool& pool,
                       std::shared_ptr<StoreFailures> failures)
    : options_(options.management),
      rules_(rules_of(options)),
      store_(store),
      pool_(pool),
      failures_(std::move(failures)) {}

proto::ManagementRules Management::rules_for(const HttpCall& call) const {
    proto::ManagementRules rules = rules_;
    rules.limits.trackers = call.trackers.value_or(options_.trackers);
    return rules;
}

void Management::list(const HttpCall& call, HttpDone done) {
    ListQuery query;
    if (const auto problem = read_list_query(call.query, query)) return done(findings_refusal({{{"", *problem}}}));
    std::optional<std::string> name = query.name;
    store_.list(call.account, std::move(name),
                [query = std::move(query), failures = failures_,
                 done](base::Result<std::vector<detect::TrackerRecord>> records) {
                    if (!records) return done(refusal(failures, records.error()));
                    done({200, proto::trackers_answer(part_of(*records, query))});
                });
}

void Management::show(const HttpCall& call, HttpDone done) {
    if (!is_id(call.ids.front())) return done(unknown_tracker());
    store_.get(call.account, call.ids.front(), answer_with_tracker(failures_, std::move(done), {}));
}

void Management::remove(const HttpCall& call, HttpDone done) {
    if (!is_id(call.ids.front())) return done(unknown_tracker());
    store_.remove(call.account, call.ids.front(),
                  [failures = failures_, done](base::Result<detect::TrackerRecord> record) {
                      if (!record) return done(refusal(failures, record.error()));
                      done({200, proto::deleted_answer(record->tracker.id)});
                  });
}

void Management::write(HttpCall call, HttpDone done, std::function<void(const HttpCall&, HttpDone)> read) {
    if (options_.serial_writes) {
        auto turn = turns_.begin(call.account, done);
        if (!turn) {
            HttpAnswer busy = too_many("Another request is creating or changing trackers.");
            return done(std::move(busy));
        }
        done = std::move(*turn);
    }
    auto task = [self = shared_from_this(), call = std::move(call), read = std::move(read), done] { read(call, done); };
    if (!pool_.post(std::move(task))) done(away("Too many requests wait to be read."));
}

void Management::create(HttpCall call, proto::BodyShape shape, HttpDone done) {
    write(std::move(call), std::move(done), [this, shape](const HttpCall& taken, HttpDone answer) {
        auto body = proto::read_trackers(taken.body, shape, rules_for(taken));
        if (!body) return answer(findings_refusal(body.error()));
        const bool is_list = body->is_list;
        store_.create(
            taken.account, std::move(body->trackers), taken.trackers.value_or(options_.trackers),
            [failures = failures_, answer, is_list](base::Result<std::vector<detect::TrackerRecord>> records) {
                if (!records) {
                    const std::string path = is_list ? records.error().path + "/name" : "/name";
                    return answer(refusal(failures, records.error(), proto::make_finding(path, k_taken)));
                }
                answer({200, is_list ? proto::trackers_answer(*records) : proto::tracker_answer(records->front())});
            });
    });
}

void Management::replace_all(HttpCall call, HttpDone done) {
    write(std::move(call), std::move(done), [this](const HttpCall& taken, HttpDone answer) {
        auto body = proto::read_trackers(taken.body, proto::BodyShape::document, rules_for(taken));
        if (!body) return answer(findings_refusal(body.error()));
        store_.replace_all(taken.account, std::move(body->trackers), taken.trackers.value_or(options_.trackers),
                           [failures = failures_, answer,
                            list = body->list_path](base::Result<std::vector<detect::TrackerRecord>> records) {
                               if (records) return answer({200, proto::trackers_answer(*records)});
                               const std::string path = list + records.error().path + "/name";
                               answer(refusal(failures, records.error(), proto::make_finding(path, k_taken)));
                           });
    });
}

void Management::replace(HttpCall call, HttpDone done) {
    if (!is_id(call.ids.front())) return done(unknown_tracker());
    write(std::move(call), std::move(done), [this](const HttpCall& taken, HttpDone answer) {
        auto tracker = proto::read_replacement(taken.body, taken.ids.front(), rules_);
        if (!tracker) return answer(findings_refusal(tracker.error()));
        auto edit = [tracker = std::move(*tracker)](const detect::TrackerDefinition&) {
            return base::Result<detect::TrackerDefinition>(tracker);
        };
        store_.update(taken.account, taken.ids.front(), std::move(edit),
                      answer_with_tracker(failures_, std::move(answer), "/name"));
    });
}

void Management::patch(HttpCall call, HttpDone done) {
    if (!is_id(call.ids.front())) return done(unknown_tracker());
    write(std::move(call), std::move(done), [this](const HttpCall& taken, HttpDone answer) {
        auto patch = proto::TrackerPatch::read(taken.body, rules_);
        if (!patch) return answer(findings_refusal(patch.error()));
        update(taken, std::make_shared<const proto::TrackerPatch>(std::move(*patch)), std::move(answer));
    });
}

void Management::update(const HttpCall& call, std::shared_ptr<const proto::TrackerPatch> patch, HttpDone done) {
    // An error of the store has room for one finding; all of them go past it.
    const auto findings = std::make_shared<Findings>();
    auto edit = [patch = std::move(patch), findings](const detect::TrackerDefinition& before) {
        auto after = patch->apply(before);
        if (after) return base::Result<detect::TrackerDefinition>(std::move(*after));
        *findings = after.error();
        return base::Result<detect::TrackerDefinition>(base::Error{Errc::invalid_value, "", {}, {}});
    };
    store_.update(call.account, call.ids.front(), std::move(edit),
                  [failures = failures_, done = std::move(done), findings](base::Result<detect::TrackerRecord> record) {
                      if (record) return done({200, proto::tracker_answer(*record)});
                      const bool is_edit = record.error().code == Errc::invalid_value && !findings->list.empty();
                      done(is_edit ? findings_refusal(*findings) : refusal(failures, record.error()));
                  });
}

}  // namespace earshot::net
