package interact

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

type RoomPageIn struct {
	RoomIn
	PageIn
}

type out[T any] struct{ Body T }

// answer wraps a result of the module as an answer.
func answer[T any](v T, err error) (*out[T], error) {
	if err != nil {
		return nil, err
	}
	return &out[T]{v}, nil
}

func op(opID, method, path, action, summary string) httpapi.Op {
	return httpapi.Op{ID: opID, Method: method, Path: path, Action: action, Tag: "live", Summary: summary}
}

// Routes adds the module's operations.
func (m *Module) Routes(api *httpapi.API) {
	m.bagRoutes(api)
	m.questionRoutes(api)
	m.pollRoutes(api)
	m.drawRoutes(api)
	m.guestRoutes(api)
}

type pinsBody struct {
	Items []Shown `json:"items"`
}

type countersBody struct {
	Likes   int64 `json:"likes"`
	Viewers int64 `json:"viewers"`
}

func (m *Module) bagRoutes(api *httpapi.API) {
	httpapi.Register(api, op("bag-view", "GET", "/api/rooms/{id}/bag", "interact.view", "What a room offers, and what is shown now"),
		func(ctx context.Context, in *RoomIn) (*out[Bag], error) { return answer(m.BagOf(ctx, in.ID)) })
	httpapi.Register(api, op("bag-fill", "PUT", "/api/rooms/{id}/bag", "interact.manage", "Set what a room offers, in this order"),
		func(ctx context.Context, in *struct {
			RoomIn
			Body struct {
				Products []id.Product `json:"products" maxItems:"100"`
			}
		},
		) (*out[Bag], error) {
			return answer(m.Fill(ctx, in.ID, in.Body.Products))
		})
	httpapi.Register(api, op("bag-pin", "PUT", "/api/rooms/{id}/pin", "interact.manage", "Pin the product now shown; an empty one unpins"),
		func(ctx context.Context, in *struct {
			RoomIn
			Body struct {
				Product id.Product `json:"product"`
			}
		},
		) (*struct{}, error) {
			return nil, m.Show(ctx, in.ID, in.Body.Product)
		})
	httpapi.Register(api, op("session-pins", "GET", "/api/sessions/{id}/pins", "interact.view", "When in a broadcast which product was shown"),
		func(ctx context.Context, in *struct {
			ID id.Session `path:"id"`
		},
		) (*out[pinsBody], error) {
			pins, err := m.Pins(ctx, in.ID)
			return answer(pinsBody{pins}, err)
		})
	like := op("room-like", "POST", "/api/rooms/{id}/likes", "interact.like", "Like; phones send what was tapped in a second at once")
	like.OwnKey, like.Status = true, 204
	httpapi.Register(api, like, func(ctx context.Context, in *struct {
		RoomIn
		Body struct {
			Count int64 `json:"count" minimum:"1" maximum:"50"`
		}
	},
	) (*struct{}, error) {
		return nil, m.Like(ctx, in.ID, in.Body.Count)
	})
	httpapi.Register(api, op("room-counters", "GET", "/api/rooms/{id}/counters", "interact.view", "Likes of the broadcast and viewers now"),
		func(ctx context.Context, in *RoomIn) (*out[countersBody], error) {
			likes, viewers, err := m.Counters(ctx, in.ID)
			return answer(countersBody{likes, viewers}, err)
		})
}

type QuestionIn struct {
	ID id.Question `path:"id"`
}

func (m *Module) questionRoutes(api *httpapi.API) {
	httpapi.Register(api, op("question-list", "GET", "/api/rooms/{id}/questions", "interact.view", "Questions of a room, the newest first"),
		func(ctx context.Context, in *struct {
			RoomPageIn
			State string `query:"state" enum:"open,answered" default:"open"`
		},
		) (*out[page.Of[Question]], error) {
			return answer(m.Questions(ctx, in.ID, in.State, in.request()))
		})
	httpapi.Register(api, op("question-upvote", "POST", "/api/questions/{id}/upvote", "interact.upvote", "Want to know it too"),
		func(ctx context.Context, in *QuestionIn) (*out[Question], error) { return answer(m.Upvote(ctx, in.ID)) })
	httpapi.Register(api, op("question-answer", "POST", "/api/questions/{id}/answer", "interact.manage", "Answer a question"),
		func(ctx context.Context, in *struct {
			QuestionIn
			Body struct {
				Text string `json:"text" maxLength:"1200"`
				Pin  bool   `json:"pin,omitempty" doc:"Show it on top of the product's answers"`
			}
		},
		) (*out[Question], error) {
			return answer(m.Reply(ctx, in.ID, in.Body.Text, in.Body.Pin))
		})
	httpapi.Register(api, op("question-merge", "POST", "/api/questions/{id}/merge", "interact.manage", "Join a question with another that asks the same"),
		func(ctx context.Context, in *struct {
			QuestionIn
			Body struct {
				Into id.Question `json:"into"`
			}
		},
		) (*out[Question], error) {
			return answer(m.Merge(ctx, in.ID, in.Body.Into))
		})
	httpapi.Register(api, op("question-assign", "POST", "/api/questions/{id}/assign", "interact.manage", "Ask a person to answer"),
		func(ctx context.Context, in *struct {
			QuestionIn
			Body struct {
				Account id.Account `json:"account"`
			}
		},
		) (*out[Question], error) {
			return answer(m.Assign(ctx, in.ID, in.Body.Account))
		})
	httpapi.Register(api, op("product-answers", "GET", "/api/products/{id}/answers", "interact.view", "Answers given about a product, the newest first"),
		func(ctx context.Context, in *struct {
			ID id.Product `path:"id"`
			PageIn
		},
		) (*out[page.Of[Question]], error) {
			return answer(m.Answers(ctx, in.ID, in.request()))
		})
}

