#include "earshot/app/application.hpp"

#include "other_value.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

namespace earshot::app {
namespace {

using testing::IsEmpty;

/// What others use: the log, accounts, the store, the pool, the tier semantic.
const std::set<std::string>& not_the_servers() {
    static const std::set<std::string> keys{
        "auth.appsFile",
        "auth.secretChecks",
        "auth.slowedAddresses",
        "auth.tokenSeconds",
        "computeThreads",
        "data.directory",
        "log.format",
        "log.level",
        "log.transcripts",
        "store.queue",
        "store.threads",
        "store.url",
        "limits.computeTasks",
        "manage.accountBytes",
        "semantic.model",
        "semantic.stages",
        "semantic.encoderThreads",
        "semantic.encoderQueue",
        "semantic.queue",
        "semantic.cacheBytes",
        "semantic.storedBytes",
        "semantic.encodeOpen",
        "store.spoolBytes",
        "store.retentionDays",
        "jobs.threads",
        "jobs.ofAccount",
        "jobs.retentionDays",
        "webhooks.secretFile",
    };
    return keys;
}

/// What the server is told where each setting of `keys` has another value than by default, and both parts of TLS are
/// there.
net::ServerOptions options_with_other(const std::set<std::string>& keys) {
    SettingsSources sources;
    sources.flags = {{"tls.cert", "a"}, {"tls.key", "b"}};
    for (const SettingInfo& info : setting_infos()) {
        if (keys.contains(info.key)) sources.flags.push_back({info.key, other_value(info)});
    }
    const LoadedSettings loaded = load_settings(sources);
    EXPECT_THAT(loaded.problems, IsEmpty());
    return server_options(loaded.settings, 4);
}

TEST(ServerOptionsTest, each_setting_is_told_to_the_server_or_is_for_others) {
    const net::ServerOptions defaults = options_with_other({});

    for (const SettingInfo& info : setting_infos()) {
        EXPECT_EQ(options_with_other({info.key}) != defaults, !not_the_servers().contains(info.key)) << info.key;
    }
}

TEST(ServerOptionsTest, no_setting_hides_another) {
    std::set<std::string> all;
    for (const SettingInfo& info : setting_infos()) all.insert(info.key);
    const net::ServerOptions others = options_with_other(all);

    for (const SettingInfo& info : setting_infos()) {
        std::set<std::string> but_one = all;
        but_one.erase(info.key);
        EXPECT_EQ(options_with_other(but_one) != others, !not_the_servers().contains(info.key)) << info.key;
    }
}

// Two parts of the server look at these: whoever reads a message, and whoever counts what a session has after a change.
TEST(ServerOptionsTest, trackers_and_phrases_are_those_of_a_message_and_of_a_session) {
    Settings settings;
    settings.socket.messages.trackers = 7;
    settings.socket.messages.phrases = 70;

    const net::ServerOptions options = server_options(settings, 4);

    EXPECT_EQ(options.socket.messages.trackers, 7U);
    EXPECT_EQ(options.conversation.trackers, 7U);
    EXPECT_EQ(options.socket.messages.phrases, 70U);
    EXPECT_EQ(options.conversation.phrases, 70U);
}

}  // namespace
}  // namespace earshot::app
