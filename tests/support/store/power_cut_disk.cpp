#include "support/store/power_cut_disk.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <sqlite3.h>
#include <stdexcept>
#include <utility>

namespace earshot::support {
namespace {

/// What a disk writes at once.
constexpr std::size_t k_sector = 512;

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// A file as SQLite sees it; the one of the system below it lies behind it in the same piece of memory.
struct CutFile {
    sqlite3_file base;
    PowerCutDisk::Vfs* vfs;
    std::string* path;
    bool is_name_new;  ///< the next sync is also one of the folder, as the system's SQLite does it

    sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

CutFile* cut_file(sqlite3_file* file) {
    return reinterpret_cast<CutFile*>(file);
}
sqlite3_file* below(sqlite3_file* file) {
    return cut_file(file)->below();
}

}  // namespace

/// SQLite's interface to a PowerCutDisk. All but what changes files goes straight to the system's.
class PowerCutDisk::Vfs {
public:
    explicit Vfs(PowerCutDisk& disk) : disk_(disk), system_(sqlite3_vfs_find(nullptr)), own_(*system_) {
        own_.zName = "power-cut";
        own_.szOsFile = static_cast<int>(sizeof(CutFile)) + system_->szOsFile;
        own_.pAppData = this;
        own_.xOpen = open;
        own_.xDelete = remove;
        if (sqlite3_vfs_register(&own_, 1) != SQLITE_OK) throw std::runtime_error("no further VFS");
    }
    ~Vfs() {
        sqlite3_vfs_unregister(&own_);
        sqlite3_vfs_register(system_, 1);
    }

private:
    static Vfs& self(sqlite3_vfs* vfs) { return *static_cast<Vfs*>(vfs->pAppData); }
    static PowerCutDisk& disk(sqlite3_file* file) { return cut_file(file)->vfs->disk_; }

    static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
        Vfs& own = self(vfs);
        CutFile* cut = cut_file(file);
        cut->base.pMethods = nullptr;
        if (own.disk_.is_off() || !path) return SQLITE_CANTOPEN;
        const int code = own.system_->xOpen(own.system_, path, cut->below(), flags, out_flags);
        if (code != SQLITE_OK) return code;
        cut->vfs = &own;
        cut->path = new std::string(path);
        cut->is_name_new = (flags & SQLITE_OPEN_CREATE) && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL));
        cut->base.pMethods = &k_methods;
        own.disk_.open(path);
        return SQLITE_OK;
    }

    static int remove(sqlite3_vfs* vfs, const char* path, int is_synced) {
        Vfs& own = self(vfs);
        if (!own.disk_.may_change()) return SQLITE_IOERR_DELETE;
        const int code = own.system_->xDelete(own.system_, path, 0);
        if (code == SQLITE_OK) own.disk_.remove(path, is_synced != 0);
        return code;
    }

    static int close(sqlite3_file* file) {
        delete cut_file(file)->path;
        return below(file)->pMethods->xClose(below(file));
    }

    static int read(sqlite3_file* file, void* buffer, int size, sqlite3_int64 offset) {
        if (disk(file).is_off()) return SQLITE_IOERR_READ;
        return below(file)->pMethods->xRead(below(file), buffer, size, offset);
    }

    static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
        if (!disk(file).may_change()) return SQLITE_IOERR_WRITE;
        disk(file).change(*cut_file(file)->path,
                          {Change::write, static_cast<std::size_t>(offset),
                           std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size))});
        return below(file)->pMethods->xWrite(below(file), bytes, size, offset);
    }

    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        if (!disk(file).may_change()) return SQLITE_IOERR_TRUNCATE;
        disk(file).change(*cut_file(file)->path, {Change::truncate, static_cast<std::size_t>(size), {}});
        return below(file)->pMethods->xTruncate(below(file), size);
    }

    static int sync(sqlite3_file* file, int) {
        if (!disk(file).may_change()) return SQLITE_IOERR_FSYNC;
        disk(file).sync(*cut_file(file)->path);
        if (std::exchange(cut_file(file)->is_name_new, false)) disk(file).sync_folder();
        return SQLITE_OK;
    }

    static const sqlite3_io_methods k_methods;

    PowerCutDisk& disk_;
    sqlite3_vfs* system_;
    sqlite3_vfs own_;
};

