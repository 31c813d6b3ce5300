#include "earshot/app/check_command.hpp"

#include "earshot/app/app_list.hpp"
#include "earshot/app/secrets.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace earshot::app {
namespace {

using testing::HasSubstr;

class CheckCommandTest : public testing::Test {
protected:
    CheckCommandTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "earshot-check-XXXXXX").string();
        directory_ = ::mkdtemp(pattern.data());
    }
    ~CheckCommandTest() override { std::filesystem::remove_all(directory_); }

    std::string file(const std::string& name, const std::string& content) const {
        std::ofstream(directory_ + "/" + name) << content;
        return directory_ + "/" + name;
    }
    int run(const std::vector<std::string>& files) { return check(files, out_, err_); }

    std::string directory_;
    std::ostringstream out_;
    std::ostringstream err_;
    const std::string app_ = app_entry({"one", hash_secret("a"), "ann", {}, {}, {}});
};

TEST_F(CheckCommandTest, tells_a_list_of_apps_from_settings) {
    EXPECT_EQ(run({file("apps.yaml", "# ours\n---\n" + app_), file("more.yml", "[]"), file("s.yaml", "ioThreads: 2")}),
              0);

    EXPECT_THAT(out_.str(), HasSubstr("apps.yaml: 1 apps, in order"));
    EXPECT_THAT(out_.str(), HasSubstr("more.yml: 0 apps, in order"));
    EXPECT_THAT(out_.str(), HasSubstr("s.yaml: settings, in order"));
}

TEST_F(CheckCommandTest, looks_at_the_apps_that_settings_name) {
    const std::string apps = file("apps.yaml", app_ + "  colour: red\n");

    EXPECT_EQ(run({file("s.yaml", "auth: {appsFile: \"" + apps + "\"}")}), 2);

    EXPECT_THAT(err_.str(), HasSubstr("apps.yaml:4: colour"));
}

TEST_F(CheckCommandTest, an_unusable_file_does_not_hide_the_next) {
    EXPECT_EQ(run({file("a.yaml", "- 7"), file("b.yaml", "colour: red"), directory_ + "/none.yaml"}), 2);

    EXPECT_THAT(err_.str(), HasSubstr("a.yaml:1: an app must be keys"));
    EXPECT_THAT(err_.str(), HasSubstr("b.yaml:1: colour"));
    EXPECT_THAT(err_.str(), HasSubstr("none.yaml: cannot be read"));
}

TEST_F(CheckCommandTest, a_directory_is_no_file) {
    EXPECT_EQ(run({directory_}), 2);

    EXPECT_THAT(err_.str(), HasSubstr("cannot be read: Is a directory"));
}

}  // namespace
}  // namespace earshot::app
