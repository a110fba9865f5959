package chat

import (
	"context"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// Wait is why a line is on the patrol's list.
type Wait string

// The lists.
const (
	WaitHeld     Wait = "held"     // kept back until a person has looked
	WaitReported Wait = "reported" // shown, but somebody has complained
)

// Waiting line of any room, with what patrol must know of it.
type WaitingLine struct {
	Line
	RoomTitle string
	Reasons   []string // of the reports not yet settled
}

// mayPatrol asks for a part in keeping order anywhere on the platform.
func mayPatrol(ctx context.Context) error {
	for _, role := range authz.From(ctx).Roles {
		if role.Org == "" && authz.Allows(ctx, "chat.patrol", authz.Resource{Type: "Lines", Region: role.Region}) {
			return nil
		}
	}
	return authz.Check(ctx, "chat.patrol", authz.Resource{Type: "Lines"})
}

// Patrol lists the lines that wait, held or reported, of one room or of all,
// the oldest first.
func (m *Module) Patrol(ctx context.Context, wait Wait, room id.Room, req page.Request) (page.Of[WaitingLine], error) {
	var none page.Of[WaitingLine]
	if err := mayPatrol(ctx); err != nil {
		return none, err
	}
	after := ""
	if err := page.Decode(req.Cursor, &after); err != nil {
		return none, err
	}
	rows, err := waitingLines(ctx, wait, room, after, req.Rows()+1)
	if err != nil {
		return none, err
	}
	p := page.Cut(rows, req, func(l Line) string { return page.Encode(string(l.ID)) })
	reasons, err := openReports(ctx, p.Items)
	if err != nil {
		return none, err
	}
	titles := map[id.Room]string{}
	for _, l := range p.Items {
		if _, known := titles[l.Room]; known {
			continue
		}
		r, err := m.Rooms.ByID(ctx, l.Room)
		if err != nil {
			return none, err
		}
		titles[l.Room] = r.Title
	}
	return page.Map(p, func(l Line) WaitingLine { return WaitingLine{l, titles[l.Room], reasons[l.ID]} }), nil
}

// Counts are the lines that wait.
type Counts struct{ Held, Reported int64 }

// Count counts the lines that wait, over all rooms.
func (*Module) Count(ctx context.Context) (Counts, error) {
	if err := mayPatrol(ctx); err != nil {
		return Counts{}, err
	}
	return countWaiting(ctx)
}

// Settle lets a reported line stand: its reports have been looked at. They
// stay in the record; new ones count from nothing.
func (m *Module) Settle(ctx context.Context, line id.Line) (Line, error) {
	var l Line
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if l, err = loadLine(ctx, line); err != nil {
			return err
		}
		if _, err = m.manage(ctx, l.Room); err != nil {
			return err
		}
		l.Reports = 0
		return settleReports(ctx, line, m.Clock.Now())
	})
	return l, err
}
