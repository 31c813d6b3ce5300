#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace earshot::support {

/// What a disk tells of a sync.
enum class SyncHonesty { honest, lies };

/// Under all SQLite databases of this process, while it lives: a disk whose power can be cut. What was written and not
/// yet synced is then lost, or got there in part: some writes and not others, the last of them torn.
///
/// One that lies says of each sync that it was done and does nothing, as where `synchronous` is off: for tests of
/// tests.
class PowerCutDisk {
public:
    PowerCutDisk(std::uint64_t seed, SyncHonesty honesty);
    ~PowerCutDisk();
    PowerCutDisk(const PowerCutDisk&) = delete;
    PowerCutDisk& operator=(const PowerCutDisk&) = delete;

    /// The power goes after this many further changes: writes, truncations, syncs and removals.
    void cut_after(std::size_t changes);
    bool is_off() const;

    /// Puts the files into the state in which the disk comes back. All databases must be closed.
    void restore();

    class Vfs;

private:
    friend class Vfs;

    struct Change {
        enum Kind { write, truncate, remove } kind;
        std::size_t offset;  ///< of a write; of a truncation, the new size
        std::string bytes;
    };
    struct File {
        std::string synced;
        std::vector<Change> pending;
    };

    /// Counts a change; false: the power is off, and it does not happen.
    bool may_change();
    void open(const std::string& path);
    void change(const std::string& path, Change change);
    void sync(const std::string& path);
    void remove(const std::string& path, bool is_synced);

    void sync_folder();

    static bool is_removal(const Change& change) { return change.kind == Change::remove; }
    static std::vector<Change>::const_iterator behind_last_removal(const std::vector<Change>& changes);
    static void apply(std::string& content, const Change& change);
    std::string survivor_of(const File& file);

    mutable std::mutex mutex_;
    std::mt19937_64 random_;
    const SyncHonesty honesty_;
    std::map<std::string, File> files_;
    std::size_t left_ = SIZE_MAX;
    bool is_off_ = false;
    std::unique_ptr<Vfs> vfs_;
};

}  // namespace earshot::support
