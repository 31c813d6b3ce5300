#include "settings_table.hpp"

#include "earshot/app/tokens.hpp"
#include "earshot/text/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <limits>
#include <utility>

namespace earshot::app::detail {
namespace {

using Range = SettingInfo::Range;
using Problem = std::optional<std::string>;

constexpr double k_kib = 1024;
constexpr double k_mib = 1024 * k_kib;
constexpr double k_hour_seconds = 3600;
constexpr auto k_shortest_token_seconds = static_cast<double>(k_shortest_token_life.count());
constexpr auto k_longest_token_seconds = static_cast<double>(k_longest_token_life.count());

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string range_problem(const Range& range) {
    return fmt::format("must be within {} and {}", range.least, range.greatest);
}

std::string whole(double number) {
    return fmt::format("{:.0f}", number);
}

/// "sessions.maxTrackers" as EARSHOT_SESSIONS_MAX_TRACKERS.
std::string variable_of(std::string_view key) {
    std::string variable = "EARSHOT_";
    for (const char c : key) {
        if (c >= 'A' && c <= 'Z') variable += '_';
        variable += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return variable;
}

Setting setting(std::string_view key, std::string type, std::string_view comment) {
    Setting made;
    made.key = key;
    made.variable = variable_of(key);
    made.comment = comment;
    made.type = std::move(type);
    return made;
}

/// In what follows, `field` takes Settings, const or not, and gives a reference to the field.

template <typename Field>
Setting count(std::string_view key, Field field, double least, double greatest, std::string_view comment) {
    Setting made = setting(key, "a whole number", comment);
    made.range = Range{least, greatest};
    made.assign = [field, least, greatest](Settings& settings, std::string_view text) -> Problem {
        // A number that fits no integer is one too many, not something else.
        const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
        const bool negative = text.size() > 1 && text[0] == '-' && parse_number<double>(text);
        if (!digits && !negative) return "must be a whole number";
        const auto number = parse_number<std::uint64_t>(text);
        if (!number || static_cast<double>(*number) < least || static_cast<double>(*number) > greatest) {
            return fmt::format("must be within {} and {}", whole(least), whole(greatest));
        }
        field(settings) = std::remove_cvref_t<decltype(field(settings))>(*number);
        return std::nullopt;
    };
    made.text = [field](const Settings& settings) {
        const auto& value = field(settings);
        if constexpr (std::integral<std::remove_cvref_t<decltype(value)>>)
            return fmt::format("{}", value);
        else
            return fmt::format("{}", value.count());
    };
    return made;
}

double seconds_of(base::Duration duration) {
    return base::to_seconds(duration);
}
double seconds_of(double seconds) {
    return seconds;
}

void set_seconds(base::Duration& field, double seconds) {
    field = std::chrono::duration_cast<base::Duration>(std::chrono::milliseconds(std::llround(seconds * 1000)));
}
void set_seconds(double& field, double seconds) {
    field = seconds;
}

template <typename Field>
Setting seconds(std::string_view key, Field field, double least, double greatest, std::string_view comment) {
    Setting made = setting(key, "a number of seconds", comment);
    made.range = Range{least, greatest};
    made.assign = [field, range = *made.range](Settings& settings, std::string_view text) -> Problem {
        const auto number = parse_number<double>(text);
        if (!number || std::isnan(*number)) return "must be a number of seconds";
        if (*number < range.least || *number > range.greatest) return range_problem(range);
        set_seconds(field(settings), *number);
        return std::nullopt;
    };
    made.text = [field](const Settings& settings) { return fmt::format("{}", seconds_of(field(settings))); };
    return made;
}

template <typename Field>
Setting on_off(std::string_view key, Field field, std::string_view comment) {
    Setting made = setting(key, "true or false", comment);
    made.is_switch = true;
    made.assign = [field](Settings& settings, std::string_view text) -> Problem {
        if (text != "true" && text != "false") return "must be true or false";
        field(settings) = text == "true";
        return std::nullopt;
    };
    made.text = [field](const Settings& settings) { return std::string(field(settings) ? "true" : "false"); };
    return made;
}

template <typename Field, typename Enum, std::size_t size>
Setting choice(std::string_view key, Field field, const std::array<std::pair<std::string_view, Enum>, size>& words,
               std::string_view comment) {
    std::string list;
    for (const auto& entry : words) list += (list.empty() ? "" : ", ") + std::string(entry.first);
    Setting made = setting(key, list, comment);
    made.assign = [field, words, list](Settings& settings, std::string_view text) -> Problem {
        const auto* found =
            std::find_if(words.begin(), words.end(), [text](auto& entry) { return entry.first == text; });
        if (found == words.end()) return "must be one of " + list;
        field(settings) = found->second;
        return std::nullopt;
    };
    made.text = [field, words](const Settings& settings) {
        const Enum value = field(settings);
        const auto* found =
            std::find_if(words.begin(), words.end(), [=](auto& entry) { return entry.second == value; });
        return std::string(found->first);
    };
    return made;
}

bool is_printable(std::string_view text) {
    const bool control = std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
    return !control && !text::find_invalid_utf8(text);
}

/// A setting whose text is its value, if `is_valid` says so.
template <typename Field, typename Check>
Setting quoted(Setting made, Field field, Check is_valid) {
    made.quoted = true;
    made.assign = [field, is_valid, problem = "must be " + made.type](Settings& settings,
                                                                      std::string_view text) -> Problem {
        if (!is_printable(text) || !is_valid(text)) return problem;
        field(settings) = text;
        return std::nullopt;
    };
    made.text = [field](const Settings& settings) { return std::string(field(settings)); };
    return made;
}

template <typename Field>
Setting path(std::string_view key, Field field, std::string_view comment) {
    return quoted(setting(key, "a path", comment), field, [](std::string_view text) { return !text.empty(); });
}

template <typename Field>
Setting path_or_none(std::string_view key, Field field, std::string_view comment) {
    return quoted(setting(key, "a path, or empty", comment), field, [](std::string_view) { return true; });
}

template <typename Field>
Setting database(std::string_view key, Field field, std::string_view comment) {
    constexpr std::array<std::string_view, 2> k_kinds{"sqlite:", "postgresql://"};
    return quoted(setting(key, "sqlite:PATH or postgresql://…", comment), field, [k_kinds](std::string_view text) {
        return std::any_of(k_kinds.begin(), k_kinds.end(), [text](std::string_view kind) {
            return text.starts_with(kind) && text.size() > kind.size();
        });
    });
}

template <typename Field>
Setting endpoint(std::string_view key, Field field, std::string_view comment) {
    Setting made = setting(key, "HOST:PORT", comment);
    made.quoted = true;
    made.assign = [field](Settings& settings, std::string_view text) -> Problem {
        auto parsed = parse_endpoint(text);
        if (!parsed) return "must be HOST:PORT, with a port from 0 to 65535";
        field(settings) = std::move(*parsed);
        return std::nullopt;
    };
    made.text = [field](const Settings& settings) { return to_string(field(settings)); };
    return made;
}

constexpr std::array k_levels{
    std::pair{std::string_view("debug"), LogLevel::debug}, std::pair{std::string_view("info"), LogLevel::info},
    std::pair{std::string_view("warn"), LogLevel::warn}, std::pair{std::string_view("error"), LogLevel::error}};
constexpr std::array k_formats{std::pair{std::string_view("text"), LogFormat::text},
                               std::pair{std::string_view("json"), LogFormat::json}};
constexpr std::array k_punctuation{std::pair{std::string_view("any"), proto::Punctuation::any},
                                   std::pair{std::string_view("strict"), proto::Punctuation::strict}};
constexpr std::array k_keepings{std::pair{std::string_view("full"), detect::Keeping::full},
                                std::pair{std::string_view("hits"), detect::Keeping::hits},
                                std::pair{std::string_view("none"), detect::Keeping::none}};
constexpr std::array k_stages{std::pair{std::string_view("all"), Settings::Semantic::Stages::all},
                              std::pair{std::string_view("static"), Settings::Semantic::Stages::static_table}};

// The field of Settings that a line below speaks of.
#define EARSHOT_FIELD(member) [](auto& settings) -> auto& { return settings.member; }

std::vector<Setting> make_table() {
    return {
        endpoint("listen", EARSHOT_FIELD(listen), "Where the server listens; port 0 takes a free one."),
        count("ioThreads", EARSHOT_FIELD(io_threads), 0, 1024,
              "Threads that serve sockets and hear; 0: one less than there are cores, at least 1."),
        count("computeThreads", EARSHOT_FIELD(compute_threads), 0, 1024,
              "Threads that compile trackers and score; 0: half as many as there are cores, at least 1."),
        seconds("shutdownGraceSeconds", EARSHOT_FIELD(shutdown_grace), 0, k_hour_seconds,
                "How long a server that was asked to stop waits for its sessions to end."),
        seconds("stopGraceSeconds", EARSHOT_FIELD(socket.stop_grace), 0, 60,
                "How long a client may take to close its socket after the last message of a stopped session."),
        seconds("compileTimeoutSeconds", EARSHOT_FIELD(conversation.compile), 0.1, 600,
                "How long a start message waits for its trackers to be compiled."),
        seconds("verdictTimeoutSeconds", EARSHOT_FIELD(conversation.verdict), 0, 600,
                "How long an ended utterance waits for what the tiers fuzzy and semantic heard in it."),

        path("data.directory", EARSHOT_FIELD(data.directory),
             "Holds what outlives the server, the signing key among it."),

        path_or_none(
            "tls.cert", EARSHOT_FIELD(tls.certificate),
            "The server's certificate with its chain, PEM; with it the port speaks https and wss alone. Read again "
            "when it changes."),
        path_or_none("tls.key", EARSHOT_FIELD(tls.key), "The certificate's key, PEM without a password."),

        choice("log.level", EARSHOT_FIELD(log.level), k_levels, "The least important lines that are written."),
        choice("log.format", EARSHOT_FIELD(log.format), k_formats, "Lines for people, or an object a line."),
        on_off("log.transcripts", EARSHOT_FIELD(log.transcripts), "Whether lines may hold what was said."),

        count("auth.tokenSeconds", EARSHOT_FIELD(auth.token_life), k_shortest_token_seconds, k_longest_token_seconds,
              "How long a token is valid; 24 days at most, since a longer life breaks timers in clients, and 2 minutes "
              "at least, since a token with a minute left is expired to them."),
        path_or_none("auth.appsFile", EARSHOT_FIELD(auth.apps_file),
                     "The apps that may fetch tokens, see docs/accounts.md; empty: no credentials, loopback only."),
        count("auth.secretChecks", EARSHOT_FIELD(auth.secret_checks), 1, 10'000,
              "Secrets of apps that may wait to be checked, about 25 ms each; further ones are told to come back."),
        count("auth.slowedAddresses", EARSHOT_FIELD(auth.slowed_addresses), 0, 1'000'000,
              "Addresses whose failed tries are remembered and slowed; 0: none, as behind a proxy."),

        count("manage.trackers", EARSHOT_FIELD(manage.trackers), 1, 1'000'000,
              "Stored trackers of an account whose app says nothing else."),
        count("manage.accountBytes", EARSHOT_FIELD(manage.account_bytes), k_kib, 1024 * k_mib,
              "Bytes that the stored trackers of an account may take together in the database."),
        on_off("manage.serialWrites", EARSHOT_FIELD(manage.serial_writes),
               "Whether an account may change its trackers only one request at a time, as clients of the contract "
               "expect."),
        choice("manage.vocabularyPunctuation", EARSHOT_FIELD(manage.vocabulary_punctuation), k_punctuation,
               "Phrases of stored trackers: with any punctuation, or strictly as the contract has them."),

        database("store.url", EARSHOT_FIELD(store.url), "The database of what is stored."),
        choice("store.conversations", EARSHOT_FIELD(conversation.keeping), k_keepings,
               "What is kept of a conversation whose start says nothing of it: all, only who was there and what was "
               "heard, or nothing."),
        count("store.spoolBytes", EARSHOT_FIELD(store.spool_bytes), 0, 1e12,
              "Room in data.directory for conversations while the database is away."),
        count("store.retentionDays", EARSHOT_FIELD(store.retention_days), 0, 36'500,
              "After how many days a conversation is deleted, with all that is kept of it; 0: never."),
        count("store.threads", EARSHOT_FIELD(store.threads), 1, 64, "Threads, and connections, to the database."),
        count("store.queue", EARSHOT_FIELD(store.queue), 1, 1'000'000,
              "Operations that may wait for the database; further ones are refused."),

        count("jobs.threads", EARSHOT_FIELD(jobs.threads), 0, 256,
              "Jobs that are worked on at once, of low priority; 0: as many as cores, and at least 2."),
        count("jobs.ofAccount", EARSHOT_FIELD(jobs.of_account), 1, 1'000'000,
              "Jobs of an account that are not done; further ones are refused."),
        count("jobs.retentionDays", EARSHOT_FIELD(jobs.retention_days), 1, 36'500,
              "For how many days it is remembered what became of a job, and which conversations were deleted."),

        on_off("webhooks.allowPrivate", EARSHOT_FIELD(webhooks.allow_private),
               "Whether webhooks may lead to loopback and private addresses."),
        path_or_none("webhooks.secretFile", EARSHOT_FIELD(webhooks.secret_file),
                     "A file with the secret that webhooks are signed with (whsec_ and base64); empty: they are not."),

        path_or_none("semantic.model", EARSHOT_FIELD(semantic.model),
                     "The folder of the model that hears other words (scripts/setup gets one); empty: that tier is "
                     "absent."),
        choice("semantic.stages", EARSHOT_FIELD(semantic.stages), k_stages,
               "Whether the model is asked about what the static table finds near, or the table's word is enough."),
        count("semantic.encoderThreads", EARSHOT_FIELD(semantic.encoder_threads), 1, 256,
              "Threads that run the model, of low priority."),
        count("semantic.encoderQueue", EARSHOT_FIELD(semantic.encoder_queue), 1, 100'000,
              "Windows of talk that may wait for the model; from half of it on fewer are sent there."),
        count("semantic.queue", EARSHOT_FIELD(semantic.queue), 1, 1'000'000,
              "Utterances that may wait to be scored; further ones are not heard in other words."),
        count("semantic.cacheBytes", EARSHOT_FIELD(semantic.cache_bytes), 0, 1024 * 1024 * k_mib,
              "Memory for what the model said of windows lately."),
        count("semantic.storedBytes", EARSHOT_FIELD(semantic.stored_bytes), 0, 1024 * 1024 * k_mib,
              "Room in the database for vectors of phrases and fitted lists; those not used for long go first."),
        on_off("semantic.encodeOpen", EARSHOT_FIELD(semantic.encode_open),
               "Whether the model is asked about interim words too, and not the static table alone."),

        count("limits.sockets", EARSHOT_FIELD(transport.sockets), 1, 1'000'000,
              "WebSockets at the same time. The system must allow 1,024 more open files than that (ulimit -Hn)."),
        seconds("limits.handshakeSeconds", EARSHOT_FIELD(transport.handshake), 0.1, 600,
                "From a connection to the whole header of its first request; of further requests from the first byte."),
        seconds("limits.transferSeconds", EARSHOT_FIELD(transport.transfer), 0.1, k_hour_seconds,
                "How long a request's body may take to come, and an answer to be taken."),
        seconds("limits.answerSeconds", EARSHOT_FIELD(transport.answer), 0.1, k_hour_seconds,
                "After this time a request that could not be answered yet is answered with 503."),
        seconds("limits.keepAliveSeconds", EARSHOT_FIELD(transport.keep_alive), 1, k_hour_seconds,
                "Silence between two requests after which a connection is closed."),
        seconds("limits.refusalDelaySeconds", EARSHOT_FIELD(transport.refusal_delay), 0, 60,
                "How long a 401 is held back, since some clients ask again at once and without end."),
        seconds("limits.idleStartSeconds", EARSHOT_FIELD(socket.idle_start), 1, 24 * k_hour_seconds,
                "How long a publisher's socket may stay without a start message, and a subscriber's without a "
                "conversation."),
        count("limits.requestHeaderBytes", EARSHOT_FIELD(transport.request_header_bytes), k_kib, 16 * k_mib,
              "The longest request line with its headers; trackers may stand in a query."),
        count("limits.managementBodyBytes", EARSHOT_FIELD(transport.management_body_bytes), k_kib, 256 * k_mib,
              "The longest body of a management request, and all texts of a stored tracker."),
        count("limits.processBodyBytes", EARSHOT_FIELD(transport.process_body_bytes), k_kib, 1024 * k_mib,
              "Largest body with the text of a call."),
        count("limits.importBodyBytes", EARSHOT_FIELD(transport.import_body_bytes), k_kib, 1024 * k_mib,
              "The longest body that is imported: all trackers of an account."),
        count("limits.connectionIdBytes", EARSHOT_FIELD(transport.connection_id_bytes), 16, 4 * k_kib,
              "The longest connection id in a WebSocket's path."),
        count("limits.frameBytes", EARSHOT_FIELD(transport.frame_bytes), 16 * k_kib, 256 * k_mib,
              "The longest WebSocket message of any kind; a longer one closes the socket with 1009."),
        count("limits.startMessageBytes", EARSHOT_FIELD(socket.start_frame_bytes), k_kib, 256 * k_mib,
              "The longest start or modify message."),
        count("limits.textFrameBytes", EARSHOT_FIELD(socket.text_frame_bytes), k_kib, 256 * k_mib,
              "The longest other text message; a longer one is skipped with an error."),
        count("limits.startQueueFrames", EARSHOT_FIELD(socket.waiting_frames), 1, 1'000'000,
              "Messages that may wait behind a start message whose trackers are being compiled."),
        count("limits.startQueueBytes", EARSHOT_FIELD(socket.waiting_bytes), k_kib, 256 * k_mib, "The same in bytes."),
        count("limits.outboxFrames", EARSHOT_FIELD(socket.outbox_frames), 16, 1'000'000,
              "Messages that may wait for a client to read them; beyond it the client is slow."),
        count("limits.outboxBytes", EARSHOT_FIELD(socket.outbox_bytes), 4 * k_kib, 1024 * k_mib, "The same in bytes."),
        seconds("limits.slowClientSeconds", EARSHOT_FIELD(socket.slow_client), 0.1, k_hour_seconds,
                "How long a client may stay slow before it is closed."),
        count("limits.chunkTextBytes", EARSHOT_FIELD(socket.messages.chunk_text_bytes), 64, 16 * k_mib,
              "The longest text of a transcript chunk."),
        count("limits.chunkWords", EARSHOT_FIELD(socket.messages.words), 16, 1'000'000,
              "Words with times in a transcript chunk."),
        count("limits.utteranceIdBytes", EARSHOT_FIELD(socket.messages.utterance_id_bytes), 16, 64 * k_kib,
              "The longest id of an utterance."),
        count("limits.nameBytes", EARSHOT_FIELD(socket.messages.name_bytes), 16, 64 * k_kib,
              "The longest name of a tracker or speaker."),
        count("limits.phraseBytes", EARSHOT_FIELD(socket.messages.phrase_bytes), 16, k_mib, "The longest phrase."),
        count("limits.trackers", EARSHOT_FIELD(socket.messages.trackers), 1, 100'000, "Trackers of a session."),
        count("limits.phrases", EARSHOT_FIELD(socket.messages.phrases), 1, 10'000'000,
              "Phrases of all trackers of a session, exclusions and patterns among them."),
        count("limits.patterns", EARSHOT_FIELD(conversation.patterns.count), 0, 1'000'000,
              "Patterns of all trackers of a session."),
        count("limits.bodyPatterns", EARSHOT_FIELD(socket.messages.body_patterns), 0, 1'000'000,
              "Patterns of all trackers of a management body, and of a stored tracker."),
        count("limits.patternCost", EARSHOT_FIELD(conversation.patterns.cost), 0, 1'000'000'000,
              "What compiling the patterns of a session, or of a management body, may cost together, as "
              "docs/protocol.md counts it; 1,000 common ones cost 260,000."),
        count("limits.patternBytes", EARSHOT_FIELD(conversation.patterns.max_bytes), 1, 64 * k_kib,
              "The longest pattern."),
        count("limits.patternMemoryBytes", EARSHOT_FIELD(conversation.patterns.max_mem), 64 * k_kib, 256 * k_mib,
              "Memory that a compiled pattern and its search may take."),
        count("limits.publishers", EARSHOT_FIELD(conversation.publishers), 1, 10'000, "Publishers of a conversation."),
        count("limits.subscribers", EARSHOT_FIELD(conversation.subscribers), 0, 1'000'000,
              "Subscribers of a conversation."),
        count("limits.waitingChanges", EARSHOT_FIELD(conversation.waiting_changes), 1, 10'000,
              "Changes of a session's trackers that may wait while others are compiled."),
        count("limits.trackerLists", EARSHOT_FIELD(conversation.tracker_lists), 1, 10'000,
              "Lists of trackers in a conversation, one for each publisher that brought some; those of publishers who "
              "are gone stay."),
        count("limits.speakers", EARSHOT_FIELD(conversation.speakers), 1, 100'000, "Speakers of a conversation."),
        count("limits.openUtterances", EARSHOT_FIELD(conversation.open_utterances), 1, 10'000,
              "Utterances of one speaker that are open at the same time."),
        count("limits.computeTasks", EARSHOT_FIELD(transport.compute_tasks), 1, 1'000'000,
              "Tasks that may wait for a compute thread; further ones are refused."),

        seconds("utterance.pauseSeconds", EARSHOT_FIELD(conversation.pause), 0.1, k_hour_seconds,
                "The silence of its speaker that ends an utterance; a session may set its own."),
        seconds("utterance.maxSeconds", EARSHOT_FIELD(conversation.utterance), 1, 24 * k_hour_seconds,
                "After this time an utterance ends where no hypothesis is open."),
        count("utterance.maxBytes", EARSHOT_FIELD(conversation.utterance_bytes), 64, 16 * k_mib,
              "At the last word boundary within this many bytes of committed text it ends in any case."),

        count("replay.maxBytes", EARSHOT_FIELD(conversation.replay_bytes), 0, 256 * k_mib,
              "The latest final responses of a conversation that are kept for clients that come back; 0: none."),
        count("replay.totalMaxBytes", EARSHOT_FIELD(transport.replay_bytes), 0, 1024 * 1024 * k_mib,
              "The same for all conversations together."),

        seconds("trackers.phraseGapSeconds", EARSHOT_FIELD(conversation.phrase_gap_seconds), 0, 24 * k_hour_seconds,
                "A longer silence between two utterances of a speaker ends a phrase; a session may set its own."),
    };
}

#undef EARSHOT_FIELD

}  // namespace

const std::vector<Setting>& settings_table() {
    static const std::vector<Setting> table = make_table();
    return table;
}

const Setting* find_setting(std::string_view key) {
    const auto& table = settings_table();
    const auto found = std::find_if(table.begin(), table.end(), [key](auto& entry) { return entry.key == key; });
    return found == table.end() ? nullptr : &*found;
}

}  // namespace earshot::app::detail
