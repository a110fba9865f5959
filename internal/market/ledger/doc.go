// Package ledger is who owes whom: double entry over obligations. Money stays
// with licensed payment firms and banks, or in the seller's own hand; a book
// says whose it is. There is one book for each merchant of record, that is for
// each selling organisation.
//
// Invariants: in every journal debits equal credits; a balance is the sum of
// its legs; posting again under the same key returns the first journal; nothing
// is updated or deleted, a correction is a journal of its own; no account that
// must not be overdrawn ever is; a closed day (Asia/Shanghai) takes no more
// journals. Each journal has a hash. Each closed day has one signed RFC 6962
// root over the hashes of its journals in the order of their identifiers, so
// any line can be shown to have been there (dayroot). The journals of one
// moment are chained to no other: writers never wait for each other's hashes.
//
// Tables: ledger_journal, ledger_leg, ledger_balance, ledger_daily,
// ledger_period, ledger_key. Events out: tianbo.ledger.day_closed.v1. Calls:
// none; order posts its payments, earnings and refunds here.
package ledger
