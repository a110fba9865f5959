// Package chat is what people say in a room: accepted in process by length,
// pace, mutes and word rules, kept for as long as the recording, and handed to
// the room's tick. What is doubtful waits for a person.
//
// Invariants: a line is shown to nobody before it is stored and has passed the
// rules; a request repeated under its key is the same line, shown once; lines
// end with their recording only.
//
// Tables: chat_line, chat_mute, chat_setting, chat_report. Events in:
// tianbo.room.erased.v1. Calls: room, people (names), interact (questions),
// realtime (ticks, the desk).
package chat

import (
	"context"
	_ "embed" // the policy text
	"slices"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/live/room"
	"tianbo/internal/platform/sqldb"
)

//go:embed policy.cedar
var policy string

// State of a line.
type State string

// The states.
const (
	Shown     State = "shown"
	Held      State = "held" // waits for a person
	Refused   State = "refused"
	Retracted State = "retracted"
)

var next = map[State][]State{
	Held:  {Shown, Refused, Retracted},
	Shown: {Held, Retracted},
}

// CanBecome reports whether a line may go from s to t.
func (s State) CanBecome(t State) bool { return slices.Contains(next[s], t) }

// Line is one thing said.
type Line struct {
	ID       id.Line
	Room     id.Room
	Session  id.Session
	Account  id.Account
	Name     string
	Role     string // host, staff, viewer
	Text     string
	Question bool
	State    State
	Reason   string // why it is held or was taken away
	Reports  int64
	At       time.Time

	key   string
	first bool // the person's first line in this room
}

// Mute keeps a person silent in a room for a time.
type Mute struct {
	Room    id.Room
	Account id.Account
	Until   time.Time
	Reason  string
	By      id.Account
	At      time.Time
}

// Settings are a room's own rules.
type Settings struct {
	SlowSeconds int64    // between two lines of one person
	Words       []string // lines with one of them wait for a person
	FirstTimers State    // Shown or Held: what becomes of a person's first line
}

var (
	// ErrQuiet: the room is not on air.
	ErrQuiet = fault.Define(fault.Conflict, "chat_closed", "直播还没开始或已经结束，现在不能发言", "The broadcast is not on air; nothing can be said now.")
	// ErrEmpty: nothing was said, or too much.
	ErrEmpty = fault.Define(fault.Invalid, "chat_text", "请输入 1 到 100 个字", "Write 1 to 100 characters.")
	// ErrMuted: a manager has muted the person.
	ErrMuted = fault.Define(fault.Forbidden, "chat_muted", "您在这个直播间被禁言到 {until}：{reason}", "You are muted in this room until {until}: {reason}")
	// ErrSlow: the room is in slow mode.
	ErrSlow = fault.Define(fault.Limited, "chat_slow", "说得太快了，请 {seconds} 秒后再发", "Too fast. Wait {seconds} seconds.")
	// ErrSame: the same words just before.
	ErrSame = fault.Define(fault.Conflict, "chat_same", "刚才已经发过一样的话了", "You have just said the same.")
	// ErrNoLine: there is no such line.
	ErrNoLine = fault.Define(fault.NotFound, "chat_line_not_found", "这条发言不在了", "This line is not there.")
	// ErrDecided: the line no longer waits.
	ErrDecided = fault.Define(fault.Conflict, "chat_decided", "这条发言已经处理过了", "This line has been decided already.")
	// ErrMuteTarget: the host cannot be muted in the own room.
	ErrMuteTarget = fault.Define(fault.Invalid, "chat_mute_host", "不能禁言主播本人", "The host cannot be muted.")
	// ErrSettings: the settings cannot be used.
	ErrSettings = fault.Define(fault.Invalid, "chat_settings", "慢速 0 到 300 秒；最多 200 个词，每个 1 到 20 个字", "Slow mode takes 0 to 300 seconds; at most 200 words of 1 to 20 characters.")
	// ErrReason: a reason is missing.
	ErrReason = fault.Define(fault.Invalid, "chat_reason", "请写明原因，2 到 60 个字", "Give a reason of 2 to 60 characters.")
)

// Rooms tells about rooms.
type Rooms interface {
	ByID(ctx context.Context, room id.Room) (room.Room, error)
	SessionByID(ctx context.Context, session id.Session) (room.Session, error)
}

// People tells names.
type People interface {
	Names(ctx context.Context, accounts []id.Account) (map[id.Account]string, error)
}

// Frames reaches the people in a room.
type Frames interface {
	// Say hands a line to the room's tick.
	Say(room id.Room, weight int, line any) error
	// Held tells the desk of a room that a line waits for a person.
	Held(room id.Room) error
	State(ctx context.Context, room id.Room, kind string, payload any) error
	Person(account id.Account, kind string, payload any) error
}

// Questions takes lines that ask something; it joins the transaction.
type Questions interface {
	Asked(ctx context.Context, room id.Room, session id.Session, line id.Line, account id.Account, name, text string, at time.Time) error
	// Withdrawn takes the question back that a line was, if it was one.
	Withdrawn(ctx context.Context, line id.Line) error
}

// Deps is what chat stands on.
type Deps struct {
	Clock     clock.Clock
	Rooms     Rooms
	People    People
	Frames    Frames
	Questions Questions
}

// Module is the chat.
type Module struct {
	Deps
	writer *writer
}

// New makes the module; Run must be running for lines to be accepted.
func New(d Deps) *Module {
	m := &Module{Deps: d}
	m.writer = &writer{m: m, in: make(chan job, 1024), recent: map[speaker]said{}}
	return m
}

// Run stores lines until ctx ends. ctx must carry the database.
func (m *Module) Run(ctx context.Context) { m.writer.run(ctx) }

// Migrations are the module's tables.
func (*Module) Migrations() sqldb.Migrations {
	return sqldb.Migrations{Module: "chat", FS: migrations}
}

// Policy is the module's policy text.
func (*Module) Policy() string { return policy }
