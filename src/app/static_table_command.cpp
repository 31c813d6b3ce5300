#include "earshot/app/static_table_command.hpp"

#include "earshot/app/tracker_file.hpp"
#include "earshot/encoder/model_folder.hpp"
#include "earshot/encoder/static_table_maker.hpp"
#include "earshot/semantic/static_table.hpp"

#include <filesystem>
#include <fstream>
#include <ostream>

namespace earshot::app {
namespace {

bool is_table_of(const std::string& model, const std::string& file) {
    const auto bytes = read_file(file);
    if (!bytes) return false;
    const auto table = semantic::StaticTable::parse(*bytes);
    return table && table->model() == model;
}

bool write_whole(const std::string& bytes, const std::string& file) {
    const std::string begun = file + ".part";
    std::ofstream stream(begun, std::ios::binary | std::ios::trunc);
    stream << bytes;
    stream.close();
    std::error_code error;
    if (stream) std::filesystem::rename(begun, file, error);
    return stream && !error;
}

/// A line for each tenth.
class Progress {
public:
    explicit Progress(std::ostream& out) : out_(out) {}
    void operator()(double done) {
        const int tenths = static_cast<int>(done * 10);
        if (tenths <= told_) return;
        told_ = tenths;
        out_ << tenths * 10 << " %" << std::endl;
    }

private:
    std::ostream& out_;
    int told_ = 0;
};

int fail(const base::Error& error, std::ostream& err) {
    err << describe(error) << '\n';
    return 1;
}

}  // namespace

int make_static_table(const StaticTableOptions& options, std::ostream& out, std::ostream& err) {
    const auto folder = encoder::read_model_folder(options.model_folder);
    if (!folder) return fail(folder.error(), err);
    const std::string file = options.out_file.empty() ? folder->static_table.string() : options.out_file;
    if (!options.force && is_table_of(folder->card.identity, file)) {
        out << file << " is there already\n";
        return 0;
    }
    const auto frequencies = read_file(options.frequencies_file);
    if (!frequencies) {
        err << describe(frequencies.error(), options.frequencies_file) << '\n';
        return 1;
    }
    out << "encoding the vocabulary of " << folder->card.name << std::endl;
    const auto table = encoder::make_static_table(options.model_folder, *frequencies, Progress(out));
    if (!table) return fail(table.error(), err);
    if (!write_whole(*table, file)) {
        err << file << " cannot be written\n";
        return 1;
    }
    out << file << " written, " << table->size() / 1'000'000 << " MB\n";
    return 0;
}

}  // namespace earshot::app