// The methods that are not named above do what the system's do.
const sqlite3_io_methods PowerCutDisk::Vfs::k_methods = {
    .iVersion = 2,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = [](sqlite3_file* f, sqlite3_int64* size) { return below(f)->pMethods->xFileSize(below(f), size); },
    .xLock = [](sqlite3_file* f, int level) { return below(f)->pMethods->xLock(below(f), level); },
    .xUnlock = [](sqlite3_file* f, int level) { return below(f)->pMethods->xUnlock(below(f), level); },
    .xCheckReservedLock = [](sqlite3_file* f,
                             int* is_held) { return below(f)->pMethods->xCheckReservedLock(below(f), is_held); },
    .xFileControl = [](sqlite3_file* f, int what,
                       void* value) { return below(f)->pMethods->xFileControl(below(f), what, value); },
    .xSectorSize = [](sqlite3_file* f) { return below(f)->pMethods->xSectorSize(below(f)); },
    .xDeviceCharacteristics = [](sqlite3_file* f) { return below(f)->pMethods->xDeviceCharacteristics(below(f)); },
    .xShmMap = [](sqlite3_file* f, int page, int size, int extend,
                  void volatile** memory) { return below(f)->pMethods->xShmMap(below(f), page, size, extend, memory); },
    .xShmLock = [](sqlite3_file* f, int offset, int count,
                   int flags) { return below(f)->pMethods->xShmLock(below(f), offset, count, flags); },
    .xShmBarrier = [](sqlite3_file* f) { below(f)->pMethods->xShmBarrier(below(f)); },
    .xShmUnmap = [](sqlite3_file* f, int is_deleted) { return below(f)->pMethods->xShmUnmap(below(f), is_deleted); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

PowerCutDisk::PowerCutDisk(std::uint64_t seed, SyncHonesty honesty)
    : random_(seed), honesty_(honesty), vfs_(std::make_unique<Vfs>(*this)) {}

PowerCutDisk::~PowerCutDisk() = default;

void PowerCutDisk::cut_after(std::size_t changes) {
    const std::lock_guard lock(mutex_);
    left_ = changes;
}

bool PowerCutDisk::is_off() const {
    const std::lock_guard lock(mutex_);
    return is_off_;
}

bool PowerCutDisk::may_change() {
    const std::lock_guard lock(mutex_);
    if (left_ == 0) is_off_ = true;
    if (left_ != SIZE_MAX && left_ > 0) --left_;
    return !is_off_;
}

void PowerCutDisk::open(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto [place, is_new] = files_.try_emplace(path);
    if (is_new) place->second.synced = read_file(path);
}

void PowerCutDisk::change(const std::string& path, Change change) {
    const std::lock_guard lock(mutex_);
    files_[path].pending.push_back(std::move(change));
}

void PowerCutDisk::sync(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (honesty_ == SyncHonesty::lies) return;
    File& file = files_[path];
    for (const Change& change : file.pending) apply(file.synced, change);
    file.pending.clear();
}

void PowerCutDisk::remove(const std::string& path, bool is_synced) {
    change(path, {Change::remove, 0, {}});
    if (is_synced) sync_folder();
}

/// Removals that were waiting are on the disk: what came after them belongs to a file that is new.
void PowerCutDisk::sync_folder() {
    const std::lock_guard lock(mutex_);
    if (honesty_ == SyncHonesty::lies) return;
    for (auto& [path, file] : files_) {
        const auto after = behind_last_removal(file.pending);
        if (after == file.pending.begin()) continue;
        file.synced.clear();
        file.pending.erase(file.pending.begin(), after);
    }
}

std::vector<PowerCutDisk::Change>::const_iterator PowerCutDisk::behind_last_removal(
    const std::vector<Change>& changes) {
    return std::find_if(changes.rbegin(), changes.rend(), is_removal).base();
}

void PowerCutDisk::apply(std::string& content, const Change& change) {
    if (change.kind != Change::write) {
        content.resize(change.offset);
        return;
    }
    content.resize(std::max(content.size(), change.offset + change.bytes.size()));
    content.replace(change.offset, change.bytes.size(), change.bytes);
}

std::string PowerCutDisk::survivor_of(const File& file) {
    std::string content = file.synced;
    auto begin = file.pending.begin();
    auto end = file.pending.end();
    // The file may be the one before its removal or the one after it, but no mixture.
    if (const auto after = behind_last_removal(file.pending); after != begin) {
        if (random_() % 2 == 0) {
            end = std::find_if(begin, end, is_removal);
        } else {
            content.clear();
            begin = after;
        }
    }
    const std::uint64_t chances = random_() % 3;  // of each: none, one in two, all
    for (auto change = begin; change != end; ++change) {
        if (chances == 0 || (chances == 1 && random_() % 2 == 0)) continue;
        Change torn = *change;
        if (chances == 1 && std::next(change) == end) {
            torn.bytes.resize(std::min(torn.bytes.size(), k_sector * (random_() % 9)));
        }
        apply(content, torn);
    }
    return content;
}

void PowerCutDisk::restore() {
    const std::lock_guard lock(mutex_);
    for (const auto& [path, file] : files_) {
        // A file without content stands for one that is not there.
        const std::string content = survivor_of(file);
        std::filesystem::remove(path);
        std::filesystem::remove(path + "-shm");
        if (!content.empty()) std::ofstream(path, std::ios::binary) << content;
    }
    files_.clear();
    left_ = SIZE_MAX;
    is_off_ = false;
}

}  // namespace earshot::support
