// The page that says where all commitments stand and where they will end.
#ifndef DRAWDOWN_SRC_REPORT_BOOKS_PAGE_H_
#define DRAWDOWN_SRC_REPORT_BOOKS_PAGE_H_

#include "drawdown/report.h"
#include "report/format.h"

namespace drawdown {

void WriteBooksPage(const BooksPage& page, const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_BOOKS_PAGE_H_
