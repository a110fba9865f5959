package room

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/httpapi"
)

// Party is a person or organisation as shown to viewers.
type Party struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Card is a room in a list.
type Card struct {
	ID        id.Room    `json:"id"`
	Title     string     `json:"title"`
	Topic     string     `json:"topic"`
	State     State      `json:"state" enum:"idle,planned,live,away,frozen,ended"`
	Session   id.Session `json:"session" doc:"The latest broadcast, empty when there was none"`
	At        time.Time  `json:"at" doc:"When it began, is planned for or ended"`
	Host      Party      `json:"host" doc:"Who speaks"`
	Operator  Party      `json:"operator" doc:"Who runs the room"`
	Seller    Party      `json:"seller" doc:"Whose goods are sold"`
	Region    string     `json:"region"`
	Cover     id.Upload  `json:"cover"`
	Thumbnail string     `json:"thumbnail" doc:"Picture address, empty when there is none"`
	Viewers   int64      `json:"viewers"`
}

// Detail is one room as its page needs it.
type Detail struct {
	Card
	Broadcast Broadcast `json:"broadcast"`
	HLS       string    `json:"hlsUrl"`
	WHEP      string    `json:"whepUrl"`
	Followers int64     `json:"followers"`
	Following bool      `json:"following"`
	Reminded  bool      `json:"reminded"`
	CanManage bool      `json:"canManage" doc:"The actor may run this room"`
	CanPatrol bool      `json:"canPatrol" doc:"The actor may freeze this room"`
}

// Broadcast is one session.
type Broadcast struct {
	ID        id.Session `json:"id"`
	Room      id.Room    `json:"room"`
	Title     string     `json:"title"`
	State     State      `json:"state" enum:"idle,planned,live,away,frozen,ended"`
	Planned   time.Time  `json:"plannedAt,omitzero"`
	Started   time.Time  `json:"startedAt,omitzero"`
	AwaySince time.Time  `json:"awaySince,omitzero"`
	Ended     time.Time  `json:"endedAt,omitzero"`
	EndReason string     `json:"endReason"`
	Freeze    string     `json:"freezeReason"`
	Peak      int64      `json:"peakViewers"`
	Thumbnail string     `json:"thumbnail"`
	Hidden    bool       `json:"hidden"`
	Replay    string     `json:"replayUrl" doc:"HLS address of the recording, empty while on air"`
}

func broadcast(s Session) Broadcast {
	b := Broadcast{
		ID: s.ID, Room: s.Room, Title: s.Title, State: s.State, Planned: s.Planned, Started: s.Started, AwaySince: s.AwaySince,
		Ended: s.EndedAt, EndReason: s.EndReason, Freeze: s.Freeze, Peak: s.Peak, Hidden: s.Hidden,
	}
	if s.Thumb != "" {
		b.Thumbnail = thumbURL(s.ID)
	}
	if s.State == Ended {
		b.Replay = "/replay/" + string(s.ID) + "/index.m3u8"
	}
	return b
}

func thumbURL(s id.Session) string { return "/api/sessions/" + string(s) + "/thumbnail.jpg" }

func (m *Module) cards(ctx context.Context, rooms []Room) ([]Card, error) {
	people, orgs, err := m.names(ctx, rooms)
	if err != nil {
		return nil, err
	}
	var onAir []id.Session
	for _, r := range rooms {
		if r.State.OnAir() {
			onAir = append(onAir, r.Session)
		}
	}
	pictured, err := thumbsOf(ctx, onAir)
	if err != nil {
		return nil, err
	}
	out := make([]Card, len(rooms))
	for i, r := range rooms {
		out[i] = Card{
			ID: r.ID, Title: r.Title, Topic: r.Topic, State: r.State, Session: r.Session, At: r.SortAt, Region: string(r.Region), Cover: r.Cover,
			Host:     Party{string(r.Host), people[r.Host]},
			Operator: Party{string(r.Operator), orgs[r.Operator].Name},
			Seller:   Party{string(r.Org), orgs[r.Org].Name},
		}
		if r.State.OnAir() {
			out[i].Viewers = m.Frames.Viewers(r.ID)
		}
		if pictured[r.Session] {
			out[i].Thumbnail = thumbURL(r.Session)
		}
		if r.SortAt.IsZero() { // being prepared, not announced
			out[i].At = r.Created
		}
	}
	return out, nil
}

func (m *Module) detail(ctx context.Context, r Room) (*Detail, error) {
	cards, err := m.cards(ctx, []Room{r})
	if err != nil {
		return nil, err
	}
	t, err := loadTies(ctx, r.ID, r.Session, authz.From(ctx).Subject())
	if err != nil {
		return nil, err
	}
	d := &Detail{
		Card: cards[0], Followers: t.Followers, Following: t.Following, Reminded: t.Reminded,
		HLS: "/live/" + string(r.ID) + "/index.m3u8", WHEP: "/live/" + string(r.ID) + "/whep",
		CanManage: authz.Allows(ctx, "room.manage", r.Resource()), CanPatrol: authz.Allows(ctx, "room.patrol", r.Resource()),
	}
	d.Broadcast.State = r.State
	if r.Session != "" {
		s, err := loadSession(ctx, r.Session)
		if err != nil {
			return nil, err
		}
		d.Broadcast = broadcast(s)
		d.Title = s.Title
	}
	return d, nil
}

