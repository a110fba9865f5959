package ledger

import (
	"context"
	"slices"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/market/ledger/dayroot"
	"tianbo/internal/platform/authz"
)

// Proof shows that a journal was there when its day was closed. With the
// published verifier it is checked offline: `tianbo ledger verify`.
type Proof struct {
	Journal Journal        `json:"journal"`
	Index   int64          `json:"index"`
	Path    []dayroot.Hash `json:"path"`
	Note    string         `json:"note"`
}

// Prove makes the proof of a journal of a closed day.
func (*Module) Prove(ctx context.Context, journal id.Journal) (Proof, error) {
	j, err := journalByID(ctx, journal)
	if err != nil {
		return Proof{}, err
	}
	if err := authz.Check(ctx, "ledger.read", bookResource(j.Book)); err != nil {
		return Proof{}, err
	}
	day := dayOf(j.At)
	period, err := periodOf(ctx, day)
	if err != nil {
		return Proof{}, err
	}
	ids, leaves, err := hashesOf(ctx, day)
	if err != nil {
		return Proof{}, err
	}
	n := slices.Index(ids, journal)
	path, err := dayroot.Prove(leaves, int64(n))
	return Proof{j, int64(n), path, period.Note}, err
}

// Check is nil when the proof holds under one of the verifiers.
func (p Proof) Check(verifiers ...string) error {
	day, err := dayroot.Open(p.Note, verifiers...)
	if err != nil {
		return err
	}
	leaf, err := p.Journal.Hash()
	if err != nil {
		return err
	}
	if day.Day != dayOf(p.Journal.At) {
		return dayroot.ErrProof
	}
	return dayroot.CheckProof(p.Path, day.Journals, day.Root, p.Index, leaf)
}

// Days lists closed days, the newest first, for everyone.
func (*Module) Days(ctx context.Context, req page.Request) (page.Of[Period], error) {
	before := "9999-99-99"
	if err := page.Decode(req.Cursor, &before); err != nil {
		return page.Of[Period]{}, err
	}
	rows, err := periods(ctx, before, req.Rows()+1)
	if err != nil {
		return page.Of[Period]{}, err
	}
	return page.Cut(rows, req, func(p Period) string { return page.Encode(p.Day) }), nil
}

// Verifiers are the published keys.
func (*Module) Verifiers(ctx context.Context) ([]string, error) { return verifiers(ctx) }
