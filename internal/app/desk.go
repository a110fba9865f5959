package app

import (
	"context"
	_ "embed" // the policy text
	"time"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/httpapi"
)

//go:embed policy.cedar
var deskPolicy string

// deskBody is what waits for somebody. What the actor has no part in is absent.
type deskBody struct {
	RoomsLive     *int64 `json:"roomsLive,omitempty"`
	RoomsAway     *int64 `json:"roomsAway,omitempty"`
	RoomsFrozen   *int64 `json:"roomsFrozen,omitempty"`
	Deletions     *int64 `json:"deletions,omitempty" doc:"Recordings whose deletion waits for a second person"`
	Reviews       *int64 `json:"reviews,omitempty" doc:"Host verifications that wait"`
	LinesHeld     *int64 `json:"linesHeld,omitempty"`
	LinesReported *int64 `json:"linesReported,omitempty"`
	Payments      *int64 `json:"payments,omitempty" doc:"Payments that wait for a second person"`
	WorkFailed    *int64 `json:"workFailed,omitempty" doc:"Events and jobs that were given up"`
}

// healthBody is how this node is doing.
type healthBody struct {
	Version     string    `json:"version"`
	Since       time.Time `json:"since" doc:"When this node began to serve"`
	Unsent      int64     `json:"eventsUnsent"`
	Pending     int64     `json:"eventsPending" doc:"Sent, but not yet handled by all"`
	Dead        int64     `json:"eventsDead" doc:"Given up by a handler"`
	JobsFailed  int64     `json:"jobsFailed"`
	Connections int64     `json:"connections" doc:"Browsers connected to this node"`
	Publishers  int64     `json:"publishers" doc:"Hosts and guests sending now"`
	Viewers     int64     `json:"webrtcViewers"`
	Dropped     int64     `json:"mediaDropped" doc:"Media units left out by lagging outputs"`
	Unsaved     int64     `json:"recordingsUnsaved" doc:"Recorded files not yet in the store"`
	Failures    []failure `json:"failures" doc:"What was given up, the newest first, at most 50"`
}

type failure struct {
	Kind   string    `json:"kind" enum:"event,job"`
	Name   string    `json:"name" doc:"Of the event's subject or the job"`
	Key    string    `json:"key" doc:"Which one: the event, or what the job is about"`
	By     string    `json:"handler" doc:"Which handler gave the event up; empty for jobs"`
	Error  string    `json:"error"`
	Failed time.Time `json:"failedAt"`
}

// deskRoutes are the operations that look at all parts at once. health is nil
// where only the description is wanted.
func (m *modules) deskRoutes(api *httpapi.API, health *health) {
	httpapi.Register(api, httpapi.Op{
		ID: "desk-summary", Method: "GET", Path: "/api/desk/summary", Action: "desk.view", Tag: "platform",
		Summary: "What waits on the platform, as far as it concerns the actor",
	}, func(ctx context.Context, _ *struct{}) (*struct{ Body deskBody }, error) {
		if err := authz.Check(ctx, "desk.view", authz.Resource{Type: "Desk"}); err != nil {
			return nil, err
		}
		b, err := m.waiting(ctx)
		return &struct{ Body deskBody }{b}, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "desk-health", Method: "GET", Path: "/api/desk/health", Action: "desk.health", Tag: "platform",
		Summary: "How this node is doing, and what it has given up",
	}, func(ctx context.Context, _ *struct{}) (*struct{ Body healthBody }, error) {
		if err := authz.Check(ctx, "desk.health", authz.Resource{Type: "Desk"}); err != nil {
			return nil, err
		}
		b, err := health.read(ctx)
		return &struct{ Body healthBody }{b}, err
	})
	httpapi.Register(api, httpapi.Op{
		ID: "desk-retry", Audit: true, Method: "POST", Path: "/api/desk/health/retry", Action: "desk.retry", Tag: "platform",
		Summary: "Let a given-up event or job run again",
	}, func(ctx context.Context, in *struct {
		Body struct {
			Kind    string `json:"kind" enum:"event,job"`
			Name    string `json:"name" maxLength:"120"`
			Key     string `json:"key" maxLength:"200"`
			Handler string `json:"handler,omitempty" maxLength:"120"`
		}
	},
	) (*struct{}, error) {
		if err := authz.Check(ctx, "desk.retry", authz.Resource{Type: "Desk"}); err != nil {
			return nil, err
		}
		if in.Body.Kind == "job" {
			return nil, bus.RetryJob(ctx, in.Body.Name, in.Body.Key)
		}
		return nil, bus.RetryEvent(ctx, id.Event(in.Body.Key), in.Body.Handler)
	})
}

// waiting asks every part; a refusal only leaves its numbers out.
func (m *modules) waiting(ctx context.Context) (deskBody, error) {
	var b deskBody
	rooms, err := m.rooms.Count(ctx)
	if err := seen(err, func() {
		b.RoomsLive, b.RoomsAway, b.RoomsFrozen, b.Deletions = &rooms.Live, &rooms.Away, &rooms.Frozen, &rooms.Deletions
	}); err != nil {
		return b, err
	}
	reviews, err := m.accounts.CountPending(ctx)
	if err := seen(err, func() { b.Reviews = &reviews }); err != nil {
		return b, err
	}
	lines, err := m.chat.Count(ctx)
	if err := seen(err, func() { b.LinesHeld, b.LinesReported = &lines.Held, &lines.Reported }); err != nil {
		return b, err
	}
	payments, err := m.orders.CountClaims(ctx)
	if err := seen(err, func() { b.Payments = &payments }); err != nil {
		return b, err
	}
	if authz.Allows(ctx, "desk.health", authz.Resource{Type: "Desk"}) {
		c, err := bus.Count(ctx)
		if err != nil {
			return b, err
		}
		failed := c.Dead + c.JobsFailed
		b.WorkFailed = &failed
	}
	return b, nil
}

// seen shows what the actor may see; a refusal shows nothing and is no error.
func seen(err error, show func()) error {
	if err == nil {
		show()
		return nil
	}
	if kind := fault.KindOf(err); kind == fault.Forbidden || kind == fault.Unauthenticated {
		return nil
	}
	return err
}

// health reads the figures of this node.
type health struct {
	a     *App
	since time.Time
}

func (h *health) read(ctx context.Context) (healthBody, error) {
	c, err := bus.Count(ctx)
	if err != nil {
		return healthBody{}, err
	}
	failures, err := bus.Failures(ctx, 50)
	if err != nil {
		return healthBody{}, err
	}
	s := h.a.media.Stats()
	out := healthBody{
		Version: h.a.version, Since: h.since, Unsent: c.Unsent, Pending: c.Pending, Dead: c.Dead, JobsFailed: c.JobsFailed,
		Connections: int64(h.a.hub.Connections()), Publishers: int64(s.Publishers), Viewers: s.Viewers, Dropped: s.Dropped, Unsaved: int64(s.Unsaved),
	}
	for _, f := range failures {
		out.Failures = append(out.Failures, failure(f))
	}
	return out, nil
}