type PollIn struct {
	ID id.Poll `path:"id"`
}

func (m *Module) pollRoutes(api *httpapi.API) {
	httpapi.Register(api, op("poll-list", "GET", "/api/rooms/{id}/polls", "interact.view", "Polls of a room, the newest first"),
		func(ctx context.Context, in *RoomPageIn) (*out[page.Of[Poll]], error) {
			return answer(m.Polls(ctx, in.ID, in.request()))
		})
	httpapi.Register(api, op("poll-open", "POST", "/api/rooms/{id}/polls", "interact.manage", "Open a poll"),
		func(ctx context.Context, in *struct {
			RoomIn
			Body struct {
				Question string   `json:"question" maxLength:"240"`
				Options  []string `json:"options" minItems:"2" maxItems:"6"`
				Minutes  int      `json:"minutes" minimum:"1" maximum:"120"`
			}
		},
		) (*out[Poll], error) {
			return answer(m.Ask(ctx, in.ID, in.Body.Question, in.Body.Options, time.Duration(in.Body.Minutes)*time.Minute))
		})
	httpapi.Register(api, op("poll-vote", "POST", "/api/polls/{id}/vote", "interact.vote", "Vote, once"),
		func(ctx context.Context, in *struct {
			PollIn
			Body struct {
				Option int `json:"option" minimum:"0" maximum:"5" doc:"Index of the option"`
			}
		},
		) (*out[Poll], error) {
			return answer(m.Vote(ctx, in.ID, in.Body.Option))
		})
	httpapi.Register(api, op("poll-close", "POST", "/api/polls/{id}/close", "interact.manage", "End a poll before its time"),
		func(ctx context.Context, in *PollIn) (*out[Poll], error) { return answer(m.ClosePoll(ctx, in.ID)) })
}

type DrawIn struct {
	ID id.Draw `path:"id"`
}

func (m *Module) drawRoutes(api *httpapi.API) {
	httpapi.Register(api, op("draw-list", "GET", "/api/rooms/{id}/draws", "interact.view", "Lucky bags of a room, the newest first"),
		func(ctx context.Context, in *RoomPageIn) (*out[page.Of[Draw]], error) {
			return answer(m.Draws(ctx, in.ID, in.request()))
		})
	httpapi.Register(api, op("draw-open", "POST", "/api/rooms/{id}/draws", "interact.manage", "Publish a lucky bag: its rules and the hash of its seed are fixed from here"),
		func(ctx context.Context, in *struct {
			RoomIn
			Body struct {
				Title    string `json:"title" maxLength:"160"`
				PrizeFen int64  `json:"prizeFen" doc:"Worth of one prize"`
				Winners  int    `json:"winners"`
				Minutes  int    `json:"closesInMinutes" minimum:"1" maximum:"120"`
			}
		},
		) (*out[Draw], error) {
			b := in.Body
			return answer(m.OpenDraw(ctx, in.ID, b.Title, b.PrizeFen, b.Winners, time.Duration(b.Minutes)*time.Minute))
		})
	httpapi.Register(api, op("draw-view", "GET", "/api/draws/{id}", "interact.view", "A lucky bag; after the draw with all it takes to repeat it"),
		func(ctx context.Context, in *DrawIn) (*out[Draw], error) { return answer(m.DrawByID(ctx, in.ID)) })
	httpapi.Register(api, op("draw-entries", "GET", "/api/draws/{id}/entries", "interact.view", "Everyone who takes part, by entry"),
		func(ctx context.Context, in *struct {
			DrawIn
			PageIn
		},
		) (*out[page.Of[Entry]], error) {
			return answer(m.Entries(ctx, in.ID, in.request()))
		})
	httpapi.Register(api, op("draw-enter", "POST", "/api/draws/{id}/enter", "interact.enter", "Take part, once"),
		func(ctx context.Context, in *DrawIn) (*out[Entry], error) { return answer(m.Enter(ctx, in.ID)) })
	httpapi.Register(api, op("draw-run", "POST", "/api/draws/{id}/run", "interact.manage", "Draw, once it has closed"),
		func(ctx context.Context, in *DrawIn) (*out[Draw], error) { return answer(m.Run(ctx, in.ID)) })
}

type guestsBody struct {
	Items []Guest `json:"items"`
}

func (m *Module) guestRoutes(api *httpapi.API) {
	httpapi.Register(api, op("guest-list", "GET", "/api/rooms/{id}/guests", "interact.view", "Guests of the running broadcast, at most three"),
		func(ctx context.Context, in *RoomIn) (*out[guestsBody], error) {
			g, err := m.Guests(ctx, in.ID)
			return answer(guestsBody{g}, err)
		})
	invite := op("guest-invite", "POST", "/api/rooms/{id}/guests", "interact.manage", "Open a place for a guest; the token is shown once")
	invite.Volatile = true
	httpapi.Register(api, invite, func(ctx context.Context, in *struct {
		RoomIn
		Body struct {
			Name string `json:"name" maxLength:"80"`
		}
	},
	) (*out[Invitation], error) {
		return answer(m.Invite(ctx, in.ID, in.Body.Name))
	})
	httpapi.Register(api, op("guest-dismiss", "DELETE", "/api/rooms/{id}/guests/{slot}", "interact.manage", "End a guest's part"),
		func(ctx context.Context, in *struct {
			RoomIn
			Slot string `path:"slot" enum:"guest1,guest2,guest3"`
		},
		) (*struct{}, error) {
			return nil, m.Dismiss(ctx, in.ID, in.Slot)
		})
}
