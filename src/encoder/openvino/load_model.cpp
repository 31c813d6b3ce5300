#include "earshot/encoder/sequence_model.hpp"

#include "mapped_file.hpp"
#include "openvino/bert_graph.hpp"
#include "unit_length.hpp"

#include <algorithm>
#include <exception>
#include <openvino/openvino.hpp>

namespace earshot::encoder {
namespace {

base::Error runtime_failed(const std::exception& error) {
    return {base::Errc::internal, "the model's runtime failed", {}, error.what()};
}

class OpenVinoRunner final : public SequenceRunner {
public:
    OpenVinoRunner(ov::InferRequest request, std::size_t dimensions)
        : request_(std::move(request)), dimensions_(dimensions) {}

    base::Result<void> run(const TokenBatch& batch, std::span<float> vectors) override try {
        const ov::Shape shape{batch.rows, batch.length};
        // The tensors view the batch for the time of this call only.
        request_.set_input_tensor(0, ov::Tensor(ov::element::i32, shape, const_cast<std::int32_t*>(batch.ids.data())));
        request_.set_input_tensor(1, ov::Tensor(ov::element::f32, shape, const_cast<float*>(batch.mask.data())));
        request_.infer();
        const float* found = request_.get_output_tensor().data<const float>();
        for (std::size_t row = 0; row < batch.rows; ++row) {
            const auto vector = vectors.subspan(row * dimensions_, dimensions_);
            std::copy_n(found + row * dimensions_, dimensions_, vector.begin());
            scale_to_unit_length(vector);
        }
        return {};
    } catch (const std::exception& error) {
        return runtime_failed(error);
    }

private:
    ov::InferRequest request_;
    std::size_t dimensions_;
};

class OpenVinoModel final : public SequenceModel {
public:
    OpenVinoModel(ov::CompiledModel model, std::size_t dimensions, std::string_view precision)
        : model_(std::move(model)), dimensions_(dimensions), precision_(precision) {}

    std::size_t dimensions() const noexcept override { return dimensions_; }
    std::string_view precision() const noexcept override { return precision_; }
    base::Result<std::unique_ptr<SequenceRunner>> make_runner() override try {
        return std::make_unique<OpenVinoRunner>(model_.create_infer_request(), dimensions_);
    } catch (const std::exception& error) {
        return runtime_failed(error);
    }

private:
    ov::CompiledModel model_;
    std::size_t dimensions_;
    std::string_view precision_;
};

bool calculates_in_bf16(ov::Core& core) {
    const auto capabilities = core.get_property("CPU", ov::device::capabilities);
    return std::ranges::find(capabilities, ov::device::capability::BF16) != capabilities.end();
}

/// One runner works on its caller's thread, and so at its priority; several need a stream each, which is a thread of
/// the runtime. All share the weights.
std::shared_ptr<SequenceModel> compile(ov::Core& core, const std::shared_ptr<ov::Model>& graph, std::size_t dimensions,
                                       ov::element::Type precision, std::size_t runners) {
    const auto streams = static_cast<std::int32_t>(runners > 1 ? runners : 0);
    auto model = core.compile_model(graph, "CPU", ov::hint::inference_precision(precision), ov::num_streams(streams),
                                    ov::inference_num_threads(static_cast<std::int32_t>(runners)),
                                    ov::hint::enable_cpu_pinning(false));
    return std::make_shared<OpenVinoModel>(std::move(model), dimensions,
                                           precision == ov::element::bf16 ? "bf16" : "f32");
}

base::Result<std::shared_ptr<ov::Model>> read_graph(const ModelFolder& folder) {
    const auto file = MappedFile::open(folder.weights);
    if (!file) return file.error();
    const auto weights = Safetensors::parse(file->bytes());
    auto graph = weights ? build_bert(folder, *weights) : weights.error();
    if (graph) return graph;
    base::Error error = graph.error();
    error.message = folder.weights.string() + ": " + error.message;
    return error;
}

}  // namespace

bool has_runtime() noexcept {
    return true;
}

base::Result<LoadedModel> load_model(const ModelFolder& folder, std::size_t live_runners) try {
    const auto graph = read_graph(folder);
    if (!graph) return graph.error();
    ov::Core core;
    LoadedModel loaded;
    // Two, also where both calculate alike: each has runners of its own, which do not wait for the other's.
    const auto live = calculates_in_bf16(core) ? ov::element::bf16 : ov::element::f32;
    loaded.exact = compile(core, *graph, folder.card.dimensions, ov::element::f32, 1);
    loaded.live = compile(core, *graph, folder.card.dimensions, live, live_runners);
    return loaded;
} catch (const std::exception& error) {
    return runtime_failed(error);
}

}  // namespace earshot::encoder
