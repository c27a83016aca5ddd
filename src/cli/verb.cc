#include <CLI/CLI.hpp>
#include <charconv>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_join.h"
#include "base/error.h"
#include "cli/program.h"

namespace drawdown {
namespace {

std::string Dashed(std::string_view name) { return "--" + std::string(name); }

// Says what is allowed and keeps CLI11 from showing the list a second time.
CLI::Validator OneOf(const std::vector<std::string>& choices) {
  return CLI::Validator(
      [choices](std::string& value) -> std::string {
        for (const std::string& choice : choices) {
          if (choice == value) return "";
        }
        return "'" + value + "' is not one of " + absl::StrJoin(choices, ", ");
      },
      "");
}

// Decimal digits only: of its own accord CLI11 reads 010 as 8, takes 0x2, and
// wraps what is below 0.
CLI::Validator WholeNumber() {
  return CLI::Validator(
      [](std::string& value) -> std::string {
        uint64_t number = 0;
        const char* const last = value.data() + value.size();
        const auto [end, error] = std::from_chars(value.data(), last, number);
        if (end != last || error == std::errc::invalid_argument) {
          return Quoted(value) + " is not a whole number, 0 or more";
        }
        if (error != std::errc()) return Quoted(value) + " is too large";
        value = std::to_string(number);
        return "";
      },
      "");
}

}  // namespace

Verb& Verb::Text(std::string_view name, std::string_view value_name,
                 std::string_view help, std::string* value) {
  app_->add_option(Dashed(name), *value, std::string(help))
      ->option_text(std::string(value_name));
  return *this;
}

Verb& Verb::Text(std::string_view name, std::string_view value_name,
                 std::string_view help, std::optional<std::string>* value) {
  app_->add_option(Dashed(name), *value, std::string(help))
      ->option_text(std::string(value_name));
  return *this;
}

Verb& Verb::RequiredText(std::string_view name, std::string_view value_name,
                         std::string_view help, std::string* value) {
  app_->add_option(Dashed(name), *value, std::string(help))
      ->option_text(std::string(value_name))
      ->required();
  return *this;
}

Verb& Verb::Choice(std::string_view name,
                   const std::vector<std::string>& choices,
                   std::string_view help, std::string* value) {
  app_->add_option(Dashed(name), *value, std::string(help))
      ->option_text(absl::StrJoin(choices, "|"))
      ->check(OneOf(choices));
  return *this;
}

Verb& Verb::Number(std::string_view name, std::string_view value_name,
                   std::string_view help, uint64_t* value) {
  app_->add_option(Dashed(name), *value, std::string(help))
      ->option_text(std::string(value_name))
      ->transform(WholeNumber());
  return *this;
}

Verb& Verb::Number(std::string_view name, std::string_view value_name,
                   std::string_view help, std::optional<uint64_t>* value) {
  app_->add_option(Dashed(name), *value, std::string(help))
      ->option_text(std::string(value_name))
      ->transform(WholeNumber());
  return *this;
}

Verb& Verb::List(std::string_view name, std::string_view value_name,
                 std::string_view help, std::vector<std::string>* value,
                 const std::vector<std::string>& choices) {
  CLI::Option* option =
      app_->add_option(Dashed(name), *value, std::string(help))
          ->option_text(choices.empty() ? std::string(value_name)
                                        : absl::StrJoin(choices, "|") + ",...")
          ->delimiter(',')
          // Or it would take the operands that follow it.
          ->allow_extra_args(false);
  if (!choices.empty()) option->check(OneOf(choices));
  return *this;
}

Verb& Verb::Texts(std::string_view name, std::string_view value_name,
                  std::string_view help, std::vector<std::string>* value) {
  app_->add_option(Dashed(name), *value, std::string(help))
      ->option_text(std::string(value_name))
      ->allow_extra_args(false);
  return *this;
}

Verb& Verb::Flag(std::string_view name, std::string_view help, bool* value) {
  app_->add_flag(Dashed(name), *value, std::string(help));
  return *this;
}

Verb& Verb::HiddenFlag(std::string_view name, bool* value) {
  app_->add_flag(Dashed(name), *value)->group("");
  return *this;
}

Verb& Verb::Operand(std::string_view name, std::string_view help,
                    std::string* value) {
  app_->add_option(std::string(name), *value, std::string(help))->required();
  return *this;
}

Verb& Verb::OptionalOperand(std::string_view name, std::string_view help,
                            std::string* value) {
  app_->add_option(std::string(name), *value, std::string(help));
  return *this;
}

Verb& Verb::Operands(std::string_view name, std::string_view help,
                     std::vector<std::string>* values) {
  app_->add_option(std::string(name), *values, std::string(help))
      ->option_text("...")
      ->required();
  return *this;
}

Verb& Verb::OperandChoice(std::string_view name,
                          const std::vector<std::string>& choices,
                          std::string_view help, std::string* value) {
  app_->add_option(std::string(name), *value, std::string(help))
      ->option_text(absl::StrJoin(choices, "|"))
      ->required()
      ->check(OneOf(choices));
  return *this;
}

void Verb::Does(std::function<int()> command) {
  std::function<int()>* chosen = chosen_;
  app_->callback([chosen, command] { *chosen = command; });
}

}  // namespace drawdown
