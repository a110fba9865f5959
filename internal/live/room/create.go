package room

import (
	"context"
	"slices"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// Opening is what a new room needs.
type Opening struct {
	Org   id.Org
	Title string
	Topic string
	Cover id.Upload
}

// Create opens a room for a seller the actor works for. One host has one room
// a seller; asking again gives ErrRoomTaken.
func (m *Module) Create(ctx context.Context, o Opening) (Room, error) {
	if err := authz.Check(ctx, "room.create", authz.Resource{Type: "Org", ID: string(o.Org), Org: o.Org}); err != nil {
		return Room{}, err
	}
	title, ok := CleanTitle(o.Title)
	if !ok {
		return Room{}, ErrTitle
	}
	cards, err := m.Orgs.Cards(ctx, []id.Org{o.Org})
	if err != nil {
		return Room{}, err
	}
	card, ok := cards[o.Org]
	if !ok {
		return Room{}, ErrOrg
	}
	now := m.Clock.Now()
	r := Room{
		ID: id.New[id.Room](), Org: o.Org, Operator: o.Org, Host: authz.From(ctx).Subject(), Title: title,
		Topic: o.Topic, Cover: o.Cover, Region: card.Region, Created: now, State: Idle, SortAt: now,
	}
	err = sqldb.Write(ctx, func(ctx context.Context) error {
		fresh, err := insertRoom(ctx, r)
		if err == nil && !fresh {
			err = ErrRoomTaken
		}
		if err != nil {
			return err
		}
		return m.index(ctx, r, "")
	})
	return r, err
}

// Edit changes how a room presents itself. Empty fields stay as they are.
func (m *Module) Edit(ctx context.Context, room id.Room, o Opening) (Room, error) {
	var r Room
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if r, err = m.own(ctx, room, "room.edit"); err != nil {
			return err
		}
		if o.Title != "" {
			title, ok := CleanTitle(o.Title)
			if !ok {
				return ErrTitle
			}
			r.Title = title
		}
		if o.Topic != "" {
			r.Topic = o.Topic
		}
		if o.Cover != "" {
			r.Cover = o.Cover
		}
		if err := updateRoom(ctx, r); err != nil {
			return err
		}
		return m.index(ctx, r, "")
	})
	return r, err
}

// own loads a room and asks whether the actor may do action to it.
func (*Module) own(ctx context.Context, room id.Room, action string) (Room, error) {
	r, err := loadRoom(ctx, room)
	if err != nil {
		return r, err
	}
	return r, authz.Check(ctx, action, r.Resource())
}

// Resource is the room as policies see it.
func (r Room) Resource() authz.Resource {
	return authz.Resource{Type: "Room", ID: string(r.ID), Owner: r.Host, Org: r.Org, Region: r.Region}
}

// Mine lists the rooms the actor hosts.
func (*Module) Mine(ctx context.Context) ([]Room, error) {
	return roomsByHost(ctx, authz.From(ctx).Subject())
}

// names gathers what is shown of hosts and organisations.
func (m *Module) names(ctx context.Context, rooms []Room) (map[id.Account]string, map[id.Org]OrgCard, error) {
	var accounts []id.Account
	var orgs []id.Org
	for _, r := range rooms {
		accounts = append(accounts, r.Host)
		orgs = append(orgs, r.Org, r.Operator)
	}
	slices.Sort(accounts)
	slices.Sort(orgs)
	people, err := m.People.Names(ctx, slices.Compact(accounts))
	if err != nil {
		return nil, nil, err
	}
	cards, err := m.Orgs.Cards(ctx, slices.Compact(orgs))
	return people, cards, err
}
