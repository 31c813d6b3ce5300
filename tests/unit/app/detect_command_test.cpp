#include "earshot/app/detect_command.hpp"

#include "support/encoder/small_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace earshot::app {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class DetectCommandTest : public testing::Test {
protected:
    DetectCommandTest() {
        folder_.write("trackers.json", R"([{"name":"Refund","vocabulary":["my money back"]}])");
        options_.trackers_file = (folder_.folder() / "trackers.json").string();
        options_.semantic.model = (folder_.folder() / "nowhere").string();
    }

    int run() {
        std::istringstream in(R"({"id":1,"text":"I want my money back"})");
        return detect(options_, in, out_, err_);
    }

    void name_tiers(std::initializer_list<detect::Tier> tiers) {
        options_.tiers.emplace();
        for (const detect::Tier tier : tiers) options_.tiers->insert(tier);
    }

    encoder::SmallModel folder_;
    DetectOptions options_;
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(DetectCommandTest, without_a_model_it_hears_what_is_literal_and_says_so) {
    EXPECT_EQ(run(), 0);
    EXPECT_THAT(out_.str(), HasSubstr(R"("tracker":"Refund")"));
    EXPECT_THAT(err_.str(), HasSubstr("scripts/setup model"));
}

TEST_F(DetectCommandTest, fails_where_the_tier_that_it_is_to_hear_in_cannot_be_had) {
    name_tiers({detect::Tier::exact, detect::Tier::semantic});
    EXPECT_EQ(run(), 1);
    EXPECT_THAT(err_.str(), HasSubstr("not heard in other words"));

    options_.semantic.model.clear();
    EXPECT_EQ(run(), 1);
    EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(DetectCommandTest, hears_trackers_of_its_language_as_a_server_does) {
    folder_.write("trackers.json", R"([{"name":"Refund","vocabulary":["my money back"],"languages":["en-us"]},
        {"name":"Reembolso","vocabulary":["money"],"languages":["es-ES"]}])");
    name_tiers({detect::Tier::exact});
    EXPECT_EQ(run(), 0);
    EXPECT_THAT(out_.str(), HasSubstr(R"("tracker":"Refund")"));
    EXPECT_THAT(out_.str(), testing::Not(HasSubstr("Reembolso")));
}

TEST_F(DetectCommandTest, needs_no_model_for_other_tiers) {
    name_tiers({detect::Tier::exact});
    EXPECT_EQ(run(), 0);
    EXPECT_THAT(err_.str(), IsEmpty());
}

}  // namespace
}  // namespace earshot::app
