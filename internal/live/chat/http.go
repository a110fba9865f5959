package chat

import (
	"context"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/httpapi"
)

type PageIn struct {
	Cursor string `query:"cursor" maxLength:"200"`
	Limit  int    `query:"limit" minimum:"0" maximum:"100"`
}

func (p PageIn) request() page.Request { return page.Request{Cursor: p.Cursor, Limit: p.Limit} }

type RoomIn struct {
	ID id.Room `path:"id"`
}

type LineIn struct {
	ID id.Line `path:"id"`
}

type reasonIn struct {
	LineIn
	Body struct {
		Reason string `json:"reason,omitempty" maxLength:"200"`
	}
}

type lineOut struct{ Body shape }

type linesOut struct{ Body page.Of[shape] }

func linesOf(p page.Of[Line], err error) (*linesOut, error) {
	if err != nil {
		return nil, err
	}
	return &linesOut{page.Map(p, shapeOf)}, nil
}

func one(l Line, err error) (*lineOut, error) {
	if err != nil {
		return nil, err
	}
	return &lineOut{shapeOf(l)}, nil
}

type muteShape struct {
	Account id.Account `json:"account"`
	Name    string     `json:"name"`
	Until   time.Time  `json:"until"`
	Reason  string     `json:"reason"`
	By      string     `json:"by" doc:"Name of the one who muted"`
}

type settingsBody struct {
	SlowSeconds int64    `json:"slowSeconds" minimum:"0" maximum:"300"`
	Words       []string `json:"words" maxItems:"200" doc:"Lines with one of them wait for a person"`
	FirstTimers State    `json:"firstTimers" enum:"shown,held"`
}

// Routes adds the module's operations.
func (m *Module) Routes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{
		ID: "chat-say", Method: "POST", Path: "/api/rooms/{id}/lines", Action: "chat.say", Tag: "live", Rate: httpapi.RateChat, OwnKey: true, Status: 201,
		Summary: "Say something in a room", Description: "Answers once the line is stored. A repeat under the same Idempotency-Key is the same line. state tells whether it is shown or waits for a person.",
	}, func(ctx context.Context, in *struct {
		RoomIn
		Body struct {
			Text     string `json:"text" maxLength:"400"`
			Question bool   `json:"question,omitempty" doc:"It asks something; it is never left out of a tick"`
		}
	},
	) (*lineOut, error) {
		return one(m.Say(ctx, in.ID, in.Body.Text, in.Body.Question, httpapi.IdempotencyKey(ctx)))
	})
	httpapi.Register(api, httpapi.Op{
		ID: "chat-log", Method: "GET", Path: "/api/sessions/{id}/lines", Action: "chat.read", Tag: "live", Summary: "What was said in a broadcast, in order",
	}, func(ctx context.Context, in *struct {
		ID   id.Session `path:"id"`
		From time.Time  `query:"from"`
		To   time.Time  `query:"to"`
		PageIn
	},
	) (*linesOut, error) {
		return linesOf(m.Log(ctx, in.ID, in.From, in.To, in.request()))
	})
	httpapi.Register(api, httpapi.Op{
		ID: "chat-retract", Audit: true, Method: "POST", Path: "/api/lines/{id}/retract", Action: "chat.retract", Tag: "live", Summary: "Take a line off everyone's screen",
	}, func(ctx context.Context, in *reasonIn) (*lineOut, error) {
		return one(m.Retract(ctx, in.ID, in.Body.Reason))
	})
	httpapi.Register(api, httpapi.Op{
		ID: "chat-report", Method: "POST", Path: "/api/lines/{id}/report", Action: "chat.report", Tag: "live", Summary: "Report a bad line",
	}, func(ctx context.Context, in *reasonIn) (*struct{}, error) {
		return nil, m.Report(ctx, in.ID, in.Body.Reason)
	})
	m.manageRoutes(api)
	m.patrolRoutes(api)
}

