package chat_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tianbo/internal/kernel/fault"
	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/live/chat"
	"tianbo/internal/live/room"
	"tianbo/internal/live/room/roomtest"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/authz/authztest"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("tianbo/internal/platform/sqldb/sqldbtest.(*Server).Start.func1"))
}

// questions remembers the lines that asked something.
type questions struct {
	mu   sync.Mutex
	open []id.Line
}

func (q *questions) Asked(_ context.Context, _ id.Room, _ id.Session, line id.Line, _ id.Account, _, _ string, _ time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open = append(q.open, line)
	return nil
}

func (q *questions) Withdrawn(_ context.Context, line id.Line) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open = slices.DeleteFunc(q.open, func(l id.Line) bool { return l == line })
	return nil
}

type world struct {
	*roomtest.World
	chat      *chat.Module
	questions *questions
	room      room.Room
	session   id.Session
}

func both(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	tables := append(roomtest.Tables(), (*chat.Module)(nil).Migrations())
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		w := &world{questions: &questions{}}
		w.World = roomtest.New(t, ctx, db, func(w2 *roomtest.World) []roomtest.Part {
			w.chat = chat.New(chat.Deps{Clock: w2.Clock, Rooms: w2.Rooms, People: w2.Town, Frames: w2.Frames, Questions: w.questions})
			return []roomtest.Part{{Name: "chat", Policy: w.chat.Policy(), Handlers: w.chat.Handlers()}}
		})
		running, stop := context.WithCancel(authz.AsSystem(w.Ctx))
		done := make(chan struct{})
		go func() { defer close(done); w.chat.Run(running) }()
		t.Cleanup(func() { stop(); <-done })
		r, p := w.OnAir()
		w.room, w.session = r, p.Session
		w.Frames.Sent()
		test(t, w)
	})
}

func (w *world) say(who, text string) (chat.Line, error) {
	return w.chat.Say(w.As(who), w.room.ID, text, false, "")
}

func (w *world) said(who, text string) chat.Line {
	w.T.Helper()
	l, err := w.say(who, text)
	w.Must(err)
	return l
}

// shown are the texts that everyone reads, in order.
func (w *world) shown() string {
	w.T.Helper()
	p, err := w.chat.Log(w.As(""), w.session, time.Time{}, time.Time{}, page.Request{Limit: 100})
	w.Must(err)
	var out []string
	for _, l := range p.Items {
		out = append(out, l.Text)
	}
	return strings.Join(out, "|")
}

func TestWhoMayDoWhat(t *testing.T) {
	const keep = "self self~ org:owner+ org:manager+ org:host+ county:platform_admin+ county:reviewer+"
	authztest.Table(t, "chat", (*chat.Module)(nil).Policy(), nil, map[string]string{
		"chat.read": "anyone", "chat.say": "signed", "chat.report": "signed", "chat.retract": "self self~",
		"chat.manage": keep, "chat.patrol": "county:platform_admin+ county:reviewer+ county:regulator+",
	})
}

func TestSaying(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, err := w.say("", "你好")
		w.Refused(err, "sign_in_first")
		for _, bad := range []string{"", " \n\t ", "\u202e", strings.Repeat("果", 101)} {
			_, err := w.say("anna", bad)
			w.Refused(err, "chat_text")
		}
		l := w.said("anna", " 苹果\u202e  多少\n钱\x00 ")
		if l.Text != "苹果 多少 钱" || l.State != chat.Shown || l.Name != "anna" || l.Role != "viewer" || l.Session != w.session {
			t.Fatalf("%+v", l)
		}
		if got := w.said("host", "十块一斤").Role; got != "host" {
			t.Errorf("the host speaks as %s", got)
		}
		if got := w.said("manager", "今天包邮").Role; got != "staff" {
			t.Errorf("a manager speaks as %s", got)
		}
		if got := w.Frames.Kinds(); got != "say1 say4 say3" { // a first line, the host, staff
			t.Errorf("frames %s", got)
		}
		if got := w.shown(); got != "苹果 多少 钱|十块一斤|今天包邮" {
			t.Errorf("shown: %s", got)
		}
		_, err = w.Rooms.End(w.As("host"), w.room.ID)
		w.Must(err)
		_, err = w.say("anna", "还在吗")
		w.Refused(err, "chat_closed")
	})
}

