// Names of columns that read as another to a person.
#ifndef DRAWDOWN_SRC_BILL_COLUMN_ALIKES_H_
#define DRAWDOWN_SRC_BILL_COLUMN_ALIKES_H_

#include <string>
#include <string_view>

namespace drawdown {

// Without the byte order marks, blanks, tabs and no-break spaces at both ends.
std::string_view WithoutBlanksAround(std::string_view name);

// Where `name` reads as `meant`, an ASCII name, but for characters that are not
// seen or look like others: the first of them, as "U+200B". "" where it reads
// as something else, or is `meant` but for the case of letters and for blanks,
// hyphens and underscores.
std::string CharacterUnlike(std::string_view name, std::string_view meant);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_COLUMN_ALIKES_H_
