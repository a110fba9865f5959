package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/market/ledger/dayroot"
	"tianbo/internal/platform/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

const journalColumns = `id, book, at, kind, ref, idem, reverses, memo, actor, terms, hash`

// stored is a journal as it lies in the tables, with the hash it was given.
type stored struct {
	Journal
	hash []byte
}

func scanJournal(row interface{ Scan(...any) error }) (stored, error) {
	s := stored{Journal: Journal{Form: journalForm}}
	var at int64
	err := row.Scan(&s.ID, &s.Book, &at, &s.Kind, &s.Ref, &s.Key, &s.Reverses, &s.Memo, &s.Actor, &s.Terms, &s.hash)
	s.At = clock.FromMicros(at)
	return s, err
}

func insertJournal(ctx context.Context, j Journal, day string, hash dayroot.Hash) (fresh bool, err error) {
	res, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO ledger_journal (id, book, day, at, kind, ref, idem, reverses, memo, actor, terms, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (idem) DO NOTHING`,
		j.ID, j.Book, day, clock.Micros(j.At), j.Kind, j.Ref, j.Key, j.Reverses, j.Memo, j.Actor, j.Terms, hash[:])
	if err != nil {
		return false, fmt.Errorf("inserting a journal: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

func legRows(j Journal, day string) [][]any {
	out := make([][]any, len(j.Legs))
	for i, l := range j.Legs {
		out[i] = []any{j.ID, i, j.Book, l.Account, l.Side, l.Fen, l.Party, l.Lot, l.Line, l.Product, day}
	}
	return out
}

func insertLegs(ctx context.Context, rows [][]any) error {
	return sqldb.Insert(ctx, "ledger_leg", `journal, seq, book, account, side, fen, party, lot, order_line, product, day`, rows)
}

func addBalance(ctx context.Context, book id.Org, account string, s sum) (debit, credit money.Fen, err error) {
	err = sqldb.From(ctx).QueryRow(ctx, `INSERT INTO ledger_balance (book, account, debit, credit) VALUES ($1, $2, $3, $4)
		ON CONFLICT (book, account) DO UPDATE SET debit = ledger_balance.debit + excluded.debit, credit = ledger_balance.credit + excluded.credit
		RETURNING debit, credit`, book, account, s.debit, s.credit).Scan(&debit, &credit)
	if err != nil {
		return 0, 0, fmt.Errorf("adding to a balance: %w", err)
	}
	return debit, credit, nil
}

func addDaily(ctx context.Context, k sumKey, day string, s sum) error {
	_, err := sqldb.From(ctx).Exec(ctx, `INSERT INTO ledger_daily (book, account, day, product, debit, credit) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (book, account, day, product) DO UPDATE SET debit = ledger_daily.debit + excluded.debit, credit = ledger_daily.credit + excluded.credit`,
		k.book, k.account, day, k.product, s.debit, s.credit)
	if err != nil {
		return fmt.Errorf("adding to a day: %w", err)
	}
	return nil
}

func journalByKey(ctx context.Context, key string) (Journal, error) {
	return withLegs(ctx, sqldb.From(ctx).QueryRow(ctx, `SELECT `+journalColumns+` FROM ledger_journal WHERE idem = $1`, key))
}

func journalByID(ctx context.Context, journal id.Journal) (Journal, error) {
	return withLegs(ctx, sqldb.From(ctx).QueryRow(ctx, `SELECT `+journalColumns+` FROM ledger_journal WHERE id = $1`, journal))
}

func withLegs(ctx context.Context, row sqldb.Row) (Journal, error) {
	s, err := scanJournal(row)
	if errors.Is(err, sql.ErrNoRows) {
		return s.Journal, ErrNoJournal
	}
	if err != nil {
		return s.Journal, fmt.Errorf("loading a journal: %w", err)
	}
	legs, err := legsBetween(ctx, s.ID, s.ID)
	s.Legs = legs[s.ID]
	return s.Journal, err
}

// legsBetween gives the legs of the journals from first to last.
func legsBetween(ctx context.Context, first, last id.Journal) (map[id.Journal][]Leg, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT journal, account, side, fen, party, lot, order_line, product FROM ledger_leg
		WHERE journal >= $1 AND journal <= $2 ORDER BY journal, seq`, first, last)
	if err != nil {
		return nil, fmt.Errorf("listing legs: %w", err)
	}
	defer rows.Close()
	out := map[id.Journal][]Leg{}
	for rows.Next() {
		var j id.Journal
		var l Leg
		if err := rows.Scan(&j, &l.Account, &l.Side, &l.Fen, &l.Party, &l.Lot, &l.Line, &l.Product); err != nil {
			return nil, fmt.Errorf("reading a leg: %w", err)
		}
		out[j] = append(out[j], l)
	}
	return out, rows.Err()
}

func scanJournals(ctx context.Context, rows *sql.Rows, err error) ([]stored, error) {
	if err != nil {
		return nil, fmt.Errorf("listing journals: %w", err)
	}
	defer rows.Close()
	var out []stored
	for rows.Next() {
		s, err := scanJournal(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a journal: %w", err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil || len(out) == 0 {
		return out, err
	}
	legs, err := legsBetween(ctx, out[0].ID, out[len(out)-1].ID)
	for i := range out {
		out[i].Legs = legs[out[i].ID]
	}
	return out, err
}

// ofDay gives the journals of a day after one, in the order of their leaves.
func ofDay(ctx context.Context, day string, after id.Journal, limit int) ([]stored, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT `+journalColumns+` FROM ledger_journal WHERE day = $1 AND id > $2 ORDER BY id LIMIT $3`, day, after, limit)
	return scanJournals(ctx, rows, err)
}

// ofBook gives the journals of a book between days, after one.
func ofBook(ctx context.Context, book id.Org, from, to string, after id.Journal, limit int) ([]stored, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT `+journalColumns+` FROM ledger_journal
		WHERE book = $1 AND day >= $2 AND day <= $3 AND id > $4 ORDER BY id LIMIT $5`, book, from, to, after, limit)
	return scanJournals(ctx, rows, err)
}

// about gives the journals that concern one thing.
func about(ctx context.Context, ref string) ([]stored, error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT `+journalColumns+` FROM ledger_journal WHERE ref = $1 ORDER BY id LIMIT 1000`, ref)
	if err != nil {
		return nil, fmt.Errorf("listing journals: %w", err)
	}
	out, err := scanHeads(rows)
	for i := range out {
		if err != nil {
			break
		}
		var legs map[id.Journal][]Leg
		legs, err = legsBetween(ctx, out[i].ID, out[i].ID)
		out[i].Legs = legs[out[i].ID]
	}
	return out, err
}

func scanHeads(rows *sql.Rows) ([]stored, error) {
	defer rows.Close()
	var out []stored
	for rows.Next() {
		s, err := scanJournal(rows)
		if err != nil {
			return nil, fmt.Errorf("reading a journal: %w", err)
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// hashesOf gives the leaves of a day.
func hashesOf(ctx context.Context, day string) (ids []id.Journal, leaves []dayroot.Hash, err error) {
	rows, err := sqldb.From(ctx).Query(ctx, `SELECT id, hash FROM ledger_journal WHERE day = $1 ORDER BY id`, day)
	if err != nil {
		return nil, nil, fmt.Errorf("listing hashes: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var j id.Journal
		var raw []byte
		if err := rows.Scan(&j, &raw); err != nil {
			return nil, nil, fmt.Errorf("reading a hash: %w", err)
		}
		ids, leaves = append(ids, j), append(leaves, dayroot.Hash(raw))
	}
	return ids, leaves, rows.Err()
}
