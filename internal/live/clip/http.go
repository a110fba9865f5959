package clip

import (
	"context"
	"net/http"
	"time"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/httpapi"
)

// Card is a clip as shown.
type Card struct {
	ID      id.Clip    `json:"id"`
	Session id.Session `json:"session"`
	Room    id.Room    `json:"room"`
	Product id.Product `json:"product" doc:"The product it shows, empty for none"`
	Title   string     `json:"title"`
	Start   float64    `json:"start" doc:"Seconds into the recording where it truly begins"`
	Length  float64    `json:"length" doc:"Seconds"`
	Size    int64      `json:"size" doc:"Bytes"`
	State   State      `json:"state" enum:"pending,ready,failed"`
	Problem string     `json:"problem" doc:"Why it could not be cut"`
	URL     string     `json:"url" doc:"The video, empty until ready"`
	At      time.Time  `json:"at"`
}

func card(c Clip) Card {
	out := Card{
		ID: c.ID, Session: c.Session, Room: c.Room, Product: c.Product, Title: c.Title, Start: c.Start.Seconds(),
		Length: c.Length.Seconds(), Size: c.Size, State: c.State, Problem: c.Problem, At: c.At,
	}
	if c.State == Ready {
		out.URL = "/media/clip/" + string(c.ID) + ".mp4"
	}
	return out
}

type ListIn struct {
	Cursor string `query:"cursor" maxLength:"200"`
	Limit  int    `query:"limit" minimum:"0" maximum:"100"`
}

type listOut struct{ Body page.Of[Card] }

// Routes adds the module's operations.
func (m *Module) Routes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{
		ID: "clip-list", Method: "GET", Path: "/api/sessions/{id}/clips", Action: "clip.list", Tag: "live", Summary: "Clips of a broadcast, the newest first",
	}, func(ctx context.Context, in *struct {
		ID id.Session `path:"id"`
		ListIn
	},
	) (*listOut, error) {
		return m.list(ctx, in.ID, "", in.ListIn)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "product-clips", Method: "GET", Path: "/api/products/{id}/clips", Action: "clip.list", Tag: "live", Summary: "Clips that show a product",
	}, func(ctx context.Context, in *struct {
		ID id.Product `path:"id"`
		ListIn
	},
	) (*listOut, error) {
		return m.list(ctx, "", in.ID, in.ListIn)
	})
	httpapi.Register(api, httpapi.Op{
		ID: "clip-cut", Method: "POST", Path: "/api/sessions/{id}/clips", Action: "clip.cut", Tag: "live", Status: 202,
		Summary: "Cut a clip out of a recording", Description: "Answers at once; the clip is pending until it is cut.",
	}, func(ctx context.Context, in *struct {
		ID   id.Session `path:"id"`
		Body struct {
			Title   string     `json:"title" maxLength:"80"`
			From    float64    `json:"from" minimum:"0" maximum:"43200" doc:"Seconds into the recording"`
			To      float64    `json:"to" minimum:"0" maximum:"43200" doc:"Seconds into the recording"`
			Product id.Product `json:"product,omitempty"`
		}
	},
	) (*struct{ Body Card }, error) {
		b := in.Body
		c, err := m.Cut(ctx, Wish{in.ID, b.Product, b.Title, seconds(b.From), seconds(b.To)})
		return &struct{ Body Card }{card(c)}, err
	})
	api.Raw("GET /media/clip/{name}", http.HandlerFunc(m.serve), httpapi.RawOp{Rate: httpapi.RateRead})
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func (m *Module) list(ctx context.Context, session id.Session, product id.Product, in ListIn) (*listOut, error) {
	if err := authz.Check(ctx, "clip.list", authz.Resource{Type: "Clips"}); err != nil {
		return nil, err
	}
	req := page.Request{Cursor: in.Cursor, Limit: in.Limit}
	before := "~"
	if err := page.Decode(req.Cursor, &before); err != nil {
		return nil, err
	}
	rows, err := list(ctx, session, product, before, req.Rows()+1)
	if err != nil {
		return nil, err
	}
	p := page.Cut(rows, req, func(c Clip) string { return page.Encode(string(c.ID)) })
	return &listOut{page.Map(p, card)}, nil
}

// serve sends a clip's video, in ranges as players ask.
func (m *Module) serve(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if len(name) < 4 || name[len(name)-4:] != ".mp4" {
		httpapi.WriteProblem(w, r, ErrNotFound)
		return
	}
	c, err := load(r.Context(), id.Clip(name[:len(name)-4]))
	if err == nil && c.State != Ready {
		err = ErrNotReady
	}
	if err != nil {
		httpapi.WriteProblem(w, r, err)
		return
	}
	f, err := m.Files.Open(r.Context(), c.key())
	if err != nil {
		httpapi.WriteProblem(w, r, err)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", "video/mp4")
	w.Header().Set("Cache-Control", "public, max-age=86400, immutable")
	http.ServeContent(w, r, "", c.At, f)
}
