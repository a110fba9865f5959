package ledger

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/market/ledger/dayroot"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

// grace is how long after midnight a day stays open: journals that began
// before midnight have committed by then, for no transaction lives that long.
const grace = 15 * time.Minute

// SubjectDayClosed is the subject of the fact that a day has a signed root.
const SubjectDayClosed = "tianbo.ledger.day_closed.v1"

// CloseDays closes every day that is over and has journals.
func (m *Module) CloseDays(ctx context.Context) error {
	days, err := openDays(ctx, dayOf(m.Clock.Now().Add(-grace)))
	if err != nil {
		return err
	}
	for _, day := range days {
		if _, err := m.Close(ctx, day); err != nil {
			return err
		}
	}
	return nil
}

// Close gives a day its signed root; closing again returns the first one. It
// makes every hash anew from the journal's lines: a line that was changed since
// keeps the day from closing, with an error that names the journal.
func (m *Module) Close(ctx context.Context, day string) (Period, error) {
	var p Period
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		closed, err := isClosed(ctx, day)
		if err != nil {
			return err
		}
		if closed {
			p, err = periodOf(ctx, day)
			return err
		}
		if dayOf(m.Clock.Now().Add(-grace)) <= day {
			return ErrOpenDay
		}
		leaves, err := recompute(ctx, day)
		if err != nil {
			return err
		}
		p = Period{Day: day, Journals: int64(len(leaves)), Closed: m.Clock.Now()}
		if p.Root, err = dayroot.Root(leaves); err != nil {
			return err
		}
		secret, err := m.key(ctx)
		if err != nil {
			return err
		}
		if p.Note, err = dayroot.Sign(dayroot.Day{Day: day, Journals: p.Journals, Root: p.Root}, secret); err != nil {
			return err
		}
		if err := insertPeriod(ctx, p); err != nil {
			return err
		}
		return bus.Emit(ctx, SubjectDayClosed, day, map[string]any{"day": day, "journals": p.Journals, "note": p.Note})
	})
	return p, err
}

// recompute makes a day's leaves from the journals themselves.
func recompute(ctx context.Context, day string) ([]dayroot.Hash, error) {
	var leaves []dayroot.Hash
	after := id.Journal("")
	for {
		batch, err := ofDay(ctx, day, after, 1000)
		if err != nil || len(batch) == 0 {
			return leaves, err
		}
		for _, s := range batch {
			h, err := s.Hash()
			if err != nil {
				return nil, err
			}
			if !bytes.Equal(h[:], s.hash) {
				return nil, fmt.Errorf("ledger: journal %s has been changed since it was posted", s.ID)
			}
			leaves, after = append(leaves, h), s.ID
		}
	}
}

// key is the secret that signs; the first close makes one.
func (m *Module) key(ctx context.Context) (string, error) {
	verifier, sealed, err := newestKey(ctx)
	if err != nil {
		return "", err
	}
	if verifier != "" {
		return m.Sealer.OpenText(sealed, "ledger_key "+verifier)
	}
	secret, verifier, err := dayroot.Key()
	if err != nil {
		return "", err
	}
	if sealed, err = m.Sealer.Text(secret, "ledger_key "+verifier); err != nil {
		return "", err
	}
	return secret, insertKey(ctx, verifier, sealed, clock.Micros(m.Clock.Now()))
}

// JobClose is the kind of the nightly job.
const JobClose = "ledger.close"

// ScheduleClose makes sure that the next night's close will come.
func (m *Module) ScheduleClose(ctx context.Context) error {
	next := clock.Day(m.Clock.Now()).AddDate(0, 0, 1)
	return sqldb.Write(ctx, func(ctx context.Context) error {
		return bus.Schedule(ctx, bus.Job{Kind: JobClose, Key: next.Format(time.DateOnly), Due: next.Add(grace + 5*time.Minute)})
	})
}

func (m *Module) nightly(ctx context.Context, _ bus.Job) error {
	if err := m.CloseDays(ctx); err != nil {
		return err
	}
	return m.ScheduleClose(ctx)
}
