#include "earshot/app/eval_command.hpp"

#include "earshot/app/static_table_command.hpp"
#include "earshot/encoder/sequence_model.hpp"

#include "support/encoder/small_model.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace earshot::app {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A scorer that says what it was asked, and how much it was given.
constexpr const char* k_scorer = R"(import sys
given = sys.argv[sys.argv.index("--predictions" if "--predictions" in sys.argv else "--detections") + 1]
print("scored", sys.argv[1], len(open(given).readlines()))
)";

class EvalCommandTest : public testing::Test {
protected:
    EvalCommandTest() {
        write("trackers_dev.json", R"([
            {"suite":"shop","language":"en-US","name":"Refund","vocabulary":["my money back"]},
            {"suite":"shop","language":"en-US","name":"Hours","vocabulary":["when do you open"]},
            {"suite":"tienda","language":"es-ES","name":"Reembolso","vocabulary":["mi dinero"]}])");
        write("utterances_dev.jsonl", R"({"id":"u1","suite":"shop","text":"I want my money back","labels":["Refund"]}
{"id":"u2","suite":"shop","text":"my money, back!","labels":["Refund"]}
{"id":"u3","suite":"tienda","text":"mi dinero my money back","labels":["Reembolso"]}
)");
        write("calls_dev.jsonl", R"({"id":"c1","suite":"shop","turns":[{"speaker":"agent","text":"hello"},)"
                                 R"({"speaker":"customer","text":"hi when do you open"}]})"
                                 "\n");
        write("conversations_dev.jsonl",
              R"({"id":"n1","fa_suites":["shop"],"turns":[{"speaker":"agent","text":"hello"}]}
{"id":"n2","fa_suites":[],"turns":[{"speaker":"agent","text":"my money back"}]}
)");
        write("score.py", k_scorer);
        options_.data_folder = folder_.folder();
        options_.out_folder = folder_.folder();
        options_.stages = {EvalStage::literal};
        options_.semantic.model = folder_.folder();
    }

    void write(const std::string& name, const std::string& text) { folder_.write(name, text); }

    int run() {
        out_.str({});
        err_.str({});
        return eval(options_, out_, err_);
    }

    std::vector<std::string> lines(const std::string& name) const {
        std::ifstream file(folder_.folder() / name);
        std::vector<std::string> all;
        for (std::string line; std::getline(file, line);) all.push_back(line);
        return all;
    }

    encoder::SmallModel folder_;
    EvalOptions options_;
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(EvalCommandTest, hears_each_text_with_its_own_suite) {
    ASSERT_EQ(run(), 0) << err_.str();

    const auto utterances = lines("literal-utterances.jsonl");
    ASSERT_EQ(utterances.size(), 3U);
    const std::set<std::string> heard(utterances.begin(), utterances.end());
    EXPECT_THAT(heard, testing::Contains(HasSubstr(R"("utterance_id":"u1","tracker":"Refund","score":1)")));
    EXPECT_THAT(heard, testing::Contains(HasSubstr(R"("utterance_id":"u2","tracker":"Refund","score":1)")));
    EXPECT_THAT(heard, testing::Contains(HasSubstr(R"("utterance_id":"u3","tracker":"Reembolso","score":1)")));
}

TEST_F(EvalCommandTest, tells_the_turn_and_the_word_of_what_a_call_holds) {
    ASSERT_EQ(run(), 0) << err_.str();

    EXPECT_THAT(lines("literal-calls.jsonl"),
                ElementsAre(HasSubstr(R"("conversation_id":"c1","turn":1,"word":4,"tracker":"Hours")")));
    EXPECT_THAT(lines("literal-alarms.jsonl"), IsEmpty()) << "what no suite is judged by is not heard";
}

TEST_F(EvalCommandTest, shows_what_the_scorer_says) {
    ASSERT_EQ(run(), 0) << err_.str();

    EXPECT_THAT(out_.str(), AllOf(HasSubstr("==== literal"), HasSubstr("scored utterances 3"),
                                  HasSubstr("scored stream 1"), HasSubstr("scored alarms 0")));
}

TEST_F(EvalCommandTest, strips_texts_and_keeps_the_number_of_their_words) {
    options_.stripped = true;
    write("calls_dev.jsonl",
          R"({"id":"c1","suite":"shop","turns":[{"speaker":"a","text":"Hi! - WHEN do you open?"}]})");
    ASSERT_EQ(run(), 0) << err_.str();

    EXPECT_THAT(lines("literal-calls.jsonl"), ElementsAre(HasSubstr(R"("turn":0,"word":5)")));
}

TEST_F(EvalCommandTest, names_the_line_that_cannot_be_read) {
    write("calls_dev.jsonl", "{\"id\":\"c1\",\"suite\":\"shop\",\"turns\":[]}\n{\"id\":\n");

    EXPECT_EQ(run(), 1);
    EXPECT_THAT(err_.str(), HasSubstr("calls_dev.jsonl:2: "));
}

TEST_F(EvalCommandTest, needs_the_data_s_scorer) {
    std::filesystem::remove(folder_.folder() / "score.py");

    EXPECT_EQ(run(), 1);
    EXPECT_THAT(err_.str(), HasSubstr("score.py is not there"));
}

TEST_F(EvalCommandTest, fails_with_the_scorer) {
    write("score.py", "import sys\nsys.exit(3)\n");

    EXPECT_EQ(run(), 1);
    EXPECT_THAT(err_.str(), HasSubstr("score.py failed"));
}

TEST_F(EvalCommandTest, needs_a_folder_to_write_to_before_it_begins) {
    options_.out_folder = (folder_.folder() / "nowhere").string();

    EXPECT_EQ(run(), 1);
    EXPECT_THAT(err_.str(), HasSubstr("nowhere is no folder"));
    EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(EvalCommandTest, fails_where_a_file_cannot_be_written) {
    std::filesystem::create_directory(folder_.folder() / "literal-utterances.jsonl");

    EXPECT_EQ(run(), 1);
    EXPECT_THAT(err_.str(), HasSubstr("literal-utterances.jsonl cannot be written"));
}

TEST_F(EvalCommandTest, says_that_a_stage_needs_a_model) {
    std::filesystem::remove(folder_.folder() / "vocab.txt");
    options_.stages = {EvalStage::full};

    EXPECT_EQ(run(), 1);
    EXPECT_THAT(err_.str(), Not(IsEmpty()));
}

TEST_F(EvalCommandTest, scores_every_tracker_of_an_utterance_by_meaning) {
    if (!encoder::has_runtime()) GTEST_SKIP() << "this build has no runtime: scripts/setup model gets it";
    folder_.write("frequencies.tsv", "a\t0.1\nb\t0.01\n");
    StaticTableOptions table;
    table.model_folder = folder_.folder();
    table.frequencies_file = folder_.folder() / "frequencies.tsv";
    ASSERT_EQ(make_static_table(table, out_, err_), 0) << err_.str();
    options_.stages = {EvalStage::static_table, EvalStage::full};

    ASSERT_EQ(run(), 0) << err_.str();

    // Two trackers of the shop in two utterances, one of the other suite in one.
    EXPECT_EQ(lines("static-utterances.jsonl").size(), 5U);
    EXPECT_EQ(lines("full-utterances.jsonl").size(), 5U);
    EXPECT_THAT(out_.str(), HasSubstr("   1 trackers, 40 sets: "));
}

}  // namespace
}  // namespace earshot::app
