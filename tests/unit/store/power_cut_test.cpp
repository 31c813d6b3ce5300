#include "backends.hpp"
#include "support/environment.hpp"
#include "support/store/power_cut_disk.hpp"
#include "support/store/store_trial.hpp"

#include <optional>
#include <string>

namespace earshot::store {
namespace {

using support::PowerCutDisk;
using support::SyncHonesty;

struct Lives {
    int cuts = 0;            ///< lives that ended with a power cut
    int cut_operations = 0;  ///< of these, in the middle of an operation
    std::optional<std::string> wrong;
};

/// A database that is opened, changed at random and cut off from its power again and again. After each cut it must hold
/// what was answered, and of the operation that was cut all or nothing.
Lives live(std::uint64_t seed, SyncHonesty honesty, int most_lives) {
    support::TemporaryFolder folder;
    PowerCutDisk disk(seed, honesty);
    support::StoreTrial trial(seed, 8);
    const DatabaseOptions options{.url = "sqlite:" + (folder.path() / "store.db").string(), .threads = 2};
    Lives lives;
    for (int life = 0; life < most_lives && !lives.wrong; ++life) {
        bool is_cut_operation = false;
        disk.cut_after(trial.random().below(life == 0 ? 40 : 150));
        if (auto database = Database::open(options)) {
            trial.open(**database);
            // Also without a cut it ends some time, and has its power cut while it is being closed.
            for (std::size_t left = trial.random().below(40); left > 0 && !disk.is_off() && !lives.wrong; --left) {
                lives.wrong = trial.step();
                is_cut_operation = trial.was_cut();
                if (is_cut_operation) break;
            }
        }
        lives.cuts += disk.is_off();
        lives.cut_operations += is_cut_operation;
        if (lives.wrong) break;

        disk.restore();
        auto database = Database::open(options);
        if (!database) return lives.wrong = "cannot be opened: " + database.error().details, lives;
        trial.open(**database);
        lives.wrong = trial.compare_after_cut();
    }
    return lives;
}

TEST(PowerCutTest, loses_nothing_that_was_answered_and_keeps_nothing_in_part) {
    const std::uint64_t first = support::from_environment("EARSHOT_POWER_CUT_SEED", 1);
    const std::uint64_t databases = support::from_environment("EARSHOT_POWER_CUT_DATABASES", 16);
    int cuts = 0;
    int cut_operations = 0;
    for (std::uint64_t seed = first; seed < first + databases; ++seed) {
        const Lives lives = live(seed, SyncHonesty::honest, 30);
        ASSERT_EQ(lives.wrong, std::nullopt) << "EARSHOT_POWER_CUT_SEED=" << seed;
        cuts += lives.cuts;
        cut_operations += lives.cut_operations;
    }
    RecordProperty("cuts", cuts);
    RecordProperty("cut_operations", cut_operations);
    EXPECT_GE(cuts, static_cast<int>(databases) * 15);
    EXPECT_GE(cut_operations, static_cast<int>(databases) * 10);
}

TEST(PowerCutTest, would_tell_of_a_database_that_is_not_synced) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
        EXPECT_NE(live(seed, SyncHonesty::lies, 30).wrong, std::nullopt) << "seed " << seed;
    }
}

}  // namespace
}  // namespace earshot::store
