package ledger

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/money"
	"tianbo/internal/market/ledger/dayroot"
	"tianbo/internal/platform/authz"
)

// exportForm is the first line's form of an export.
const exportForm = "tianbo.ledger.export/1"

// line is one line of an export: a head, journals, then the days with their
// proofs' notes.
type line struct {
	Form    string   `json:"form,omitempty"`
	Book    id.Org   `json:"book,omitempty"`
	From    string   `json:"from,omitempty"`
	To      string   `json:"to,omitempty"`
	Keys    []string `json:"keys,omitempty"`
	Proof   *Proof   `json:"proof,omitempty"`
	Journal *Journal `json:"journal,omitempty"` // of a day that has not closed
}

// Export writes a book's journals between two days as JSON lines. Journals of
// closed days come with their proofs, so that the file can be verified without
// the server.
func (m *Module) Export(ctx context.Context, book id.Org, from, to string, w io.Writer) error {
	if err := authz.Check(ctx, "ledger.export", bookResource(book)); err != nil {
		return err
	}
	if err := checkRange(from, to); err != nil {
		return err
	}
	keys, err := verifiers(ctx)
	if err != nil {
		return err
	}
	out := json.NewEncoder(w)
	if err := out.Encode(line{Form: exportForm, Book: book, From: from, To: to, Keys: keys}); err != nil {
		return err
	}
	e := exporter{out: out}
	for after := id.Journal(""); ; {
		batch, err := ofBook(ctx, book, from, to, after, 500)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, s := range batch {
			if err := e.write(ctx, s.Journal); err != nil {
				return err
			}
			after = s.ID
		}
	}
}

// exporter keeps the tree of the day that it is in.
type exporter struct {
	out    *json.Encoder
	day    string
	note   string // empty while the day is open
	index  map[id.Journal]int64
	leaves []dayroot.Hash
}

func (e *exporter) write(ctx context.Context, j Journal) error {
	if day := dayOf(j.At); day != e.day {
		if err := e.turn(ctx, day); err != nil {
			return err
		}
	}
	if e.note == "" {
		return e.out.Encode(line{Journal: &j})
	}
	n := e.index[j.ID]
	path, err := dayroot.Prove(e.leaves, n)
	if err != nil {
		return err
	}
	return e.out.Encode(line{Proof: &Proof{j, n, path, e.note}})
}

func (e *exporter) turn(ctx context.Context, day string) error {
	e.day, e.note = day, ""
	p, err := periodOf(ctx, day)
	if errors.Is(err, ErrOpenDay) {
		return nil
	}
	if err != nil {
		return err
	}
	ids, leaves, err := hashesOf(ctx, day)
	if err != nil {
		return err
	}
	e.note, e.leaves, e.index = p.Note, leaves, make(map[id.Journal]int64, len(ids))
	for i, j := range ids {
		e.index[j] = int64(i)
	}
	return nil
}

// Verified is what an export was found to be.
type Verified struct {
	Journals, Proved int
	Days             map[string]bool // closed days seen
	Balances         map[string]money.Fen
	Orders           int // whose parts were checked to sum to what was paid
}

// Verify checks an export with nothing but the file: every journal balances,
// every proof holds under one of the verifiers (those in the file when none
// are given), no journal stands twice, and the parts of every order sum to what
// was paid. The error names the line at fault.
func Verify(r io.Reader, keys ...string) (Verified, error) {
	v := Verified{Days: map[string]bool{}, Balances: map[string]money.Fen{}}
	seen := map[id.Journal]bool{}
	byRef := map[string][]Journal{}
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 64<<10), 4<<20)
	for n := 1; in.Scan(); n++ {
		var l line
		if err := json.Unmarshal(in.Bytes(), &l); err != nil {
			return v, fmt.Errorf("line %d: not JSON: %w", n, err)
		}
		if n == 1 {
			if l.Form != exportForm {
				return v, fmt.Errorf("line 1: not an export of the ledger (%s)", exportForm)
			}
			if len(keys) == 0 {
				keys = l.Keys
			}
			continue
		}
		j, err := v.line(l, keys)
		if err != nil {
			return v, fmt.Errorf("line %d: %w", n, err)
		}
		if seen[j.ID] {
			return v, fmt.Errorf("line %d: journal %s stands twice", n, j.ID)
		}
		seen[j.ID] = true
		byRef[j.Ref] = append(byRef[j.Ref], j)
	}
	if err := in.Err(); err != nil {
		return v, err
	}
	for ref, journals := range byRef {
		if err := checkOrder(journals); err != nil {
			return v, fmt.Errorf("%s: %w", ref, err)
		}
		v.Orders++
	}
	return v, nil
}

func (v *Verified) line(l line, keys []string) (Journal, error) {
	var j Journal
	switch {
	case l.Proof != nil:
		j = l.Proof.Journal
		if err := l.Proof.Check(keys...); err != nil {
			return j, fmt.Errorf("journal %s: %w", j.ID, err)
		}
		v.Proved++
		v.Days[dayOf(j.At)] = true
	case l.Journal != nil:
		j = *l.Journal
	default:
		return j, errors.New("neither a journal nor a proof")
	}
	if j.Form != journalForm {
		return j, fmt.Errorf("journal %s has the form %q", j.ID, j.Form)
	}
	if err := Check(j.Legs); err != nil {
		return j, fmt.Errorf("journal %s: %w", j.ID, err)
	}
	v.Journals++
	for _, l := range j.Legs {
		class, _, _ := ClassOf(l.Account)
		debit, credit := l.Fen, money.Fen(0)
		if l.Side == Credit {
			debit, credit = 0, l.Fen
		}
		holds, err := Holds(class, debit, credit)
		if err != nil {
			return j, err
		}
		if v.Balances[l.Account], err = v.Balances[l.Account].Add(holds); err != nil {
			return j, err
		}
	}
	return j, nil
}

func checkOrder(journals []Journal) error {
	b, err := Split(journals)
	if err != nil {
		return err
	}
	var sum money.Fen
	for _, p := range b.Parts {
		if sum, err = sum.Add(p.Fen); err != nil {
			return err
		}
	}
	if sum != b.Paid {
		return fmt.Errorf("the parts sum to %s, paid was %s", sum, b.Paid)
	}
	return nil
}