// A request that is sent twice, one after the other or at once, is one line
// and is shown once.
func TestARepeatIsTheSameLine(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		const times = 8
		lines := make([]id.Line, times)
		var wg sync.WaitGroup
		for i := range times {
			wg.Go(func() {
				l, err := w.chat.Say(w.As("anna"), w.room.ID, "要三斤", false, "key-of-the-request")
				if err != nil {
					t.Error(err)
				}
				lines[i] = l.ID
			})
		}
		wg.Wait()
		if len(slices.Compact(lines)) != 1 {
			t.Errorf("%v", lines)
		}
		if got := w.Frames.Kinds(); got != "say1" {
			t.Errorf("frames %s", got)
		}
		// Muted since, or the room closed: the repeat still gets its answer.
		_, err := w.chat.Silence(w.As("host"), w.room.ID, roomtest.Account("anna"), time.Hour, "刷屏了")
		w.Must(err)
		l, err := w.chat.Say(w.As("anna"), w.room.ID, "要三斤", false, "key-of-the-request")
		w.Must(err)
		if l.ID != lines[0] {
			t.Error("another line")
		}
	})
}

// Nobody outruns the pace, not even by sending many lines at the same moment.
func TestSlowModeAndDoubleTaps(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.said("anna", "来两斤")
		_, err := w.say("anna", "来两斤")
		w.Refused(err, "chat_same")
		w.Clock.Advance(11 * time.Second)
		w.said("anna", "来两斤")
		_, err = w.chat.Set(w.As("host"), w.room.ID, chat.Settings{SlowSeconds: 30})
		w.Must(err)
		if f := w.Frames.Until(t, "settings"); f.Payload.(map[string]int64)["slowSeconds"] != 30 {
			t.Errorf("%+v", f)
		}
		_, err = w.say("anna", "再来一斤")
		w.Refused(err, "chat_slow")
		if f, _ := fault.Of(err); f == nil || f.Wait() <= 0 || f.Wait() > 30*time.Second {
			t.Errorf("wait %v", f)
		}
		w.Clock.Advance(31 * time.Second)
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() { _, _ = w.say("anna", fmt.Sprintf("第 %d 句", i)) })
			wg.Go(func() { _, _ = w.say("host", fmt.Sprintf("主播第 %d 句", i)) })
		}
		wg.Wait()
		got := w.shown()
		if n := strings.Count(got, "第") - 2*strings.Count(got, "主播"); strings.Count(got, "主播") != 10 || n+strings.Count(got, "主播") != 1 {
			t.Errorf("shown: %s", got)
		}
	})
}

func TestMutes(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for _, who := range []string{"", "anna", "regulator"} {
			if _, err := w.chat.Silence(w.As(who), w.room.ID, roomtest.Account("bert"), time.Hour, "刷屏了"); err == nil {
				t.Errorf("%q mutes", who)
			}
		}
		_, err := w.chat.Silence(w.As("host"), w.room.ID, w.room.Host, time.Hour, "刷屏了")
		w.Refused(err, "chat_mute_host")
		_, err = w.chat.Silence(w.As("host"), w.room.ID, roomtest.Account("bert"), time.Hour, "")
		w.Refused(err, "chat_reason")
		for _, who := range []string{"host", "reviewer"} {
			_, err = w.chat.Silence(w.As(who), w.room.ID, roomtest.Account("bert"), time.Hour, "刷屏了")
			w.Must(err)
		}
		if f := w.Frames.Until(t, "muted"); f.To != "me:acc_bert" {
			t.Errorf("told %s", f.To)
		}
		_, err = w.say("bert", "我说一句")
		w.Refused(err, "chat_muted")
		w.said("anna", "我可以说")
		p, err := w.chat.Mutes(w.As("host"), w.room.ID, page.Request{})
		w.Must(err)
		if len(p.Items) != 1 || p.Items[0].By != roomtest.Account("reviewer") {
			t.Errorf("%+v", p.Items)
		}
		w.Must(w.chat.Unmute(w.As("manager"), w.room.ID, roomtest.Account("bert")))
		w.said("bert", "又能说了")
		_, err = w.chat.Silence(w.As("host"), w.room.ID, roomtest.Account("bert"), time.Hour, "刷屏了")
		w.Must(err)
		w.Clock.Advance(time.Hour)
		w.said("bert", "时间到了")
	})
}

