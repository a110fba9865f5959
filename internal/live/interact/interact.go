// Package interact is what a room does beside talking: the shopping bag and
// the product now shown, questions and answers, likes, polls, lucky bags and
// guests.
//
// Tables: interact_question, interact_upvote, interact_bag, interact_pin,
// interact_like, interact_poll, interact_vote, interact_draw, interact_entry,
// interact_guest. Events in: tianbo.room.ended|erased.v1. Calls: room, catalog
// (cards), media (position, guests), people (names), realtime (state frames).
package interact

import (
	"context"
	_ "embed" // the policy text
	"maps"
	"slices"
	"sync"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/live/room"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

//go:embed policy.cedar
var policy string

var (
	// ErrNotOnAir: it needs a running broadcast.
	ErrNotOnAir = fault.Define(fault.Conflict, "interact_off_air", "开播后才能这样做", "This needs a running broadcast.")
	// ErrNoQuestion: there is no such question.
	ErrNoQuestion = fault.Define(fault.NotFound, "question_not_found", "这个问题不在了", "This question is not there.")
	// ErrQuestionDone: the question was answered or merged.
	ErrQuestionDone = fault.Define(fault.Conflict, "question_done", "这个问题已经回答或合并了", "This question has been answered or merged already.")
	// ErrAnswer: the answer is missing or too long.
	ErrAnswer = fault.Define(fault.Invalid, "answer_text", "回答请写 1 到 300 个字", "An answer has 1 to 300 characters.")
	// ErrMerge: a question cannot be merged so.
	ErrMerge = fault.Define(fault.Invalid, "question_merge", "只能合并到同一直播间的另一个未回答的问题", "Merge into another open question of the same room.")
	// ErrForeign: a product of another seller.
	ErrForeign = fault.Define(fault.Invalid, "bag_product", "购物袋里只能放本店在售的商品", "The bag takes listed products of this room's seller only.")
	// ErrBagFull: too many products.
	ErrBagFull = fault.Define(fault.Invalid, "bag_full", "购物袋最多放 100 件商品", "The bag holds at most 100 products.")
	// ErrNotInBag: only what is in the bag can be pinned.
	ErrNotInBag = fault.Define(fault.Invalid, "pin_not_in_bag", "请先把商品放进购物袋", "Put the product into the bag first.")
	// ErrPoll: the poll cannot be made so.
	ErrPoll = fault.Define(fault.Invalid, "poll_invalid", "投票需要 2 到 60 字的题目和 2 到 6 个不同的选项", "A poll needs a question of 2 to 60 characters and 2 to 6 different options.")
	// ErrNoPoll: there is no such poll.
	ErrNoPoll = fault.Define(fault.NotFound, "poll_not_found", "这个投票不在了", "This poll is not there.")
	// ErrPollClosed: voting is over.
	ErrPollClosed = fault.Define(fault.Conflict, "poll_closed", "投票已经结束", "Voting is over.")
	// ErrOption: there is no such option.
	ErrOption = fault.Define(fault.Invalid, "poll_option", "没有这个选项", "There is no such option.")
	// ErrVoted: one vote a person.
	ErrVoted = fault.Define(fault.Conflict, "poll_voted", "您已经投过票了", "You have voted already.")
	// ErrDraw: the draw cannot be made so.
	ErrDraw = fault.Define(fault.Invalid, "draw_invalid", "福袋需要 2 到 40 字的名称，1 到 100 份，每份价值 0.01 到 50000 元", "A lucky bag needs a title of 2 to 40 characters, 1 to 100 prizes of 0.01 to 50,000 yuan each.")
	// ErrNoDraw: there is no such draw.
	ErrNoDraw = fault.Define(fault.NotFound, "draw_not_found", "这个福袋不在了", "This lucky bag is not there.")
	// ErrDrawClosed: entering is over.
	ErrDrawClosed = fault.Define(fault.Conflict, "draw_closed", "这个福袋已经截止", "This lucky bag is closed.")
	// ErrDrawEarly: it is drawn only after closing.
	ErrDrawEarly = fault.Define(fault.Conflict, "draw_early", "到截止时间才能开奖", "It is drawn after it has closed, not before.")
	// ErrSlots: all guest places are taken.
	ErrSlots = fault.Define(fault.Conflict, "guest_slots", "最多同时邀请 3 位嘉宾", "At most three guests at a time.")
	// ErrGuest: the guest's name is missing.
	ErrGuest = fault.Define(fault.Invalid, "guest_name", "请写嘉宾的称呼，1 到 20 个字", "Give the guest's name, 1 to 20 characters.")
)

// Rooms tells about rooms and gives guests their right to publish.
type Rooms interface {
	ByID(ctx context.Context, room id.Room) (room.Room, error)
	SessionByID(ctx context.Context, session id.Session) (room.Session, error)
	GuestToken(ctx context.Context, room id.Room, account id.Account, slot string) (room.Preparation, error)
	RevokeGuest(ctx context.Context, session id.Session, slot string) error
}

// PackCard is a pack as a viewer sees it.
type PackCard struct {
	ID       id.Pack `json:"id"`
	Label    string  `json:"label"`
	PriceFen int64   `json:"priceFen"`
	WasFen   int64   `json:"wasFen" doc:"Struck through; 0 is none"`
	Version  int64   `json:"version" doc:"Of the price; buying quotes it"`
	Band     string  `json:"band" enum:"plenty,low,gone"`
}

// ProductCard is a product as a viewer sees it.
type ProductCard struct {
	ID    id.Product `json:"id"`
	Title string     `json:"title"`
	Photo string     `json:"photo" doc:"Address of a small picture, empty for none"`
	Packs []PackCard `json:"packs"`
}

// Products tells about products.
type Products interface {
	// Listed are the cards of those among ids that the seller has on sale, in
	// the order asked.
	Listed(ctx context.Context, seller id.Org, ids []id.Product) ([]ProductCard, error)
}

// Frames reaches the people in a room.
type Frames interface {
	State(ctx context.Context, room id.Room, kind string, payload any) error
	Like(room id.Room, n int64) error
	Viewers(room id.Room) int64
}

// Media tells where the recording stands, and cuts guests off.
type Media interface {
	Position(ctx context.Context, session id.Session, now time.Time) (time.Duration, error)
	KickGuest(ctx context.Context, room id.Room, slot string) error
}

// People tells names.
type People interface {
	Names(ctx context.Context, accounts []id.Account) (map[id.Account]string, error)
}

// Sealer hides a draw's seed until it is drawn.
type Sealer interface {
	Seal(plain, context []byte) ([]byte, error)
	Open(sealed, context []byte) ([]byte, error)
}

// Deps is what the module stands on.
type Deps struct {
	Clock    clock.Clock
	Rooms    Rooms
	Products Products
	Frames   Frames
	Media    Media
	People   People
	Sealer   Sealer
}

// Module is the interactions.
type Module struct {
	Deps
	pace  pace
	mu    sync.Mutex
	likes map[id.Session]int64 // counted, not yet stored
	soon  map[string]struct{}  // what is about to be told
}

// New makes the module.
func New(d Deps) *Module {
	return &Module{Deps: d, likes: map[id.Session]int64{}, soon: map[string]struct{}{}}
}

// Migrations are the module's tables.
func (*Module) Migrations() sqldb.Migrations {
	return sqldb.Migrations{Module: "interact", FS: migrations}
}

// Policy is the module's policy text.
func (*Module) Policy() string { return policy }

// Jobs are the module's timed work.
func (m *Module) Jobs() []bus.JobHandler {
	return []bus.JobHandler{{Kind: jobDraw, Do: m.drawDue}, {Kind: jobPoll, Do: m.pollDue}}
}

// check loads a room and asks the policies.
func (m *Module) check(ctx context.Context, room id.Room, action string) (room.Room, error) {
	r, err := m.Rooms.ByID(ctx, room)
	if err != nil {
		return r, err
	}
	return r, authz.Check(ctx, action, r.Resource())
}

// tell publishes a state frame once the transaction has committed.
func (m *Module) tell(ctx context.Context, room id.Room, kind string, payload any) {
	detached := context.WithoutCancel(ctx)
	sqldb.After(ctx, func() { _ = m.Frames.State(detached, room, kind, payload) }) // clients re-read on a gap
}

// tellSoon runs f a second after the transaction has committed, once however
// often it is asked for: what many do at once is told once. f gets a context
// of its own, for it outlives the request.
func (m *Module) tellSoon(ctx context.Context, what string, f func(ctx context.Context)) {
	detached := sqldb.Detached(ctx)
	sqldb.After(ctx, func() {
		m.mu.Lock()
		_, waiting := m.soon[what]
		m.soon[what] = struct{}{}
		m.mu.Unlock()
		if waiting {
			return
		}
		time.AfterFunc(time.Second, func() {
			m.mu.Lock()
			delete(m.soon, what)
			m.mu.Unlock()
			f(detached)
		})
	})
}

// likesEvery is how often likes are stored. They are a mood, not a fact: those
// of the last seconds may be lost with the server.
const likesEvery = 5 * time.Second

// Like counts likes of a room.
func (m *Module) Like(ctx context.Context, room id.Room, n int64) error {
	r, err := m.check(ctx, room, "interact.like")
	if err != nil {
		return err
	}
	if !r.State.OnAir() {
		return ErrNotOnAir
	}
	m.mu.Lock()
	_, waiting := m.likes[r.Session]
	m.likes[r.Session] += n
	m.mu.Unlock()
	if !waiting {
		detached := sqldb.Detached(ctx)
		time.AfterFunc(likesEvery, func() { m.storeLikes(detached, r.Session) })
	}
	return m.Frames.Like(room, n)
}

func (m *Module) storeLikes(ctx context.Context, session id.Session) {
	m.mu.Lock()
	n := m.likes[session]
	delete(m.likes, session)
	m.mu.Unlock()
	if n > 0 {
		_ = sqldb.Write(ctx, func(ctx context.Context) error { return addLikes(ctx, session, n) }) // see likesEvery
	}
}

// Flush stores the likes that are counted but not yet kept, at the end of the
// server.
func (m *Module) Flush(ctx context.Context) {
	m.mu.Lock()
	sessions := slices.Collect(maps.Keys(m.likes))
	m.mu.Unlock()
	for _, s := range sessions {
		m.storeLikes(ctx, s)
	}
}

// Counters are a room's likes and viewers.
func (m *Module) Counters(ctx context.Context, room id.Room) (likes, viewers int64, err error) {
	r, err := m.check(ctx, room, "interact.view")
	if err != nil || r.Session == "" {
		return 0, 0, err
	}
	likes, err = loadLikes(ctx, r.Session)
	m.mu.Lock()
	likes += m.likes[r.Session]
	m.mu.Unlock()
	return likes, m.Frames.Viewers(room), err
}
