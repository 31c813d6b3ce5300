#include "generator.hpp"

#include "report.hpp"
#include "support/net/memory_store.hpp"
#include "support/net/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace earshot::load {
namespace {

using ::testing::HasSubstr;

TEST(LoadOptionsTest, only_this_machine_is_loopback) {
    for (const char* host : {"127.0.0.1", "127.9.9.9", "::1", "localhost"}) EXPECT_TRUE(is_loopback(host)) << host;
    for (const char* host : {"0.0.0.0", "10.0.0.1", "example.com", "localhost.example.com", "128.0.0.1", "::", ""}) {
        EXPECT_FALSE(is_loopback(host)) << host;
    }
}

class LoadRunTest : public ::testing::Test {
protected:
    LoadRunTest()
        : folder_(std::filesystem::path(::testing::TempDir()) / ("earshot_load_run_" + std::to_string(getpid()))) {
        std::filesystem::create_directories(folder_);
        options_.call_files = {write("call.jsonl", "{\"text\":\"how much\"}\n")};
        options_.trackers_file = write("trackers.json", R"([{"name":"T","vocabulary":["how much"]}])");
        options_.url = "ws://127.0.0.1:1";  // nobody listens there
        options_.sessions = 3;
        options_.pace.chunks_per_second = 100;
        options_.pace.duration = std::chrono::milliseconds(50);
        options_.ramp_seconds = 0;
    }
    ~LoadRunTest() override { std::filesystem::remove_all(folder_); }

    std::string write(const std::string& name, const std::string& content) const {
        const std::string path = folder_ / name;
        std::ofstream(path) << content;
        return path;
    }

