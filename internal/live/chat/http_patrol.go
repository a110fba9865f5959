package chat

import (
	"context"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/httpapi"
)

// waiting is a line on the patrol's list.
type waiting struct {
	Line      shape    `json:"line"`
	Room      id.Room  `json:"room"`
	RoomTitle string   `json:"roomTitle"`
	Reasons   []string `json:"reasons" doc:"What people wrote who reported it"`
}

func (m *Module) patrolRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{
		ID: "chat-patrol", Method: "GET", Path: "/api/desk/lines", Action: "chat.patrol", Tag: "live",
		Summary: "Lines that wait for a person, held or reported, of one room or of all, the oldest first",
	}, func(ctx context.Context, in *struct {
		Wait Wait    `query:"wait" enum:"held,reported" default:"held"`
		Room id.Room `query:"room"`
		PageIn
	},
	) (*struct{ Body page.Of[waiting] }, error) {
		p, err := m.Patrol(ctx, in.Wait, in.Room, in.request())
		if err != nil {
			return nil, err
		}
		return &struct{ Body page.Of[waiting] }{page.Map(p, func(l WaitingLine) waiting {
			return waiting{shapeOf(l.Line), l.Room, l.RoomTitle, l.Reasons}
		})}, nil
	})
	httpapi.Register(api, httpapi.Op{
		ID: "chat-settle", Audit: true, Method: "POST", Path: "/api/lines/{id}/settle", Action: "chat.manage", Tag: "live",
		Summary: "Let a reported line stand; its reports are settled",
	}, func(ctx context.Context, in *LineIn) (*lineOut, error) {
		return one(m.Settle(ctx, in.ID))
	})
}
