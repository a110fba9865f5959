package room

import (
	"context"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/search"
)

var words = search.Index{Name: "room"}

// Find gives the rooms that hold every word of a query, or those of a seller,
// the newest room first and whatever their state; the same for everyone.
func (m *Module) Find(ctx context.Context, query string, seller id.Org, req page.Request) (page.Of[Room], error) {
	var none page.Of[Room]
	if err := authz.Check(ctx, "room.list", authz.Resource{Type: "Rooms"}); err != nil {
		return none, err
	}
	before := lastID
	if err := page.Decode(req.Cursor, &before); err != nil {
		return none, err
	}
	rows, err := m.found(ctx, query, seller, before, req.Rows()+1)
	if err != nil {
		return none, err
	}
	return page.Cut(rows, req, func(r Room) string { return page.Encode(string(r.ID)) }), nil
}

func (*Module) found(ctx context.Context, query string, seller id.Org, before string, limit int) ([]Room, error) {
	if query == "" {
		return roomsByOrg(ctx, seller, before, limit)
	}
	things, err := words.Find(ctx, query, before, limit)
	if err != nil || len(things) == 0 {
		return nil, err
	}
	ids := make([]id.Room, len(things))
	for i, t := range things {
		ids[i] = id.Room(t)
	}
	return roomsByIDs(ctx, ids)
}

// index makes a room findable by what it is called, what is sold, who speaks
// and who sells. It joins the transaction.
func (m *Module) index(ctx context.Context, r Room, broadcast string) error {
	people, orgs, err := m.names(ctx, []Room{r})
	if err != nil {
		return err
	}
	return words.Put(ctx, string(r.ID), r.Title, r.Topic, broadcast, people[r.Host], orgs[r.Org].Name)
}