    std::filesystem::path folder_;
    LoadOptions options_;
};

TEST_F(LoadRunTest, other_machines_are_refused_unless_asked_for) {
    options_.url = "ws://192.0.2.1:8080";

    EXPECT_THAT(run_load(options_).error().message, HasSubstr("--allow-remote"));
}

TEST_F(LoadRunTest, unusable_files_are_refused) {
    LoadOptions no_call = options_;
    no_call.call_files = {folder_ / "absent"};
    EXPECT_THAT(run_load(no_call).error().message, HasSubstr("cannot be read"));

    LoadOptions no_trackers = options_;
    no_trackers.trackers_file = write("bad.json", "{}");
    EXPECT_THAT(run_load(no_trackers).error().message, HasSubstr("bad.json"));

    LoadOptions with_path = options_;
    with_path.url += "/v1/streaming/x";
    EXPECT_THAT(run_load(with_path).error().message, HasSubstr("path"));

    LoadOptions no_process = options_;
    no_process.server_pid = 0;
    EXPECT_THAT(run_load(no_process).error().message, HasSubstr("no process"));
}

TEST_F(LoadRunTest, without_a_server_every_session_is_refused) {
    const auto report = run_load(options_);

    ASSERT_TRUE(report);
    EXPECT_EQ(report->outcomes.refused, 3u);
    EXPECT_FALSE(report->is_clean());
    EXPECT_THAT(report_text(*report), HasSubstr("3 refused"));
    EXPECT_THAT(report_text(*report), HasSubstr("cannot connect"));
    EXPECT_THAT(report_json(*report), HasSubstr("\"refused\":3"));
    EXPECT_THAT(report_json(*report), HasSubstr("\"clean\":false"));
}

TEST_F(LoadRunTest, subscribers_are_told_all_and_changes_answered) {
    testing::TestServer server;
    options_.url = "ws://127.0.0.1:" + std::to_string(server.port().number());
    options_.pace.duration = std::chrono::milliseconds(300);
    options_.pace.interims = true;
    options_.subscribers = 2;
    options_.deaf_subscribers = 1;
    options_.tracker_changes_per_minute = 1800;

    const auto report = run_load(options_);

    ASSERT_TRUE(report);
    EXPECT_TRUE(report->is_clean()) << report_text(*report);
    EXPECT_EQ(report->audience.told_all, 6u);
    EXPECT_EQ(report->telemetry->deaf_subscriptions, 3u);
    EXPECT_EQ(report->telemetry->captions_spared, 0u);
    EXPECT_EQ(report->telemetry->delivered_to_all.count(), report->telemetry->chunks_sent);
    EXPECT_EQ(report->telemetry->changes_made, 9u);
    EXPECT_THAT(report_text(*report), HasSubstr("6 told all"));
    EXPECT_THAT(report_json(*report), HasSubstr("\"toldAll\":6"));
}

TEST_F(LoadRunTest, with_a_window_chunks_wait_for_answers_and_not_for_their_time) {
    testing::TestServer server({}, {}, testing::Transport::tls);
    options_.url = "wss://127.0.0.1:" + std::to_string(server.port().number());
    options_.insecure = true;
    options_.pace.chunks_per_second = 5000;  // which a chunk at its time would take as its pace
    options_.pace.duration = std::chrono::milliseconds(100);
    options_.window = 1;

    const auto report = run_load(options_);

    ASSERT_TRUE(report);
    EXPECT_TRUE(report->is_clean()) << report_text(*report);
    EXPECT_EQ(report->outcomes.done, 3u);
    EXPECT_GT(report->telemetry->chunks_sent, 3u) << "answers let chunks go";
    EXPECT_EQ(report->telemetry->lateness.max(), base::Duration::zero());
    EXPECT_THAT(report_text(*report), HasSubstr("1 chunks of each unanswered"));
}

TEST_F(LoadRunTest, over_tls_a_certificate_is_looked_at_unless_told_not_to) {
    testing::TestServer server({}, {}, testing::Transport::tls);
    options_.url = "wss://127.0.0.1:" + std::to_string(server.port().number());

    const auto report = run_load(options_);

    ASSERT_TRUE(report);
    EXPECT_EQ(report->outcomes.refused, 3u);
    EXPECT_THAT(report_text(*report), HasSubstr("not trusted"));
}

TEST_F(LoadRunTest, clients_that_are_a_nuisance_speak_no_tls) {
    options_.url = "wss://127.0.0.1:1";
    options_.garbage = 1;

    EXPECT_THAT(run_load(options_).error().message, HasSubstr("no TLS"));
}

/// Reads beside sessions that talk long enough for all of them.
class ManagementReadsTest : public LoadRunTest {
protected:
    ManagementReadsTest() {
        options_.management_reads = 40;
        options_.management_connections = 3;
        options_.pace.duration = std::chrono::seconds(2);
        options_.pace.chunks_per_second = 10;
    }
};

TEST_F(ManagementReadsTest, are_all_answered_over_connections_that_stay) {
    for (const auto transport : {testing::Transport::plain, testing::Transport::tls}) {
        testing::MemoryStore store;
        detect::TrackerDefinition tracker;
        tracker.name = "A";
        tracker.vocabulary = {"a"};
        store.create("default", {tracker}, 9, [](const auto&) {});
        testing::TestServer server({}, "right", transport, &store);
        const bool is_tls = transport == testing::Transport::tls;
        options_.url = (is_tls ? "wss" : "ws") + std::string("://127.0.0.1:") + std::to_string(server.port().number());
        options_.insecure = true;
        options_.access_token = "right";
        options_.management_reads_per_second = is_tls ? std::nullopt : std::optional(1000.0);

        const auto report = run_load(options_);

        ASSERT_TRUE(report);
        EXPECT_TRUE(report->is_clean()) << report_text(*report);
        EXPECT_EQ(report->management.answered, 40u) << report_text(*report);
        EXPECT_EQ(report->management.took.count(), 40u);
        EXPECT_LE(report->management.connections, 3u);
        EXPECT_THAT(report_text(*report), HasSubstr("40 of 40 reads answered"));
        EXPECT_THAT(report_json(*report), HasSubstr("\"answered\":40"));
    }
}

TEST_F(ManagementReadsTest, that_fail_are_told_and_spoil_the_run) {
    testing::MemoryStore store;
    testing::TestServer server({}, {}, testing::Transport::plain, &store);
    options_.url = "ws://127.0.0.1:" + std::to_string(server.port().number());
    options_.pace.duration = std::chrono::milliseconds(100);

    const auto report = run_load(options_);

    ASSERT_TRUE(report);
    EXPECT_EQ(report->outcomes.done, 3u);
    EXPECT_FALSE(report->is_clean());
    EXPECT_EQ(report->management.failed, 1u);
    EXPECT_THAT(report_text(*report), HasSubstr("no trackers are stored"));
}

}  // namespace
}  // namespace earshot::load
