#include "earshot/encoder/static_table_maker.hpp"

#include "earshot/encoder/read_sequencer.hpp"
#include "earshot/encoder/sequence_model.hpp"
#include "earshot/semantic/static_table.hpp"

#include "entry_shares.hpp"
#include "principal_axes.hpp"

#include <algorithm>
#include <vector>

namespace earshot::encoder {
namespace {

constexpr std::size_t k_dimensions = 256;
/// Shares above it are weighed down.
constexpr double k_common = 1e-3;
/// All are of one length, so that none is padded. Always the same ones together, so that the table is always the same.
constexpr std::size_t k_batch = 64;

base::Result<std::vector<float>> encode_entries(SequenceRunner& runner, const Sequencer& sequencer,
                                                std::size_t dimensions, const std::function<void(double)>& progress) {
    const std::size_t entries = sequencer.pieces().size();
    std::vector<float> vectors(entries * dimensions);
    TokenBatch batch;
    for (std::size_t first = 0; first < entries; first += k_batch) {
        const std::size_t count = std::min(k_batch, entries - first);
        std::vector<Sequence> sequences(count);
        std::vector<const Sequence*> rows;
        for (std::size_t i = 0; i < count; ++i) {
            const semantic::Piece piece{static_cast<std::int32_t>(first + i), 0, 0};
            sequences[i] = sequencer.sequence(std::span(&piece, 1));
            rows.push_back(&sequences[i]);
        }
        sequencer.batch(rows, 1, batch);
        const auto out = std::span(vectors).subspan(first * dimensions, count * dimensions);
        if (auto done = runner.run(batch, out); !done) return done.error();
        progress(static_cast<double>(first + count) / static_cast<double>(entries));
    }
    return vectors;
}

}  // namespace

base::Result<std::string> make_static_table(const std::filesystem::path& folder, std::string_view frequencies,
                                            const std::function<void(double)>& progress) {
    const auto read = read_model_folder(folder);
    if (!read) return read.error();
    const auto sequencer = read_sequencer(*read);
    if (!sequencer) return sequencer.error();
    const auto shares = entry_shares(sequencer->pieces(), frequencies);
    if (!shares) return shares.error();
    const auto model = load_model(*read, 1);
    if (!model) return model.error();
    const auto runner = model->exact->make_runner();
    if (!runner) return runner.error();

    const auto vectors = encode_entries(**runner, *sequencer, read->card.dimensions, progress);
    if (!vectors) return vectors.error();
    const std::size_t kept = std::min(k_dimensions, read->card.dimensions);
    std::vector<float> rows = along_principal_axes(*vectors, read->card.dimensions, kept);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i] *= static_cast<float>(k_common / (k_common + (*shares)[i / kept]));
    }
    return semantic::StaticTable::serialise(read->card.identity, kept, rows);
}

}  // namespace earshot::encoder