func (m *Module) manageRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{
		ID: "chat-held", Method: "GET", Path: "/api/rooms/{id}/held", Action: "chat.manage", Tag: "live", Summary: "Lines that wait for a person, the oldest first",
	}, func(ctx context.Context, in *struct {
		RoomIn
		PageIn
	},
	) (*linesOut, error) {
		return linesOf(m.Waiting(ctx, in.ID, in.request()))
	})
	httpapi.Register(api, httpapi.Op{
		ID: "chat-decide", Audit: true, Method: "POST", Path: "/api/lines/{id}/decide", Action: "chat.manage", Tag: "live", Summary: "Show or refuse a held line",
	}, func(ctx context.Context, in *struct {
		LineIn
		Body struct {
			Show bool `json:"show"`
		}
	},
	) (*lineOut, error) {
		return one(m.Decide(ctx, in.ID, in.Body.Show))
	})
	httpapi.Register(api, httpapi.Op{
		ID: "chat-mutes", Method: "GET", Path: "/api/rooms/{id}/mutes", Action: "chat.manage", Tag: "live", Summary: "Who is muted in a room",
	}, func(ctx context.Context, in *struct {
		RoomIn
		PageIn
	},
	) (*struct{ Body page.Of[muteShape] }, error) {
		all, err := m.Mutes(ctx, in.ID, in.request())
		if err != nil {
			return nil, err
		}
		out, err := m.muteShapes(ctx, all)
		return &struct{ Body page.Of[muteShape] }{out}, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "chat-mute", Audit: true, Method: "POST", Path: "/api/rooms/{id}/mutes", Action: "chat.manage", Tag: "live", Summary: "Mute a person in a room for a time",
	}, func(ctx context.Context, in *struct {
		RoomIn
		Body struct {
			Account id.Account `json:"account"`
			Minutes int        `json:"minutes" minimum:"1" maximum:"43200"`
			Reason  string     `json:"reason" maxLength:"200"`
		}
	},
	) (*struct{ Body muteShape }, error) {
		x, err := m.Silence(ctx, in.ID, in.Body.Account, time.Duration(in.Body.Minutes)*time.Minute, in.Body.Reason)
		if err != nil {
			return nil, err
		}
		out, err := m.muteShapes(ctx, page.Of[Mute]{Items: []Mute{x}})
		if err != nil {
			return nil, err
		}
		return &struct{ Body muteShape }{out.Items[0]}, nil
	})
	httpapi.Register(api, httpapi.Op{
		ID: "chat-unmute", Audit: true, Method: "DELETE", Path: "/api/rooms/{id}/mutes/{account}", Action: "chat.manage", Tag: "live", Summary: "Let a person speak again",
	}, func(ctx context.Context, in *struct {
		RoomIn
		Account id.Account `path:"account"`
	},
	) (*struct{}, error) {
		return nil, m.Unmute(ctx, in.ID, in.Account)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "chat-settings", Method: "GET", Path: "/api/rooms/{id}/chat-settings", Action: "chat.manage", Tag: "live", Summary: "A room's chat rules",
	}, func(ctx context.Context, in *RoomIn) (*struct{ Body settingsBody }, error) {
		s, err := m.SettingsOf(ctx, in.ID)
		return &struct{ Body settingsBody }{settingsBody(s)}, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "chat-set", Audit: true, Method: "PUT", Path: "/api/rooms/{id}/chat-settings", Action: "chat.manage", Tag: "live", Summary: "Change a room's chat rules",
	}, func(ctx context.Context, in *struct {
		RoomIn
		Body settingsBody
	},
	) (*struct{ Body settingsBody }, error) {
		s, err := m.Set(ctx, in.ID, Settings(in.Body))
		return &struct{ Body settingsBody }{settingsBody(s)}, err
	})
}

func (m *Module) muteShapes(ctx context.Context, all page.Of[Mute]) (page.Of[muteShape], error) {
	var ids []id.Account
	for _, x := range all.Items {
		ids = append(ids, x.Account, x.By)
	}
	names, err := m.People.Names(ctx, ids)
	return page.Map(all, func(x Mute) muteShape {
		return muteShape{x.Account, names[x.Account], x.Until, x.Reason, names[x.By]}
	}), err
}