// Doubtful lines wait for a person, out of sight; only the desk is told.
func TestHeldLines(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, err := w.chat.Set(w.As("host"), w.room.ID, chat.Settings{Words: []string{" 烂果 "}})
		w.Must(err)
		w.Frames.Sent()
		for text, reason := range map[string]string{
			"加微信 abc12345": "contact", "电话１３８ 0000 1111": "contact", "www.example.com": "contact", "ＷＸ：farmer88": "contact",
			"你是骗 子吗": "word", "SCAM!": "word", "都是烂.果": "room_word",
		} {
			l, err := w.say(fmt.Sprintf("p%x", text), text)
			w.Must(err)
			if l.State != chat.Held || l.Reason != reason {
				t.Errorf("%q is %s for %q", text, l.State, l.Reason)
			}
		}
		if got := w.Frames.Kinds(); got != strings.TrimSpace(strings.Repeat("held ", 7)) {
			t.Errorf("frames %s", got)
		}
		if got := w.shown(); got != "" {
			t.Errorf("shown: %s", got)
		}
		for _, who := range []string{"", "anna"} {
			if _, err := w.chat.Waiting(w.As(who), w.room.ID, page.Request{}); err == nil {
				t.Errorf("%q reads what is held", who)
			}
		}
		waiting, err := w.chat.Waiting(w.As("host"), w.room.ID, page.Request{Limit: 5})
		w.Must(err)
		if len(waiting.Items) != 5 || waiting.Next == "" {
			t.Fatalf("%d wait", len(waiting.Items))
		}
		one, two := waiting.Items[0], waiting.Items[1]
		if _, err := w.chat.Decide(w.As("anna"), one.ID, true); err == nil {
			t.Error("anyone decides")
		}
		for range 2 { // deciding the same again is no error
			_, err = w.chat.Decide(w.As("host"), one.ID, true)
			w.Must(err)
		}
		_, err = w.chat.Decide(w.As("manager"), two.ID, false)
		w.Must(err)
		_, err = w.chat.Decide(w.As("manager"), two.ID, true)
		w.Refused(err, "chat_decided")
		_, err = w.chat.Decide(w.As("host"), one.ID, false)
		w.Refused(err, "chat_decided")
		if got := w.shown(); got != one.Text {
			t.Errorf("shown: %s", got)
		}
		_, err = w.chat.Decide(w.As("host"), "lin_none", true)
		w.Refused(err, "chat_line_not_found")
	})
}

func TestFirstTimersMayHaveToWait(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, err := w.chat.Set(w.As("host"), w.room.ID, chat.Settings{FirstTimers: chat.Held})
		w.Must(err)
		l := w.said("anna", "第一次来")
		if l.State != chat.Held || l.Reason != "first" {
			t.Fatalf("%+v", l)
		}
		_, err = w.chat.Decide(w.As("host"), l.ID, true)
		w.Must(err)
		if l := w.said("anna", "第二句"); l.State != chat.Shown {
			t.Errorf("%+v", l)
		}
	})
}

// Three people's reports take a line off until someone has looked; then it
// takes three new ones.
func TestReports(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		l := w.said("bert", "这家不好")
		h := w.said("host", "大家好")
		report := func(line id.Line, who string) {
			t.Helper()
			w.Must(w.chat.Report(w.As(who), line, "骂人了"))
		}
		w.Refused(w.chat.Report(w.As(""), l.ID, "骂人了"), "sign_in_first")
		w.Refused(w.chat.Report(w.As("a"), l.ID, ""), "chat_reason")
		for range 5 {
			report(l.ID, "a") // one person counts once
		}
		report(l.ID, "b")
		if got := w.shown(); got != "这家不好|大家好" {
			t.Fatalf("shown: %s", got)
		}
		report(l.ID, "c")
		if got := w.shown(); got != "大家好" {
			t.Fatalf("shown: %s", got)
		}
		if f := w.Frames.Until(t, "retract"); f.Payload.(map[string][]id.Line)["lines"][0] != l.ID {
			t.Errorf("%+v", f)
		}
		_, err := w.chat.Decide(w.As("reviewer"), l.ID, true)
		w.Must(err)
		report(l.ID, "d")
		report(l.ID, "e")
		if got := w.shown(); got != "这家不好|大家好" {
			t.Fatalf("shown after a look: %s", got)
		}
		report(l.ID, "f")
		if got := w.shown(); got != "大家好" {
			t.Fatalf("shown after three more: %s", got)
		}
		for _, who := range []string{"a", "b", "c", "d"} {
			report(h.ID, who)
		}
		if got := w.shown(); got != "大家好" {
			t.Errorf("reports take the host's words off: %s", got)
		}
	})
}

func TestTakingLinesOff(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ask := func(who, text string) chat.Line {
			l, err := w.chat.Say(w.As(who), w.room.ID, text, true, "")
			w.Must(err)
			return l
		}
		own, bad := ask("anna", "多少钱一斤"), ask("bert", "甜不甜")
		if len(w.questions.open) != 2 {
			t.Fatalf("%v", w.questions.open)
		}
		_, err := w.chat.Retract(w.As("carl"), bad.ID, "")
		w.Refused(err, "forbidden")
		_, err = w.chat.Retract(w.As("anna"), own.ID, "")
		w.Must(err)
		_, err = w.chat.Retract(w.As("host"), bad.ID, "")
		w.Refused(err, "chat_reason")
		_, err = w.chat.Retract(w.As("host"), bad.ID, "和本场无关")
		w.Must(err)
		_, err = w.chat.Retract(w.As("host"), bad.ID, "和本场无关") // a repeat
		w.Must(err)
		if got := w.shown(); got != "" {
			t.Errorf("shown: %s", got)
		}
		if len(w.questions.open) != 0 {
			t.Errorf("their questions stay: %v", w.questions.open)
		}
		_, err = w.chat.Decide(w.As("host"), bad.ID, true)
		w.Refused(err, "chat_decided")
	})
}

