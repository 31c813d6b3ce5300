// What meaning costs: word pieces, the static vector, and the model by the shape of its batches. Run from the
// repository's folder, after scripts/setup model; EARSHOT_MODEL names another model's folder.
#include "earshot/encoder/encoders.hpp"
#include "earshot/semantic/static_table.hpp"

#include "bench/allocations.hpp"
#include "bench/speech.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <latch>
#include <string>
#include <vector>

namespace earshot::bench {
namespace {

std::filesystem::path model_folder() {
    const char* folder = std::getenv("EARSHOT_MODEL");
    return folder ? folder : "models/all-MiniLM-L6-v2";
}

double resident_megabytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    statm >> total >> resident;
    return static_cast<double>(resident) * 4'096 / 1e6;
}

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// None where there is no model; its errors end the benchmark that asks.
const encoder::LoadedModel* loaded_model(benchmark::State& state) {
    static const auto model = [] {
        const auto folder = encoder::read_model_folder(model_folder());
        return folder ? encoder::load_model(*folder, 1) : folder.error();
    }();
    if (model) return &*model;
    state.SkipWithError((model.error().message + " " + model.error().details).c_str());
    return nullptr;
}

void per_window(benchmark::State& state, std::size_t windows) {
    const auto all = static_cast<double>(state.iterations()) * static_cast<double>(windows);
    state.counters["windows/s"] = benchmark::Counter(all, benchmark::Counter::kIsRate);
    state.counters["ms/window"] =
        benchmark::Counter(all / 1e3, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void load(benchmark::State& state) {
    const double before = resident_megabytes();
    for (auto _ : state) {
        const auto encoders = encoder::load_encoders(model_folder(), {});
        if (!encoders) {
            state.SkipWithError((encoders.error().message + " " + encoders.error().details).c_str());
            return;
        }
        const std::string_view text = "what does it cost";
        std::vector<float> vector(encoders->folder.card.dimensions);
        benchmark::DoNotOptimize(encoders->exact->encode(std::span(&text, 1), vector));
        state.counters["resident_MB"] = resident_megabytes() - before;
    }
}

void encode(benchmark::State& state, bool live) {
    const encoder::LoadedModel* model = loaded_model(state);
    if (!model) return;
    const auto runner = (live ? model->live : model->exact)->make_runner().value();
    encoder::TokenBatch batch;
    batch.length = static_cast<std::size_t>(state.range(0));
    batch.rows = static_cast<std::size_t>(state.range(1));
    for (std::size_t i = 0; i < batch.rows * batch.length; ++i) {
        batch.ids.push_back(static_cast<std::int32_t>(2'000 + i * 7'919 % 20'000));
        batch.mask.push_back(1);
    }
    std::vector<float> vectors(batch.rows * (live ? model->live : model->exact)->dimensions());
    if (!runner->run(batch, vectors)) state.SkipWithError("the runtime failed");  // the first of a shape is prepared
    for (auto _ : state) benchmark::DoNotOptimize(runner->run(batch, vectors));
    per_window(state, batch.rows);
    state.SetLabel(std::string((live ? model->live : model->exact)->precision()));
}

void encode_live(benchmark::State& state) {
    encode(state, true);
}
void encode_exactly(benchmark::State& state) {
    encode(state, false);
}

/// Utterances as they come, gathered by the queue: with its waiting, choosing and padding, without what it remembers.
void encode_stream(benchmark::State& state) {
    encoder::BatchOptions options;
    options.max_waiting = 10'000;
    options.cache_bytes = 0;
    options.niceness = 0;
    const auto encoders = encoder::load_encoders(model_folder(), options);
    if (!encoders) {
        state.SkipWithError((encoders.error().message + " " + encoders.error().details).c_str());
        return;
    }
    const std::vector<Utterance> speech = make_speech(4'000, 3);
    for (auto _ : state) {
        const double before = encoders->live->stats().cpu_seconds;
        std::latch all(static_cast<std::ptrdiff_t>(speech.size()));
        for (const Utterance& text : speech) {
            encoders->live->submit(text, [&all](const encoder::Encoded&) { all.count_down(); });
        }
        all.wait();
        state.SetIterationTime(encoders->live->stats().cpu_seconds - before);
    }
    per_window(state, speech.size());
    const encoder::BatchStats stats = encoders->live->stats();
    state.counters["windows/batch"] = static_cast<double>(stats.encoded) / static_cast<double>(stats.batches);
    state.counters["padding"] = static_cast<double>(stats.padding) / static_cast<double>(stats.tokens);
    state.SetLabel(encoders->live_precision);
}

void cut_into_pieces(benchmark::State& state, bool accented) {
    const auto pieces = semantic::WordPieces::parse(read(model_folder() / "vocab.txt"));
    if (!pieces) {
        state.SkipWithError("there is no vocabulary");
        return;
    }
    std::vector<Utterance> speech = make_speech(10'000, 4);
    if (accented) {
        for (Utterance& text : speech) {
            for (std::size_t at = text.find('a'); at != std::string::npos; at = text.find('a', at + 2)) {
                text.replace(at, 1, "\xC3\xA1");
            }
        }
    }
    std::vector<semantic::Piece> found;
    for (const Utterance& text : speech) pieces->append(text, found);
    const std::uint64_t before = allocations();
    for (auto _ : state) {
        for (const Utterance& text : speech) {
            found.clear();
            pieces->append(text, found);
            benchmark::DoNotOptimize(found.data());
        }
    }
    state.counters["allocations"] = static_cast<double>(allocations() - before);
    state.counters["ns/word"] = benchmark::Counter(static_cast<double>(state.iterations()) * 10'000 / 1e9,
                                                   benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void cut_plain(benchmark::State& state) {
    cut_into_pieces(state, false);
}
void cut_accented(benchmark::State& state) {
    cut_into_pieces(state, true);
}

void static_vector(benchmark::State& state) {
    const auto table = semantic::StaticTable::parse(read(model_folder() / "static_table.bin"));
    if (!table) {
        state.SkipWithError("there is no static table: earshot make-static-table makes it");
        return;
    }
    std::vector<semantic::Piece> window(static_cast<std::size_t>(state.range(0)));
    std::vector<float> vector(table->dimensions());
    std::int32_t next = 0;
    for (auto _ : state) {
        for (semantic::Piece& piece : window) piece.id = 2'000 + (next += 7'919) % 20'000;
        table->embed(window, vector);
        benchmark::DoNotOptimize(vector.data());
    }
}

BENCHMARK(load)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();
BENCHMARK(encode_live)
    ->ArgNames({"tokens", "rows"})
    ->ArgsProduct({{8, 16, 32}, {1, 2, 4, 8}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(encode_exactly)->ArgNames({"tokens", "rows"})->ArgsProduct({{8, 16}, {1}})->Unit(benchmark::kMillisecond);
BENCHMARK(encode_stream)->Unit(benchmark::kMillisecond)->Iterations(1)->UseManualTime();
BENCHMARK(cut_plain)->Unit(benchmark::kMicrosecond);
BENCHMARK(cut_accented)->Unit(benchmark::kMicrosecond);
BENCHMARK(static_vector)->ArgName("pieces")->Arg(12);

}  // namespace
}  // namespace earshot::bench
