package room

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/httpapi"
)

type openingBody struct {
	Org   id.Org    `json:"org,omitempty" doc:"The seller; needed when opening a room"`
	Title string    `json:"title,omitempty" maxLength:"80"`
	Topic string    `json:"topic,omitempty" maxLength:"40" doc:"What is sold, in a word or two"`
	Cover id.Upload `json:"cover,omitempty"`
}

type preparationBody struct {
	Session id.Session `json:"session"`
	Token   string     `json:"token" doc:"Proves the right to publish; shown once, keep it in memory only"`
	WHIP    string     `json:"whipUrl"`
}

func (m *Module) hostRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{
		ID: "room-mine", Method: "GET", Path: "/api/me/rooms", Action: "room.mine", Tag: "live", Self: true, Summary: "The rooms the actor hosts",
	}, func(ctx context.Context, _ *struct{}) (*struct {
		Body struct {
			Items []Card `json:"items"`
		}
	}, error,
	) {
		rooms, err := m.Mine(ctx)
		if err != nil {
			return nil, err
		}
		var out struct {
			Body struct {
				Items []Card `json:"items"`
			}
		}
		out.Body.Items, err = m.cards(ctx, rooms)
		return &out, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "room-create", Method: "POST", Path: "/api/rooms", Action: "room.create", Tag: "live", Summary: "Open a room for a seller", Status: 201,
	}, func(ctx context.Context, in *struct{ Body openingBody }) (*roomOut, error) {
		r, err := m.Create(ctx, Opening(in.Body))
		return m.out(ctx, r, err)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "room-edit", Method: "PATCH", Path: "/api/rooms/{id}", Action: "room.edit", Tag: "live", Summary: "Change a room's title, topic or cover",
	}, func(ctx context.Context, in *struct {
		RoomIn
		Body openingBody
	},
	) (*roomOut, error) {
		r, err := m.Edit(ctx, in.ID, Opening(in.Body))
		return m.out(ctx, r, err)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "room-announce", Method: "POST", Path: "/api/rooms/{id}/announce", Action: "room.announce", Tag: "live",
		Summary: "Announce the next broadcast, or move it",
	}, func(ctx context.Context, in *struct {
		RoomIn
		Body struct {
			Title   string    `json:"title" maxLength:"80"`
			Planned time.Time `json:"plannedAt"`
		}
	},
	) (*castOut, error) {
		s, err := m.Announce(ctx, in.ID, in.Body.Title, in.Body.Planned)
		return &castOut{broadcast(s)}, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "room-prepare", Method: "POST", Path: "/api/rooms/{id}/prepare", Action: "room.prepare", Tag: "live", Volatile: true,
		Summary:     "Get ready to go on air",
		Description: "Gives a publish token for the room's current or planned broadcast. Safe to repeat: earlier tokens stay valid until the end.",
	}, func(ctx context.Context, in *struct {
		RoomIn
		Body struct {
			Title     string    `json:"title,omitempty" maxLength:"80"`
			Checklist Checklist `json:"checklist"`
		}
	},
	) (*struct{ Body preparationBody }, error) {
		p, err := m.Prepare(ctx, in.ID, in.Body.Title, in.Body.Checklist)
		return &struct{ Body preparationBody }{preparationBody{p.Session, p.Token, "/live/" + string(in.ID) + "/whip"}}, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "room-end", Method: "POST", Path: "/api/rooms/{id}/end", Action: "room.end", Tag: "live", OwnKey: true,
		Summary: "End the broadcast", Description: "Ending an ended broadcast is no error.",
	}, func(ctx context.Context, in *RoomIn) (*castOut, error) {
		s, err := m.End(ctx, in.ID)
		return &castOut{broadcast(s)}, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "room-key-rotate", Method: "POST", Path: "/api/rooms/{id}/stream-key", Action: "room.key", Tag: "live", Volatile: true,
		Summary: "Make a new encoder key (RTMP); it is shown once and ends the old one",
	}, func(ctx context.Context, in *RoomIn) (*struct {
		Body struct {
			Key string `json:"key"`
		}
	}, error,
	) {
		var out struct {
			Body struct {
				Key string `json:"key"`
			}
		}
		var err error
		out.Body.Key, err = m.RotateKey(ctx, in.ID)
		return &out, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "room-thumbnail", Method: "POST", Path: "/api/rooms/{id}/thumbnail", Action: "room.thumbnail", Tag: "live", OwnKey: true,
		Summary: "Set the picture of the broadcast (JPEG)", MaxBody: thumbMax + 1024,
	}, func(ctx context.Context, in *struct {
		RoomIn
		RawBody []byte `contentType:"image/jpeg"`
	},
	) (*doneOut, error) {
		return &doneOut{}, m.SetThumbnail(ctx, in.ID, in.RawBody)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "uplink-probe", Method: "POST", Path: "/api/me/uplink", Action: "room.remind", Tag: "live", OwnKey: true, Self: true, Status: 204,
		Summary: "Take some bytes and forget them: a phone measures how fast it can send", MaxBody: 64 << 10, Rate: httpapi.RateUpload,
	}, func(context.Context, *struct {
		RawBody []byte `contentType:"application/octet-stream"`
	},
	) (*struct{}, error) {
		return nil, nil //nolint:nilnil // there is nothing to answer
	})
	httpapi.Register(api, httpapi.Op{
		ID: "session-hide", Audit: true, Method: "PUT", Path: "/api/sessions/{id}/hidden", Action: "room.hide", Tag: "live",
		Summary: "Take a replay off the shelf, or put it back; nothing is deleted",
	}, func(ctx context.Context, in *struct {
		SessionIn
		Body struct {
			Hidden bool   `json:"hidden"`
			Reason string `json:"reason,omitempty" maxLength:"400" doc:"Needed from those who answer for the platform: 5 to 200 characters"`
		}
	},
	) (*castOut, error) {
		s, err := m.Hide(ctx, in.ID, in.Body.Hidden, in.Body.Reason)
		return &castOut{broadcast(s)}, err
	})
}