// A question that waits is none until it is let through.
func TestAHeldQuestionIsAskedWhenItIsShown(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		l, err := w.chat.Say(w.As("anna"), w.room.ID, "微信 farmer88 是你吗", true, "")
		w.Must(err)
		if l.State != chat.Held || len(w.questions.open) != 0 {
			t.Fatalf("%+v %v", l, w.questions.open)
		}
		_, err = w.chat.Decide(w.As("host"), l.ID, true)
		w.Must(err)
		if !slices.Equal(w.questions.open, []id.Line{l.ID}) {
			t.Errorf("%v", w.questions.open)
		}
	})
}

func TestSettings(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for _, bad := range []chat.Settings{{SlowSeconds: -1}, {SlowSeconds: 301}, {Words: []string{" "}}, {Words: []string{strings.Repeat("词", 21)}}, {Words: make([]string, 201)}} {
			_, err := w.chat.Set(w.As("host"), w.room.ID, bad)
			w.Refused(err, "chat_settings")
		}
		if _, err := w.chat.SettingsOf(w.As("anna"), w.room.ID); err == nil {
			t.Error("anyone reads the words")
		}
		_, err := w.chat.Set(w.As("owner"), w.room.ID, chat.Settings{SlowSeconds: 5, Words: []string{"烂果"}, FirstTimers: chat.Held})
		w.Must(err)
		s, err := w.chat.SettingsOf(w.As("host"), w.room.ID)
		w.Must(err)
		if s.SlowSeconds != 5 || !slices.Equal(s.Words, []string{"烂果"}) || s.FirstTimers != chat.Held {
			t.Errorf("%+v", s)
		}
	})
}

// The log is read in pages, in order, from any moment of the broadcast, by
// everyone unless the replay is put away.
func TestTheLog(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		begin := w.Clock.Now()
		for i := range 25 {
			w.said(fmt.Sprintf("p%d", i), fmt.Sprintf("%02d", i))
			if i%2 == 0 { // some at the same moment
				w.Clock.Advance(time.Second)
			}
		}
		var got []string
		for cursor := ""; ; {
			p, err := w.chat.Log(w.As(""), w.session, begin.Add(5*time.Second), begin.Add(10*time.Second), page.Request{Cursor: cursor, Limit: 3})
			w.Must(err)
			for _, l := range p.Items {
				got = append(got, l.Text)
			}
			if cursor = p.Next; cursor == "" {
				break
			}
		}
		if want := "09 10 11 12 13 14 15 16 17 18"; strings.Join(got, " ") != want {
			t.Errorf("got %v, want %s", got, want)
		}
		_, err := w.Rooms.End(w.As("host"), w.room.ID)
		w.Must(err)
		_, err = w.Rooms.Hide(w.As("host"), w.session, true, "")
		w.Must(err)
		if w.shown() != "" {
			t.Error("what was said is read though the replay is put away")
		}
		p, err := w.chat.Log(w.As("host"), w.session, time.Time{}, time.Time{}, page.Request{})
		w.Must(err)
		if len(p.Items) == 0 {
			t.Error("not even by the host")
		}
	})
}

// When a recording is deleted, what was said goes with it.
func TestLinesGoWithTheRecording(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		l := w.said("anna", "你好")
		w.Must(w.chat.Report(w.As("bert"), l.ID, "骂人了"))
		_, err := w.Rooms.End(w.As("host"), w.room.ID)
		w.Must(err)
		w.Clock.Advance(room.MinRetention + time.Hour)
		for _, who := range []string{"admin", "admin2"} {
			_, err := w.Rooms.Delete(w.As(who), w.session, "保存期已满")
			w.Must(err)
		}
		w.Drain()
		if w.shown() != "" {
			t.Error("what was said is still there")
		}
	})
}

// Many speak at once: every accepted line is stored and shown, once.
func TestALivelyRoom(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		const people, each = 40, 5
		var wg sync.WaitGroup
		for p := range people {
			wg.Go(func() {
				for i := range each {
					if _, err := w.say(fmt.Sprintf("p%d", p), fmt.Sprintf("%d 第 %d 句", p, i)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := len(w.Frames.Sent()); n != people*each {
			t.Errorf("%d frames", n)
		}
		n := 0
		for cursor := ""; ; {
			p, err := w.chat.Log(w.As(""), w.session, time.Time{}, time.Time{}, page.Request{Cursor: cursor, Limit: 100})
			w.Must(err)
			n += len(p.Items)
			if cursor = p.Next; cursor == "" {
				break
			}
		}
		if n != people*each {
			t.Errorf("%d stored", n)
		}
	})
}
