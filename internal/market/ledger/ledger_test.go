package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/kernel/page"
	"tianbo/internal/market/ledger"
	"tianbo/internal/market/ledger/dayroot"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

// plain stands in for the sealer: these tests are about books, not secrets.
type plain struct{}

func (plain) Text(s, _ string) ([]byte, error)            { return []byte(s), nil }
func (plain) OpenText(b []byte, _ string) (string, error) { return string(b), nil }

type owners struct{ buyer, org string }

func (o owners) Resource(context.Context, string) (authz.Resource, error) {
	return authz.Resource{Type: "Order", Owner: id.Account(o.buyer), Org: id.Org(o.org)}, nil
}

var noon = time.Date(2026, 9, 20, 12, 0, 0, 0, clock.Shanghai)

type books struct {
	*ledger.Module
	clock *clock.Fake
}

func each(t *testing.T, test func(t *testing.T, ctx context.Context, b books)) {
	var empty ledger.Module
	sqldbtest.Each(t, []sqldb.Migrations{bus.Migrations(), empty.Migrations()}, func(t *testing.T, ctx context.Context, _ *sqldb.DB) {
		p, err := authz.Load(map[string]string{"ledger": empty.Policy()})
		if err != nil {
			t.Fatal(err)
		}
		c := clock.NewFake(noon)
		test(t, p.Attach(ctx), books{ledger.New(ledger.Deps{Clock: c, Sealer: plain{}, Orders: owners{"acc_buyer", "org_a"}}), c})
	})
}

func as(ctx context.Context, account string, roles ...authz.Role) context.Context {
	return authz.With(ctx, authz.Actor{Account: id.Account(account), Roles: roles})
}

func owner(ctx context.Context, org id.Org) context.Context {
	return as(ctx, "acc_owner", authz.Role{Name: "owner", Org: org})
}

func leg(account string, side ledger.Side, fen money.Fen) ledger.Leg {
	return ledger.Leg{Account: account, Side: side, Fen: fen, Product: "prd_1"}
}

func paid(book id.Org, order string, fen money.Fen) ledger.Entry {
	return ledger.Entry{Book: book, Kind: ledger.Paid, Ref: order, Key: "paid:" + order, Legs: []ledger.Leg{
		leg("psp:manual:clearing", ledger.Debit, fen), leg("buyer:advance", ledger.Credit, fen),
	}}
}

func earned(book id.Org, order string, farmer, fee money.Fen) ledger.Entry {
	return ledger.Entry{Book: book, Kind: ledger.Earned, Ref: order, Key: "earned:" + order, Legs: []ledger.Leg{
		leg("buyer:advance", ledger.Debit, farmer+fee), leg("farmer:"+string(book)+":payable", ledger.Credit, farmer), leg("platform:fee", ledger.Credit, fee),
	}}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestPostingIsBalancedOnceAndNeverOverdrawn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, ctx context.Context, b books) {
		e := paid("org_a", "ord_1", 2980)
		for name, bad := range map[string]ledger.Entry{
			"one leg":         {Book: "org_a", Key: "k1", Legs: e.Legs[:1]},
			"unequal":         {Book: "org_a", Key: "k2", Legs: []ledger.Leg{leg("suspense", ledger.Debit, 1), leg("suspense", ledger.Credit, 2)}},
			"unknown account": {Book: "org_a", Key: "k3", Legs: []ledger.Leg{leg("petty", ledger.Debit, 1), leg("suspense", ledger.Credit, 1)}},
			"negative":        {Book: "org_a", Key: "k4", Legs: []ledger.Leg{leg("suspense", ledger.Debit, -1), leg("suspense", ledger.Credit, -1)}},
			"overflow":        {Book: "org_a", Key: "k5", Legs: []ledger.Leg{leg("suspense", ledger.Debit, 1<<62), leg("suspense", ledger.Debit, 1<<62), leg("suspense", ledger.Credit, 1)}},
			"no key":          {Book: "org_a", Legs: e.Legs},
			"overdrawn":       earned("org_a", "ord_1", 2900, 80),
		} {
			if _, err := b.Post(ctx, bad); err == nil {
				t.Errorf("%s was posted", name)
			}
		}
		first := must[ledger.Journal](t)(b.Post(ctx, e))
		again := must[ledger.Journal](t)(b.Post(ctx, e))
		if again.ID != first.ID {
			t.Errorf("a repeat made %s beside %s", again.ID, first.ID)
		}
		other := paid("org_a", "ord_1", 2981)
		if _, err := b.Post(ctx, other); !errors.Is(err, ledger.ErrKeyUsed) {
			t.Errorf("the same key with other legs: %v", err)
		}
		must[ledger.Journal](t)(b.Post(ctx, earned("org_a", "ord_1", 2900, 80)))
		got := map[string]money.Fen{}
		for _, x := range must[[]ledger.Balance](t)(b.Balances(owner(ctx, "org_a"), "org_a")) {
			class, _, _ := ledger.ClassOf(x.Account)
			got[x.Account] = must[money.Fen](t)(ledger.Holds(class, x.Debit, x.Credit))
		}
		want := map[string]money.Fen{"psp:manual:clearing": 2980, "buyer:advance": 0, "farmer:org_a:payable": 2900, "platform:fee": 80}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("balances %v, want %v", got, want)
		}
	})
}

func TestRepeatsAtOncePostOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, ctx context.Context, b books) {
		ids := make([]id.Journal, 40)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				j, err := b.Post(ctx, paid("org_a", "ord_1", 100))
				if err != nil {
					t.Error(err)
				}
				ids[i] = j.ID
			})
		}
		wg.Wait()
		for _, j := range ids {
			if j != ids[0] {
				t.Fatalf("two journals under one key: %s and %s", j, ids[0])
			}
		}
		if n := len(must[page.Of[ledger.Journal]](t)(b.Journals(owner(ctx, "org_a"), "org_a", "2026-09-01", "2026-09-30", page.Request{})).Items); n != 1 {
			t.Errorf("%d journals", n)
		}
	})
}

func TestWhoMayRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, ctx context.Context, b books) {
		j := must[ledger.Journal](t)(b.Post(ctx, paid("org_a", "ord_1", 100)))
		read := func(ctx context.Context) error { _, err := b.Balances(ctx, "org_a"); return err }
		for name, c := range map[string]struct {
			ctx  context.Context
			want bool
		}{
			"owner": {owner(ctx, "org_a"), true}, "another's owner": {owner(ctx, "org_b"), false}, "visitor": {ctx, false},
			"staff of the seller": {as(ctx, "acc_s", authz.Role{Name: "staff", Org: "org_a"}), false},
			"regulator":           {as(ctx, "acc_r", authz.Role{Name: "regulator"}), true},
		} {
			if err := read(c.ctx); (err == nil) != c.want {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := b.Prove(c.ctx, j.ID); c.want != errors.Is(err, ledger.ErrOpenDay) {
				t.Errorf("%s: proof: %v", name, err)
			}
		}
		for name, c := range map[string]struct {
			ctx  context.Context
			want bool
		}{"buyer": {as(ctx, "acc_buyer"), true}, "seller's staff": {as(ctx, "acc_s", authz.Role{Name: "staff", Org: "org_a"}), true}, "another": {as(ctx, "acc_x"), false}} {
			if _, err := b.Breakdown(c.ctx, "ord_1"); (err == nil) != c.want {
				t.Errorf("breakdown for %s: %v", name, err)
			}
		}
	})
}

