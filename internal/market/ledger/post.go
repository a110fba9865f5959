package ledger

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// Post writes one journal in the caller's transaction, or in one of its own.
// Under a key that was used it returns the first journal and writes nothing.
func (m *Module) Post(ctx context.Context, e Entry) (Journal, error) {
	all, err := m.PostAll(ctx, []Entry{e})
	if err != nil {
		return Journal{}, err
	}
	return all[0], nil
}

// PostAll writes journals, all or none. It asks no policy: the caller has
// authorised what the journals record.
func (m *Module) PostAll(ctx context.Context, entries []Entry) ([]Journal, error) {
	for _, e := range entries {
		if e.Book == "" || e.Key == "" {
			return nil, ErrUnbalanced
		}
		if err := Check(e.Legs); err != nil {
			return nil, err
		}
	}
	out := make([]Journal, len(entries))
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		now := m.Clock.Now().UTC().Truncate(time.Microsecond)
		day := dayOf(now)
		if closed, err := isClosed(ctx, day); err != nil || closed {
			return cmp.Or[error](err, ErrClosed.With("day", day))
		}
		s := sums{}
		var legs [][]any
		for i, e := range entries {
			j, fresh, err := insert(ctx, e, now, day)
			if err != nil {
				return err
			}
			out[i] = j
			if !fresh {
				continue
			}
			legs = append(legs, legRows(j, day)...)
			if err := s.add(j); err != nil {
				return err
			}
		}
		if err := insertLegs(ctx, legs); err != nil {
			return err
		}
		return s.store(ctx, day)
	})
	return out, err
}

func dayOf(t time.Time) string { return clock.Day(t).Format(time.DateOnly) }

// insert writes the head of a journal, or finds the one under its key.
func insert(ctx context.Context, e Entry, now time.Time, day string) (j Journal, fresh bool, err error) {
	j = Journal{
		Form: journalForm, ID: id.New[id.Journal](), Book: e.Book, At: now, Kind: e.Kind, Ref: e.Ref, Key: e.Key,
		Reverses: e.Reverses, Memo: e.Memo, Actor: authz.From(ctx).Account, Terms: e.Terms, Legs: e.Legs,
	}
	hash, err := j.Hash()
	if err != nil {
		return j, false, err
	}
	fresh, err = insertJournal(ctx, j, day, hash)
	if err != nil || fresh {
		return j, fresh, err
	}
	first, err := journalByKey(ctx, e.Key)
	if err != nil {
		return j, false, err
	}
	if first.Book != e.Book || first.Kind != e.Kind || first.Ref != e.Ref || !reflect.DeepEqual(first.Legs, e.Legs) {
		return j, false, ErrKeyUsed
	}
	return first, false, nil
}

type sumKey struct {
	book             id.Org
	account, product string
}

type sum struct{ debit, credit money.Fen }

// sums gathers what a batch adds to the cached balances.
type sums map[sumKey]sum

func (s sums) add(j Journal) error {
	for _, l := range j.Legs {
		k := sumKey{j.Book, l.Account, string(l.Product)}
		v := s[k]
		side := &v.debit
		if l.Side == Credit {
			side = &v.credit
		}
		var err error
		if *side, err = side.Add(l.Fen); err != nil {
			return err
		}
		s[k] = v
	}
	return nil
}

// store adds to the balances in one order everywhere, so that writers wait for
// each other and never in a ring, and refuses what would overdraw.
func (s sums) store(ctx context.Context, day string) error {
	keys := make([]sumKey, 0, len(s))
	total := map[sumKey]sum{}
	for k, v := range s {
		keys = append(keys, k)
		whole := sumKey{k.book, k.account, ""}
		t := total[whole]
		t.debit, t.credit = t.debit+v.debit, t.credit+v.credit
		total[whole] = t
	}
	accounts := make([]sumKey, 0, len(total))
	for k := range total {
		accounts = append(accounts, k)
	}
	slices.SortFunc(accounts, compare)
	slices.SortFunc(keys, compare)
	for _, k := range accounts {
		debit, credit, err := addBalance(ctx, k.book, k.account, total[k])
		if err != nil {
			return err
		}
		class, free, _ := ClassOf(k.account)
		holds, err := Holds(class, debit, credit)
		if err != nil {
			return err
		}
		if holds < 0 && !free {
			return ErrOverdrawn.With("account", k.account)
		}
	}
	for _, k := range keys {
		if err := addDaily(ctx, k, day, s[k]); err != nil {
			return err
		}
	}
	return nil
}

func compare(a, b sumKey) int {
	if c := strings.Compare(string(a.book), string(b.book)); c != 0 {
		return c
	}
	if c := strings.Compare(a.account, b.account); c != 0 {
		return c
	}
	return strings.Compare(a.product, b.product)
}
