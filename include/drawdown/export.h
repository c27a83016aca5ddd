// Symbol visibility. Everything is hidden unless it carries DRAWDOWN_EXPORT.
#ifndef DRAWDOWN_EXPORT_H_
#define DRAWDOWN_EXPORT_H_

#define DRAWDOWN_EXPORT __attribute__((visibility("default")))

#endif  // DRAWDOWN_EXPORT_H_