func TestDayCloseProofAndTampering(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, ctx context.Context, b books) {
		var all []ledger.Journal
		for i := range 7 {
			all = append(all, must[ledger.Journal](t)(b.Post(ctx, paid("org_a", fmt.Sprintf("ord_%d", i), money.Fen(100+i)))))
		}
		if _, err := b.Close(ctx, "2026-09-20"); !errors.Is(err, ledger.ErrOpenDay) {
			t.Fatalf("the running day was closed: %v", err)
		}
		b.clock.Advance(13 * time.Hour)
		if err := b.CloseDays(ctx); err != nil {
			t.Fatal(err)
		}
		p := must[ledger.Period](t)(b.Close(ctx, "2026-09-20"))
		keys := must[[]string](t)(b.Verifiers(ctx))
		for _, j := range all {
			proof := must[ledger.Proof](t)(b.Prove(owner(ctx, "org_a"), j.ID))
			if err := proof.Check(keys...); err != nil {
				t.Fatalf("proof of %s: %v", j.ID, err)
			}
			proof.Journal.Legs[0].Fen++
			if err := proof.Check(keys...); !errors.Is(err, dayroot.ErrProof) {
				t.Fatalf("a changed leg was not found: %v", err)
			}
		}
		if p.Journals != 7 {
			t.Errorf("%d journals in the root", p.Journals)
		}
		_, stranger, _ := dayroot.Key()
		if _, err := dayroot.Open(p.Note, stranger); !errors.Is(err, dayroot.ErrNote) {
			t.Errorf("another's key opened the note: %v", err)
		}
		// The next day: a line is changed behind the ledger's back.
		j := must[ledger.Journal](t)(b.Post(ctx, paid("org_a", "ord_x", 500)))
		err := sqldb.Write(ctx, func(ctx context.Context) error {
			_, err := sqldb.From(ctx).Exec(ctx, `UPDATE ledger_leg SET fen = 400 WHERE journal = $1`, j.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(24 * time.Hour)
		if _, err := b.Close(ctx, "2026-09-21"); err == nil || !strings.Contains(err.Error(), string(j.ID)) {
			t.Errorf("a changed journal was sealed into a root: %v", err)
		}
	})
}

func TestExportVerifiesOffline(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, ctx context.Context, b books) {
		must[ledger.Journal](t)(b.Post(ctx, paid("org_a", "ord_1", 2980)))
		must[ledger.Journal](t)(b.Post(ctx, paid("org_b", "ord_9", 700)))
		must[ledger.Journal](t)(b.Post(ctx, earned("org_a", "ord_1", 2900, 80)))
		b.clock.Advance(24 * time.Hour)
		if err := b.CloseDays(ctx); err != nil {
			t.Fatal(err)
		}
		must[ledger.Journal](t)(b.Post(ctx, paid("org_a", "ord_2", 50)))
		var file bytes.Buffer
		if err := b.Export(as(ctx, "acc_x"), "org_a", "2026-09-01", "2026-09-30", &file); err == nil || file.Len() > 0 {
			t.Fatalf("a stranger exported %d bytes: %v", file.Len(), err)
		}
		if err := b.Export(owner(ctx, "org_a"), "org_a", "2026-09-01", "2026-09-30", &file); err != nil {
			t.Fatal(err)
		}
		text := file.String()
		v, err := ledger.Verify(strings.NewReader(text))
		if err != nil || v.Journals != 3 || v.Proved != 2 || v.Orders != 2 || v.Balances["farmer:org_a:payable"] != 2900 {
			t.Fatalf("%+v %v", v, err)
		}
		lines := strings.SplitAfter(text, "\n")
		for name, broken := range map[string]string{
			"a changed amount":  strings.Replace(text, `"fen":2980`, `"fen":2981`, 2),
			"a doubled journal": text + lines[1],
			"a cut line":        text[:len(text)-20],
			"another head":      strings.Replace(text, "export/1", "export/2", 1),
		} {
			if _, err := ledger.Verify(strings.NewReader(broken)); err == nil {
				t.Errorf("%s was accepted", name)
			}
		}
	})
}

