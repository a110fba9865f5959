package ledger

import "tianbo/internal/kernel/fault"

// The faults of the ledger. The first four are mistakes of a program, never of
// a person; a person meets the rest.
var (
	ErrUnbalanced = fault.Define(fault.Internal, "ledger_unbalanced", "账目借贷不平，没有记入", "Debits and credits differ; nothing was posted.")
	ErrAccount    = fault.Define(fault.Internal, "ledger_account", "没有“{account}”这个账户", "There is no account {account}.")
	ErrOverdrawn  = fault.Define(fault.Conflict, "ledger_overdrawn", "账户“{account}”余额不够，没有记入", "The account {account} does not hold that much; nothing was posted.")
	ErrKeyUsed    = fault.Define(fault.Conflict, "ledger_key_reused", "这笔账已用同一编号记过，内容不同", "This key was used for a different journal.")
	ErrClosed     = fault.Define(fault.Conflict, "ledger_day_closed", "{day} 已结账，不能再记入", "{day} is closed and takes no more journals.")
	ErrNoJournal  = fault.Define(fault.NotFound, "journal_not_found", "没有这笔账", "There is no such journal.")
	ErrOpenDay    = fault.Define(fault.Conflict, "ledger_day_open", "当天的账夜里结账后才能出证明", "A proof is ready once the day has closed, after midnight.")
	ErrRange      = fault.Define(fault.Invalid, "statement_range", "请给出开始和结束日期（年-月-日），最多 366 天", "Give a first and a last day (YYYY-MM-DD), 366 days at most.")
)
