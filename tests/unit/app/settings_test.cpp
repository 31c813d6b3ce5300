#include "earshot/app/settings.hpp"

#include "other_value.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <ostream>
#include <set>

namespace earshot::app {

void PrintTo(const SettingsProblem& problem, std::ostream* out) {
    *out << problem.where << ": " << problem.message;
}
void PrintTo(const NamedValue& named, std::ostream* out) {
    *out << named.name << "=" << named.value;
}
void PrintTo(const SettingInfo& info, std::ostream* out) {
    *out << info.key;
}
void PrintTo(const Endpoint& endpoint, std::ostream* out) {
    *out << to_string(endpoint);
}

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

LoadedSettings load_file(std::string text) {
    return load_settings({.file_name = "test.yaml", .file_text = std::move(text), .environment = {}, .flags = {}});
}

LoadedSettings load_flags(std::vector<NamedValue> flags) {
    return load_settings({.file_name = "", .file_text = "", .environment = {}, .flags = std::move(flags)});
}

auto problem(const std::string& where, const std::string& part) {
    return AllOf(Field(&SettingsProblem::where, where), Field(&SettingsProblem::message, HasSubstr(part)));
}

std::string text_of(const Settings& settings, const std::string& key) {
    const std::string document = settings_document(settings);
    const std::string name = key.substr(key.find('.') + 1) + ": ";
    const std::size_t group =
        key.find('.') == std::string::npos ? 0 : document.find("\n" + key.substr(0, key.find('.')) + ":");
    std::size_t begin = document.find(" " + name, group);
    if (group == 0) begin = document.find("\n" + name);
    begin += 1 + name.size();
    return document.substr(begin, document.find('\n', begin) - begin);
}

TEST(SettingsTest, the_file_of_defaults_is_the_documentation_byte_for_byte) {
    std::ifstream file(EARSHOT_SOURCE_DIR "/configs/earshot.yaml", std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});

    EXPECT_EQ(text, settings_document(Settings{}));
}

TEST(SettingsTest, without_sources_the_defaults_hold) {
    const LoadedSettings loaded = load_settings({});

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(settings_document(loaded.settings), settings_document(Settings{}));
}