func TestStatementPagesAndGroups(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, ctx context.Context, b books) {
		for d := range 5 {
			for i := range 3 {
				e := paid("org_a", fmt.Sprintf("ord_%d_%d", d, i), 100)
				for k := range e.Legs {
					e.Legs[k].Product = id.Product(fmt.Sprintf("prd_%d", i))
				}
				must[ledger.Journal](t)(b.Post(ctx, e))
			}
			b.clock.Advance(24 * time.Hour)
		}
		ctx = owner(ctx, "org_a")
		read := func(by ledger.Grouping) (keys []string, total money.Fen) {
			for req := (page.Request{Limit: 2}); ; {
				p := must[page.Of[ledger.Row]](t)(b.Statement(ctx, "org_a", "2026-09-20", "2026-09-24", by, req))
				for _, r := range p.Items {
					keys = append(keys, r.Key)
					for _, f := range r.Figures {
						total += f.Debit
					}
				}
				if req.Cursor = p.Next; req.Cursor == "" {
					return keys, total
				}
			}
		}
		if keys, total := read(ledger.ByDay); strings.Join(keys, " ") != "2026-09-24 2026-09-23 2026-09-22 2026-09-21 2026-09-20" || total != 1500 {
			t.Errorf("by day: %v %v", keys, total)
		}
		if keys, total := read(ledger.ByProduct); strings.Join(keys, " ") != "prd_0 prd_1 prd_2" || total != 1500 {
			t.Errorf("by product: %v %v", keys, total)
		}
		if _, err := b.Statement(ctx, "org_a", "2026-09-24", "2026-09-20", ledger.ByDay, page.Request{}); !errors.Is(err, ledger.ErrRange) {
			t.Errorf("a backward range: %v", err)
		}
	})
}

// Random histories of one order: whatever happens to it, the parts sum to what
// was paid, and mirrored journals cancel.
func TestPartsAlwaysSumToThePaid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := money.Fen(rapid.Int64Range(1, 1<<40).Draw(t, "total"))
		fee := money.Fen(rapid.Int64Range(0, int64(total)-1).Draw(t, "fee"))
		back := money.Fen(rapid.Int64Range(0, int64(total)-int64(fee)).Draw(t, "back"))
		var js []ledger.Journal
		add := func(kind ledger.Kind, legs ...ledger.Leg) {
			kept := legs[:0]
			for _, l := range legs {
				if l.Fen > 0 {
					kept = append(kept, l)
				}
			}
			if len(kept) < 2 {
				return
			}
			if err := ledger.Check(kept); err != nil {
				t.Fatal(err)
			}
			js = append(js, ledger.Journal{ID: id.New[id.Journal](), Kind: kind, Legs: kept})
		}
		add(ledger.Paid, leg("psp:manual:clearing", ledger.Debit, total), leg("buyer:advance", ledger.Credit, total))
		if rapid.Bool().Draw(t, "earned") {
			add(ledger.Earned, leg("buyer:advance", ledger.Debit, total), leg("farmer:a:payable", ledger.Credit, total-fee), leg("platform:fee", ledger.Credit, fee))
			add(ledger.Refunded, leg("farmer:a:payable", ledger.Debit, back), leg("buyer:refund_due", ledger.Credit, back))
			add(ledger.PaidOut, leg("farmer:a:payable", ledger.Debit, total-fee-back), leg("psp:manual:clearing", ledger.Credit, total-fee-back))
		}
		if rapid.Bool().Draw(t, "reversed") {
			last := js[len(js)-1]
			if last.Kind != ledger.PaidOut && last.Kind != ledger.Paid {
				js = append(js, ledger.Journal{ID: id.New[id.Journal](), Kind: ledger.Reversed, Legs: ledger.Mirror(last.Legs)})
			}
		}
		b, err := ledger.Split(js)
		if err != nil {
			t.Fatal(err)
		}
		var sum money.Fen
		for _, p := range b.Parts {
			sum += p.Fen
		}
		if sum != b.Paid || b.Paid != total {
			t.Fatalf("paid %v, parts %v sum to %v", b.Paid, b.Parts, sum)
		}
	})
}
