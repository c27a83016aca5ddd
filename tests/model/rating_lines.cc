// Reads golden cases (tests/golden/rating/README.md has the format) from stdin,
// rates them as the product does, and writes what comes out in the same words:
// `case`, then per statement its `= ` lines and `total`, or `refused`.
#include <cstdio>
#include <string>

#include "tests/unit/rating/golden_rating.h"

int main() {
  for (const drawdown::GoldenCase& golden :
       drawdown::ReadGoldenCases("/dev/stdin")) {
    std::printf("case %s\n", golden.name.c_str());
    const auto subject = drawdown::GoldenSubject::Make(golden);
    if (!subject.ok()) {
      std::printf("%s\n", subject.status().ToString().c_str());
      return 1;
    }
    for (const drawdown::GoldenCheck& check : golden.checks) {
      const auto statement = subject->Rate(check);
      std::printf("statement\n");
      if (!statement.ok()) {
        std::printf("refused %s\n",
                    std::string(statement.status().message()).c_str());
        continue;
      }
      for (const std::string& line : drawdown::GoldenLines(*statement)) {
        std::printf("= %s\n", line.c_str());
      }
      std::printf("total %s\n", drawdown::GoldenTotal(*statement).c_str());
    }
  }
  return 0;
}