type (
	RoomIn struct {
		ID id.Room `path:"id"`
	}
	SessionIn struct {
		ID id.Session `path:"id"`
	}
	roomOut struct{ Body Detail }
	castOut struct{ Body Broadcast }
	listIn  struct {
		Shelf  Shelf  `query:"shelf" enum:"live,planned,followed" default:"live"`
		Q      string `query:"q" maxLength:"80" doc:"Words to find, whatever the shelf: title, goods, host, seller"`
		Seller id.Org `query:"seller" doc:"The rooms of one seller, whatever the shelf"`
		Cursor string `query:"cursor" maxLength:"200"`
		Limit  int    `query:"limit" minimum:"0" maximum:"100"`
	}
	listOut struct{ Body page.Of[Card] }
	doneOut struct{}
)

// Routes adds the module's operations.
func (m *Module) Routes(api *httpapi.API) {
	m.viewerRoutes(api)
	m.hostRoutes(api)
	m.deskRoutes(api)
}

func (m *Module) viewerRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{
		ID: "room-list", Method: "GET", Path: "/api/rooms", Action: "room.list", Tag: "live",
		Summary: "Rooms on air, announced, followed, found by words, or of a seller; the same order for everyone",
	}, func(ctx context.Context, in *listIn) (*listOut, error) {
		req := page.Request{Cursor: in.Cursor, Limit: in.Limit}
		if q := strings.TrimSpace(in.Q); q != "" || in.Seller != "" {
			p, err := m.Find(ctx, q, in.Seller, req)
			return m.shown(ctx, p, err)
		}
		return m.listed(ctx, in.Shelf, req)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "room-get", Method: "GET", Path: "/api/rooms/{id}", Action: "room.view", Tag: "live", Summary: "One room with its latest broadcast",
	}, func(ctx context.Context, in *RoomIn) (*roomOut, error) {
		r, err := m.own(ctx, in.ID, "room.view")
		return m.out(ctx, r, err)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "room-follow", Method: "PUT", Path: "/api/rooms/{id}/follow", Action: "room.follow", Tag: "live",
		Summary: "Follow a room, or stop",
	}, func(ctx context.Context, in *struct {
		RoomIn
		Body struct {
			On bool `json:"on"`
		}
	},
	) (*doneOut, error) {
		return &doneOut{}, m.Follow(ctx, in.ID, in.Body.On)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "session-remind", Method: "PUT", Path: "/api/sessions/{id}/remind", Action: "room.remind", Tag: "live",
		Summary: "Be reminded when a planned broadcast begins, or not",
	}, func(ctx context.Context, in *struct {
		SessionIn
		Body struct {
			On bool `json:"on"`
		}
	},
	) (*doneOut, error) {
		return &doneOut{}, m.Remind(ctx, in.ID, in.Body.On)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "replay-list", Method: "GET", Path: "/api/replays", Action: "room.replay", Tag: "live",
		Summary: "Ended broadcasts, the newest first; of one room when room is given",
	}, func(ctx context.Context, in *struct {
		Room   id.Room `query:"room"`
		Cursor string  `query:"cursor" maxLength:"200"`
		Limit  int     `query:"limit" minimum:"0" maximum:"100"`
	},
	) (*struct{ Body page.Of[Broadcast] }, error) {
		p, err := m.Past(ctx, in.Room, page.Request{Cursor: in.Cursor, Limit: in.Limit})
		return &struct{ Body page.Of[Broadcast] }{page.Map(p, broadcast)}, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "session-get", Method: "GET", Path: "/api/sessions/{id}", Action: "room.replay", Tag: "live", Summary: "One broadcast",
	}, func(ctx context.Context, in *SessionIn) (*castOut, error) {
		s, _, err := m.Replay(ctx, in.ID)
		return &castOut{broadcast(s)}, err
	})
	api.Raw("GET /api/sessions/{id}/thumbnail.jpg", http.HandlerFunc(m.serveThumb), httpapi.RawOp{Rate: httpapi.RateRead})
}

// serveThumb is open to everyone, like the broadcast itself.
func (m *Module) serveThumb(w http.ResponseWriter, r *http.Request) {
	data, err := m.Thumbnail(r.Context(), id.Session(r.PathValue("id")))
	if err != nil {
		httpapi.WriteProblem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.Header().Set("Cache-Control", "public, max-age=20")
	_, _ = w.Write(data)
}

func (m *Module) listed(ctx context.Context, shelf Shelf, req page.Request) (*listOut, error) {
	p, err := m.List(ctx, shelf, req)
	return m.shown(ctx, p, err)
}

func (m *Module) shown(ctx context.Context, p page.Of[Room], err error) (*listOut, error) {
	if err != nil {
		return nil, err
	}
	cards, err := m.cards(ctx, p.Items)
	return &listOut{page.Of[Card]{Items: cards, Next: p.Next}}, err
}

func (m *Module) out(ctx context.Context, r Room, err error) (*roomOut, error) {
	if err != nil {
		return nil, err
	}
	d, err := m.detail(ctx, r)
	if err != nil {
		return nil, err
	}
	return &roomOut{*d}, nil
}
