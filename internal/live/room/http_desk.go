package room

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/httpapi"
)

type reasonBody struct {
	Reason string `json:"reason" doc:"5 to 200 characters, shown to the host" maxLength:"400"`
}

type holdBody struct {
	ID      id.Hold    `json:"id"`
	Session id.Session `json:"session"`
	Case    string     `json:"case"`
	Reason  string     `json:"reason"`
	At      time.Time  `json:"at"`
}

type deletionBody struct {
	Session id.Session `json:"session"`
	AskedBy id.Account `json:"askedBy"`
	AskedAt time.Time  `json:"askedAt"`
	Reason  string     `json:"reason"`
	DoneAt  time.Time  `json:"doneAt,omitzero" doc:"Absent until a second person has confirmed"`
}

type evidenceBody struct {
	Session   id.Session    `json:"session"`
	KeepUntil time.Time     `json:"keepUntil,omitzero" doc:"Until when the law asks for the recording; absent while on air"`
	Holds     []heldBody    `json:"holds" doc:"In force, the oldest first"`
	Deletion  *deletionBody `json:"deletion,omitempty"`
	AskedName string        `json:"deletionAskedByName"`
	CanErase  bool          `json:"canErase" doc:"The actor may ask for the deletion, or confirm it"`
}

type heldBody struct {
	ID     id.Hold   `json:"id"`
	Case   string    `json:"case"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	ByName string    `json:"byName"`
}

func (m *Module) evidence(ctx context.Context, session id.Session) (*struct{ Body evidenceBody }, error) {
	e, err := m.EvidenceOf(ctx, session)
	if err != nil {
		return nil, err
	}
	var who []id.Account
	for _, h := range e.Holds {
		who = append(who, h.By)
	}
	if e.Deletion != nil {
		who = append(who, e.Deletion.AskedBy)
	}
	names, err := m.People.Names(ctx, who)
	if err != nil {
		return nil, err
	}
	r, err := m.ByID(ctx, e.Session.Room)
	if err != nil {
		return nil, err
	}
	out := evidenceBody{Session: e.Session.ID, KeepUntil: e.Session.KeepUntil, CanErase: authz.Allows(ctx, "room.erase", r.Resource())}
	for _, h := range e.Holds {
		out.Holds = append(out.Holds, heldBody{h.ID, h.Case, h.Reason, h.At, names[h.By]})
	}
	if d := e.Deletion; d != nil {
		out.Deletion = &deletionBody{d.Session, d.AskedBy, d.AskedAt, d.Reason, d.DoneAt}
		out.AskedName = names[d.AskedBy]
	}
	return &struct{ Body evidenceBody }{out}, nil
}

func (m *Module) deskRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{
		ID: "room-patrol", Method: "GET", Path: "/api/desk/rooms", Action: "room.patrol", Tag: "live", Summary: "Rooms on air or frozen, for patrol",
	}, func(ctx context.Context, in *struct {
		Cursor string `query:"cursor" maxLength:"200"`
		Limit  int    `query:"limit" minimum:"0" maximum:"100"`
	},
	) (*listOut, error) {
		if err := may(ctx, "room.patrol"); err != nil {
			return nil, err
		}
		return m.listed(ctx, ShelfPatrol, page.Request{Cursor: in.Cursor, Limit: in.Limit})
	})
	freeze := func(opID, verb, summary string, do func(context.Context, id.Room, string) (Session, error)) {
		httpapi.Register(api, httpapi.Op{
			ID: opID, Audit: true, Method: "POST", Path: "/api/rooms/{id}/" + verb, Action: "room." + verb, Tag: "live", OwnKey: true, Summary: summary,
		}, func(ctx context.Context, in *struct {
			RoomIn
			Body reasonBody
		},
		) (*castOut, error) {
			s, err := do(ctx, in.ID, in.Body.Reason)
			return &castOut{broadcast(s)}, err
		})
	}
	freeze("room-freeze", "freeze", "Take a broadcast off the air, with a reason", m.Freeze)
	freeze("room-unfreeze", "unfreeze", "Let the host return", func(ctx context.Context, room id.Room, _ string) (Session, error) {
		return m.Unfreeze(ctx, room)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "session-hold", Audit: true, Method: "POST", Path: "/api/sessions/{id}/holds", Action: "room.hold", Tag: "live", Status: 201,
		Summary: "Keep a recording for a case, beyond its retention",
	}, func(ctx context.Context, in *struct {
		SessionIn
		Body struct {
			Case   string `json:"case" minLength:"1" maxLength:"80"`
			Reason string `json:"reason" maxLength:"400"`
		}
	},
	) (*struct{ Body holdBody }, error) {
		h, err := m.HoldFor(ctx, in.ID, in.Body.Case, in.Body.Reason)
		return &struct{ Body holdBody }{holdBody{h.ID, h.Session, h.Case, h.Reason, h.At}}, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "session-evidence", Method: "GET", Path: "/api/sessions/{id}/evidence", Action: "room.hold", Tag: "live",
		Summary: "What keeps a recording, and who has asked to delete it",
	}, func(ctx context.Context, in *SessionIn) (*struct{ Body evidenceBody }, error) {
		return m.evidence(ctx, in.ID)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "recording-expired", Method: "GET", Path: "/api/desk/recordings/expired", Action: "room.erase", Tag: "live",
		Summary: "Recordings that the law no longer asks for and no case holds",
	}, func(ctx context.Context, in *struct {
		Cursor string `query:"cursor" maxLength:"200"`
		Limit  int    `query:"limit" minimum:"0" maximum:"100"`
	},
	) (*struct{ Body page.Of[Broadcast] }, error) {
		p, err := m.Expired(ctx, page.Request{Cursor: in.Cursor, Limit: in.Limit})
		return &struct{ Body page.Of[Broadcast] }{page.Map(p, broadcast)}, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "hold-release", Audit: true, Method: "DELETE", Path: "/api/holds/{id}", Action: "room.hold", Tag: "live", Summary: "End a legal hold",
	}, func(ctx context.Context, in *struct {
		ID id.Hold `path:"id"`
	},
	) (*doneOut, error) {
		return &doneOut{}, m.Release(ctx, in.ID)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "session-delete", Audit: true, Method: "DELETE", Path: "/api/sessions/{id}/recording", Action: "room.erase", Tag: "live", OwnKey: true,
		Summary:     "Delete a recording that the law no longer asks for",
		Description: "Takes two persons: the first call asks, a second by another administrator deletes.",
	}, func(ctx context.Context, in *struct {
		SessionIn
		Reason string `query:"reason" maxLength:"400"`
	},
	) (*struct{ Body deletionBody }, error) {
		d, err := m.Delete(ctx, in.ID, in.Reason)
		return &struct{ Body deletionBody }{deletionBody{d.Session, d.AskedBy, d.AskedAt, d.Reason, d.DoneAt}}, err
	})
}

// may asks for a part in the platform, in any of its regions.
func may(ctx context.Context, action string) error {
	for _, role := range authz.From(ctx).Roles {
		if role.Org == "" && authz.Allows(ctx, action, authz.Resource{Type: "Rooms", Region: role.Region}) {
			return nil
		}
	}
	return authz.Check(ctx, action, authz.Resource{Type: "Rooms"})
}
