package drawdown

// #include "defaults.h"
import "C"

// A ContractText is a contract file: what errors call it, and what it says.
type ContractText struct{ Name, Text string }

// ApplyContracts applies contracts together or not at all; a line per contract.
func (l *Ledger) ApplyContracts(contracts ...ContractText) ([]string, error) {
	names, texts := make([]string, len(contracts)), make([]string, len(contracts))
	for i, contract := range contracts {
		names[i], texts[i] = contract.Name, contract.Text
	}
	outcome, err := l.table(func(l C.drawdown_ledger, a *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_contract_apply(l, a.texts(names), a.texts(texts), C.uint64_t(len(names)), out, e)
	})
	if err != nil {
		return nil, err
	}
	defer outcome.Close()
	return outcome.lines("outcome")
}

// ValidateContract says whether a contract could be applied, without a ledger.
func ValidateContract(contract ContractText) error {
	var a arena
	defer a.free()
	var failure C.drawdown_error
	return check(C.drawdown_contract_validate(a.text(contract.Name), a.text(contract.Text), &failure), &failure)
}

// Contracts has a row per version of a contract.
func (l *Ledger) Contracts() (*Table, error) {
	return l.table(func(l C.drawdown_ledger, _ *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_contracts(l, out, e)
	})
}

// A StatementQuery is a period of a contract.
type StatementQuery struct {
	Contract string
	Period   string // "2026-10", "2026" (a contract year), "A/B"
	At       Time   // zero: the clock
	AsOf     Time   // as the books were then
	// Only lines of this tenant and of all below it; "": those that no tenant
	// caused; nil: all. Not for reconciliations.
	Tenant *string
}

func (q StatementQuery) c(a *arena) C.drawdown_statement_query {
	c := C.drawdown_go_statement_query()
	c.contract, c.period = a.text(q.Contract), a.text(q.Period)
	c.at_us, c.as_of_us = instant(q.At), instant(q.AsOf)
	if q.Tenant != nil {
		c.has_tenant, c.tenant = 1, a.text(*q.Tenant)
	}
	return c
}

// Statement has a row per line of the statement.
func (l *Ledger) Statement(query StatementQuery) (*Table, error) {
	return l.table(func(l C.drawdown_ledger, a *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		c := query.c(a)
		return C.drawdown_statement(l, &c, out, e)
	})
}

// StatementText is what `drawdown statement --format FORMAT` prints.
func (l *Ledger) StatementText(query StatementQuery, format string) (string, error) {
	return l.madeText(func(l C.drawdown_ledger, a *arena, out *C.drawdown_bytes, e *C.drawdown_error) C.int32_t {
		c := query.c(a)
		return C.drawdown_statement_text(l, &c, a.text(format), out, e)
	})
}

func (l *Ledger) madeText(make func(C.drawdown_ledger, *arena, *C.drawdown_bytes, *C.drawdown_error) C.int32_t) (string, error) {
	var bytes C.drawdown_bytes
	err := l.call(func(l C.drawdown_ledger, a *arena, e *C.drawdown_error) C.int32_t {
		return make(l, a, &bytes, e)
	})
	if err != nil {
		return "", err
	}
	defer C.drawdown_bytes_close(bytes, nil)
	var view C.drawdown_text
	var failure C.drawdown_error
	if err := check(C.drawdown_bytes_view(bytes, &view, &failure), &failure); err != nil {
		return "", err
	}
	return stringOf(view), nil
}

// Status has a row per commitment: how much is drawn, and where it is going.
func (l *Ledger) Status(at Time) (*Table, error) {
	return l.table(func(l C.drawdown_ledger, _ *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_status(l, instant(at), instant(Time{}), out, e)
	})
}

// DueDates are what comes next of each contract, soonest first.
func (l *Ledger) DueDates(at Time) (*Table, error) {
	return l.table(func(l C.drawdown_ledger, _ *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_due_dates(l, instant(at), instant(Time{}), out, e)
	})
}

// Portfolio is all contracts, currency by currency; the sum of one has no
// contract.
func (l *Ledger) Portfolio(at Time) (*Table, error) {
	return l.table(func(l C.drawdown_ledger, _ *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		return C.drawdown_portfolio(l, instant(at), instant(Time{}), out, e)
	})
}

// A Tolerance is how far a bill may be off, in 1e-18 of its currency; nil: as
// far as the bill's format makes it.
type Tolerance = *Int128

// A Reconciliation is a bill against the books.
type Reconciliation struct {
	Clean  bool   // nothing but what a clean month has
	Breaks *Table // every group of bill rows and metered cells, matched ones too
	Checks *Table // passed, failed, or not_executable
}

// Close ends both tables.
func (r *Reconciliation) Close() {
	r.Breaks.Close()
	r.Checks.Close()
}

// Reconcile compares bill files with the books.
func (l *Ledger) Reconcile(query StatementQuery, bills []string, tolerance Tolerance) (*Reconciliation, error) {
	var clean C.uint8_t
	var checks C.drawdown_table
	breaks, err := l.table(func(l C.drawdown_ledger, a *arena, out *C.drawdown_table, e *C.drawdown_error) C.int32_t {
		c, options := query.c(a), C.drawdown_go_reconcile_options()
		if tolerance != nil {
			options.has_tolerance, options.tolerance = 1, tolerance.c()
		}
		return C.drawdown_reconcile_files(l, &c, a.texts(bills), C.uint64_t(len(bills)), &options,
			&clean, out, &checks, e)
	})
	if err != nil {
		return nil, err
	}
	checked, err := tableOf(checks)
	if err != nil {
		breaks.Close()
		return nil, err
	}
	return &Reconciliation{clean != 0, breaks, checked}, nil
}