TEST(SettingsTest, the_defaults_are_those_that_are_promised) {
    const Settings defaults;

    EXPECT_EQ(to_string(defaults.listen), "127.0.0.1:8080");
    EXPECT_EQ(defaults.auth.token_life, 24h);
    EXPECT_EQ(defaults.socket.start_frame_bytes, 4U << 20);
    EXPECT_EQ(defaults.socket.text_frame_bytes, 512U << 10);
    EXPECT_EQ(defaults.transport.frame_bytes, 4U << 20);
    EXPECT_EQ(defaults.socket.messages.trackers, 1'000U);
    EXPECT_EQ(defaults.socket.messages.phrases, 50'000U);
    EXPECT_EQ(defaults.conversation.patterns.max_bytes, 1'024U);
    EXPECT_EQ(defaults.conversation.patterns.max_mem, 1 << 20);
    EXPECT_EQ(defaults.conversation.patterns.count, 1'000U);
    EXPECT_EQ(defaults.transport.import_body_bytes, 16U << 20);
    EXPECT_EQ(defaults.socket.outbox_bytes, 256U << 10);
    EXPECT_EQ(defaults.socket.outbox_frames, 1'024U);
    EXPECT_EQ(defaults.socket.slow_client, 10s);
    EXPECT_EQ(defaults.conversation.publishers, 32U);
    EXPECT_EQ(defaults.transport.management_body_bytes, 1U << 20);
    EXPECT_EQ(defaults.transport.request_header_bytes, 128U << 10);
    EXPECT_EQ(defaults.conversation.pause, 2s);
    EXPECT_EQ(defaults.conversation.utterance, 60s);
    EXPECT_EQ(defaults.conversation.utterance_bytes, 16U << 10);
    EXPECT_EQ(defaults.conversation.verdict, 2s);
    EXPECT_EQ(defaults.conversation.phrase_gap_seconds, 10);
    EXPECT_FALSE(defaults.log.transcripts);
    EXPECT_EQ(defaults.auth.apps_file, "");
    EXPECT_EQ(defaults.manage.trackers, 500U);
    EXPECT_TRUE(defaults.manage.serial_writes);
    EXPECT_EQ(defaults.manage.vocabulary_punctuation, proto::Punctuation::any);
    EXPECT_EQ(defaults.store.url, "sqlite:data/earshot.db");
}

TEST(SettingsTest, a_database_is_of_a_kind_that_is_known) {
    for (const char* url : {"sqlite:a.db", "sqlite::memory:", "postgresql://user:secret@host/name"}) {
        EXPECT_EQ(load_flags({{"store.url", url}}).settings.store.url, url);
    }
    for (const char* url : {"a.db", "sqlite:", "mysql://a", "postgresql:a", "postgresql://"}) {
        EXPECT_THAT(load_flags({{"store.url", url}}).problems,
                    ElementsAre(problem("--store.url", "must be sqlite:PATH or postgresql://")));
    }
}

TEST(SettingsTest, a_document_reads_back_as_what_it_was_written_from) {
    Settings settings;
    settings.listen = {"::1", 0};
    settings.data.directory = R"(/var/"odd" path\with: # signs)";
    settings.log = {LogLevel::warn, LogFormat::json, true};
    settings.conversation.pause = 250ms;
    settings.conversation.phrase_gap_seconds = 0.5;
    settings.socket.messages.trackers = 7;

    const LoadedSettings loaded = load_file(settings_document(settings));

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(settings_document(loaded.settings), settings_document(settings));
    EXPECT_EQ(loaded.settings.listen, settings.listen);
    EXPECT_EQ(loaded.settings.data.directory, settings.data.directory);
    EXPECT_EQ(loaded.settings.conversation.pause, 250ms);
}

TEST(SettingsTest, a_flag_goes_before_the_environment_before_the_file_before_the_default) {
    SettingsSources sources;
    sources.file_text = "limits: {trackers: 10, phrases: 20, publishers: 30}";
    sources.environment = {{"EARSHOT_LIMITS_PHRASES", "21"}, {"EARSHOT_LIMITS_PUBLISHERS", "31"}};
    sources.flags = {{"limits.publishers", "32"}};

    const LoadedSettings loaded = load_settings(sources);

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.settings.socket.messages.trackers, 10U);
    EXPECT_EQ(loaded.settings.socket.messages.phrases, 21U);
    EXPECT_EQ(loaded.settings.conversation.publishers, 32U);
    EXPECT_EQ(loaded.settings.conversation.speakers, Settings{}.conversation.speakers);
}

TEST(SettingsTest, of_two_flags_of_one_key_the_later_holds) {
    EXPECT_EQ(load_flags({{"ioThreads", "3"}, {"ioThreads", "5"}}).settings.io_threads, 5U);
}

TEST(SettingsTest, everything_wrong_is_told_at_once_with_its_place) {
    SettingsSources sources;
    sources.file_name = "my.yaml";
    sources.file_text =
        "listen: nowhere\n"
        "limits:\n"
        "  trakers: 5\n"
        "  phrases: many\n"
        "loggin: {level: info}\n"
        "log:\n"
        "  format: xml\n"
        "  level: warn\n";
    sources.environment = {{"EARSHOT_AUTH_TOKEN_SECONDS", "9999999"}, {"EARSHOT_LIMITS_TRACKER", "1"}};
    sources.flags = {{"limits.publishers", "0"}, {"colour", ""}};

    const LoadedSettings loaded = load_settings(sources);

    EXPECT_THAT(loaded.problems,
                ElementsAre(problem("my.yaml:1", "listen must be HOST:PORT"),
                            problem("my.yaml:3", "limits.trakers: there is no such setting; is limits.trackers meant?"),
                            problem("my.yaml:4", "limits.phrases must be a whole number, not 'many'"),
                            problem("my.yaml:5", "loggin: there is no such setting"),
                            problem("my.yaml:7", "log.format must be one of text, json, not 'xml'"),
                            problem("EARSHOT_AUTH_TOKEN_SECONDS", "auth.tokenSeconds must be within 120 and 2073600"),
                            problem("EARSHOT_LIMITS_TRACKER", "is EARSHOT_LIMITS_TRACKERS meant?"),
                            problem("--limits.publishers", "limits.publishers must be within 1 and 10000, not '0'"),
                            problem("--colour", "there is no such setting")));
    EXPECT_EQ(loaded.settings.log.level, LogLevel::warn);
}

TEST(SettingsTest, a_bad_value_is_told_also_where_a_better_one_overrules_it) {
    SettingsSources sources;
    sources.file_name = "my.yaml";
    sources.file_text = "ioThreads: few";
    sources.flags = {{"ioThreads", "2"}};

    const LoadedSettings loaded = load_settings(sources);

    EXPECT_THAT(loaded.problems, ElementsAre(problem("my.yaml:1", "must be a whole number, not 'few'")));
}

struct FileCase {
    const char* name;
    std::string text;
    std::string where;
    std::string part;
};

void PrintTo(const FileCase& tested, std::ostream* out) {
    *out << testing::PrintToString(tested.text);
}

class BadSettingsFileTest : public testing::TestWithParam<FileCase> {};

TEST_P(BadSettingsFileTest, is_told) {
    EXPECT_THAT(load_file(GetParam().text).problems, ElementsAre(problem(GetParam().where, GetParam().part)));
}

INSTANTIATE_TEST_SUITE_P(
    Files, BadSettingsFileTest,
    testing::Values(FileCase{"not_yaml", "limits:\n  trackers: [1\n", "test.yaml:3", "end of sequence flow not found"},
                    FileCase{"a_list", "- listen\n", "test.yaml:1", "keys with values"},
                    FileCase{"a_word", "listen", "test.yaml:1", "keys with values"},
                    FileCase{"a_key_twice", "ioThreads: 1\ncomputeThreads: 1\nioThreads: 2\n", "test.yaml:3",
                             "ioThreads is already set in line 1"},
                    FileCase{"a_group_twice", "log: {level: info}\nlog: {format: json}\n", "test.yaml:2",
                             "log is already set in line 1"},
                    FileCase{"a_value_for_a_group", "limits: 5\n", "test.yaml:1", "limits is a group"},
                    FileCase{"a_list_for_a_value", "\nlisten: [a, b]\n", "test.yaml:2", "listen must be one value"},
                    FileCase{"a_map_for_a_value", "listen: {host: a}\n", "test.yaml:1", "listen must be one value"},
                    FileCase{"no_value", "log:\n  level:\n", "test.yaml:2", "log.level has no value"},
                    FileCase{"a_second_document", "ioThreads: 1\n---\nioThreads: 2\n", "test.yaml:3",
                             "second document"},
                    FileCase{"a_list_as_key", "[a, b]: 1\n", "test.yaml:1", "a key must be a word"},
                    FileCase{"no_utf8", "ioThreads: 1\n# \xC3(\n", "test.yaml:2", "is not UTF-8"},
                    FileCase{"an_anchor_in_itself", "limits: &x\n  limits: *x\n", "test.yaml:2", "limits.limits"}),
    [](const auto& tested) { return tested.param.name; });

TEST(SettingsFileTest, may_be_empty_or_hold_comments_and_empty_groups_alone) {
    for (const char* text : {"", "\n", "# nothing\n", "limits:\n  # trackers: 5\n", "---\n"}) {
        EXPECT_THAT(load_file(text).problems, IsEmpty()) << text;
    }
}

TEST(SettingsFileTest, takes_keys_with_their_group_too) {
    EXPECT_EQ(load_file("limits.trackers: 5").settings.socket.messages.trackers, 5U);
}

struct EndpointCase {
    const char* name;
    const char* text;
    std::optional<Endpoint> expected;
};

void PrintTo(const EndpointCase& tested, std::ostream* out) {
    *out << tested.text;
}

class ParseEndpointTest : public testing::TestWithParam<EndpointCase> {};

TEST_P(ParseEndpointTest, reads_host_and_port) {
    EXPECT_EQ(parse_endpoint(GetParam().text), GetParam().expected);
    if (GetParam().expected) {
        EXPECT_EQ(to_string(*GetParam().expected), GetParam().text);
    }
}

INSTANTIATE_TEST_SUITE_P(Endpoints, ParseEndpointTest,
                         testing::Values(EndpointCase{"ipv4", "127.0.0.1:8080", Endpoint{"127.0.0.1", 8080}},
                                         EndpointCase{"ipv6", "[::1]:8080", Endpoint{"::1", 8080}},
                                         EndpointCase{"name", "localhost:0", Endpoint{"localhost", 0}},
                                         EndpointCase{"greatest_port", "a:65535", Endpoint{"a", 65535}},
                                         EndpointCase{"port_beyond", "a:65536", std::nullopt},
                                         EndpointCase{"no_port", "localhost", std::nullopt},
                                         EndpointCase{"empty_port", "localhost:", std::nullopt},
                                         EndpointCase{"no_host", ":8080", std::nullopt},
                                         EndpointCase{"empty_brackets", "[]:8080", std::nullopt},
                                         EndpointCase{"ipv6_without_brackets", "::1:8080", std::nullopt},
                                         EndpointCase{"signed_port", "a:+1", std::nullopt},
                                         EndpointCase{"negative_port", "a:-1", std::nullopt},
                                         EndpointCase{"words_behind", "a:80 ", std::nullopt},
                                         EndpointCase{"a_url", "http://a:80", std::nullopt},
                                         EndpointCase{"empty", "", std::nullopt}),
                         [](const auto& tested) { return tested.param.name; });

class SettingTest : public testing::TestWithParam<SettingInfo> {};

TEST_P(SettingTest, has_a_comment_that_is_a_sentence) {
    EXPECT_GT(GetParam().comment.size(), 10U);
    EXPECT_EQ(GetParam().comment.back(), '.');
}

TEST_P(SettingTest, takes_its_default_from_every_source) {
    const auto& [key, variable, comment, type, range, value] = GetParam();
    SettingsSources sources;
    sources.file_text = key + ": \"" + value + "\"";
    sources.environment = {{variable, value}};
    sources.flags = {{key, value}};

    const LoadedSettings loaded = load_settings(sources);

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(settings_document(loaded.settings), settings_document(Settings{}));
}

class RangedSettingTest : public testing::TestWithParam<SettingInfo> {};

TEST_P(RangedSettingTest, takes_both_ends_of_its_range_and_nothing_beyond) {
    const auto& [key, variable, comment, type, range, value] = GetParam();
    for (const double end : {range->least, range->greatest}) {
        const LoadedSettings loaded = load_flags({{key, fmt::format("{}", end)}});
        EXPECT_THAT(loaded.problems, IsEmpty());
        EXPECT_EQ(text_of(loaded.settings, key), fmt::format("{}", end));
    }
    const double step = type == "a whole number" ? 1 : 0.001;
    for (const double beyond : {range->least - step, range->greatest + step}) {
        EXPECT_THAT(load_flags({{key, fmt::format("{}", beyond)}}).problems,
                    ElementsAre(problem("--" + key, "must be within")));
    }
}

TEST_P(SettingTest, refuses_what_is_no_value_of_its_type) {
    const auto& [key, variable, comment, type, range, value] = GetParam();

    for (const std::string& text : {std::string(), std::string("\x01"), std::string("\xFF")}) {
        if (text == value || (text.empty() && type == "a path, or empty")) continue;
        const LoadedSettings loaded = load_flags({{key, text}});
        EXPECT_THAT(loaded.problems, ElementsAre(problem("--" + key, key + " must be")));
        EXPECT_EQ(settings_document(loaded.settings), settings_document(Settings{}));
    }
    if (!range) return;
    for (const char* text : {"five", "1 ", " 1", "1x", "+1", "0x10", "nan", "1,5", "--1", "true"}) {
        EXPECT_THAT(load_flags({{key, text}}).problems, SizeIs(1)) << text;
    }
    for (const char* text : {"99999999999999999999999999", "-99999999999999999999"}) {
        EXPECT_THAT(load_flags({{key, text}}).problems, ElementsAre(problem("--" + key, "must be within"))) << text;
    }
}

std::vector<SettingInfo> ranged_settings() {
    std::vector<SettingInfo> infos = setting_infos();
    std::erase_if(infos, [](const SettingInfo& info) { return !info.range; });
    return infos;
}

std::string name_of(const testing::TestParamInfo<SettingInfo>& tested) {
    std::string name = tested.param.key;
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(All, SettingTest, testing::ValuesIn(setting_infos()), name_of);
INSTANTIATE_TEST_SUITE_P(All, RangedSettingTest, testing::ValuesIn(ranged_settings()), name_of);

TEST(SettingsTableTest, keys_and_variables_are_unlike_each_other) {
    std::set<std::string> names;
    for (const SettingInfo& info : setting_infos()) names.insert({info.key, info.variable});

    EXPECT_EQ(names.size(), 2 * setting_infos().size());
}

TEST(SettingsTableTest, every_field_has_a_key_of_its_own) {
    const std::string defaults = settings_document(Settings{});
    std::set<std::string> documents;
    for (const SettingInfo& info : setting_infos()) {
        const LoadedSettings loaded = load_flags({{info.key, other_value(info)}});
        EXPECT_THAT(loaded.problems, IsEmpty()) << info.key;
        documents.insert(settings_document(loaded.settings));
    }

    EXPECT_EQ(documents.size(), setting_infos().size());
    EXPECT_EQ(documents.count(defaults), 0U);
}

TEST(SettingsTableTest, variables_are_keys_in_capitals) {
    const auto infos = setting_infos();
    const auto found =
        std::find_if(infos.begin(), infos.end(), [](auto& info) { return info.key == "limits.startMessageBytes"; });

    ASSERT_NE(found, infos.end());
    EXPECT_EQ(found->variable, "EARSHOT_LIMITS_START_MESSAGE_BYTES");
}

TEST(SettingsEnvironmentTest, finds_ours_and_leaves_those_of_others) {
    const char* const variables[] = {"HOME=/root",
                                     "EARSHOT_LISTEN=a:1",
                                     "EARSHOT_LOG_LEVEL=",
                                     "EARSHOT_DATA_DIRECTORY=a=b",
                                     "EARSHOT_JOBS=2",
                                     "EARSHOT_URL=http://a",
                                     "EARSHOT_TOKEN=a.b.c",
                                     "EARSHOT_SERVICE_HOST=10.0.0.1",
                                     "EARSHOT_PORT_8080_TCP=tcp://10.0.0.1:8080",
                                     "NOT_EARSHOT_LISTEN=a:2",
                                     "EARSHOT_WITHOUT_A_SIGN",
                                     nullptr};

    EXPECT_THAT(settings_environment(variables),
                ElementsAre(NamedValue{"EARSHOT_LISTEN", "a:1"}, NamedValue{"EARSHOT_LOG_LEVEL", ""},
                            NamedValue{"EARSHOT_DATA_DIRECTORY", "a=b"}));
    EXPECT_THAT(settings_environment(nullptr), IsEmpty());
}

class SettingsFlagsTest : public testing::Test {
protected:
    SettingsFlagsTest() {
        serve_->add_option("--config", config_);
        add_settings_flags(*serve_, flags_);
    }

    void parse(std::vector<const char*> arguments) {
        arguments.insert(arguments.begin(), {"earshot", "serve"});
        app_.parse(static_cast<int>(arguments.size()), arguments.data());
    }

    CLI::App app_;
    CLI::App* serve_ = app_.add_subcommand("serve");
    std::string config_;
    std::vector<NamedValue> flags_;
};

TEST_F(SettingsFlagsTest, take_values_in_both_forms) {
    parse({"--listen", "a:1", "--config", "my.yaml", "--limits.trackers=5"});

    EXPECT_EQ(config_, "my.yaml");
    EXPECT_THAT(flags_, testing::UnorderedElementsAre(NamedValue{"listen", "a:1"}, NamedValue{"limits.trackers", "5"}));
}

TEST_F(SettingsFlagsTest, switches_need_no_value) {
    parse({"--log.transcripts", "--data.directory", "false"});

    EXPECT_THAT(flags_, testing::UnorderedElementsAre(NamedValue{"log.transcripts", "true"},
                                                      NamedValue{"data.directory", "false"}));
}

TEST_F(SettingsFlagsTest, may_be_repeated_and_keep_their_order) {
    parse({"--ioThreads", "3", "--ioThreads", "5"});

    EXPECT_THAT(flags_, ElementsAre(NamedValue{"ioThreads", "3"}, NamedValue{"ioThreads", "5"}));
}

TEST_F(SettingsFlagsTest, unknown_ones_are_handed_on_to_be_told_with_all_else) {
    parse({"--limits.trakers", "5", "--colour=red", "--ioThreads", "few"});

    EXPECT_THAT(load_flags(flags_).problems,
                testing::UnorderedElementsAre(problem("--limits.trakers", "is limits.trackers meant?"),
                                              problem("--colour", "there is no such setting"),
                                              problem("--ioThreads", "must be a whole number, not 'few'")));
}

TEST_F(SettingsFlagsTest, an_argument_that_belongs_to_no_flag_is_refused) {
    EXPECT_THROW(parse({"stray"}), CLI::ExtrasError);
    EXPECT_THROW(parse({"--ioThreads", "3", "stray"}), CLI::ExtrasError);
    EXPECT_THROW(parse({"--colour=red", "stray"}), CLI::ExtrasError);
    EXPECT_THROW(parse({"--colour", "red", "stray"}), CLI::ExtrasError);
    EXPECT_THROW(parse({"-x"}), CLI::ExtrasError);
    EXPECT_THROW(parse({"--ioThreads"}), CLI::ParseError);
}

TEST_F(SettingsFlagsTest, help_names_every_key) {
    const std::string help = serve_->help();

    for (const SettingInfo& info : setting_infos()) EXPECT_THAT(help, HasSubstr("--" + info.key));
}

TEST(ThreadCountTest, follows_the_cores_unless_set) {
    Settings settings;
    EXPECT_EQ(io_thread_count(settings, 0), 1U);
    EXPECT_EQ(io_thread_count(settings, 1), 1U);
    EXPECT_EQ(io_thread_count(settings, 8), 7U);
    EXPECT_EQ(compute_thread_count(settings, 0), 1U);
    EXPECT_EQ(compute_thread_count(settings, 1), 1U);
    EXPECT_EQ(compute_thread_count(settings, 8), 4U);

    settings.io_threads = 3;
    settings.compute_threads = 2;

    EXPECT_EQ(io_thread_count(settings, 8), 3U);
    EXPECT_EQ(compute_thread_count(settings, 8), 2U);
}

}  // namespace
}  // namespace earshot::app
