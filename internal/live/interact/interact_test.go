package interact_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/live/interact"
	"tianbo/internal/live/room"
	"tianbo/internal/live/room/roomtest"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/authz/authztest"
	"tianbo/internal/platform/seal"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("tianbo/internal/platform/sqldb/sqldbtest.(*Server).Start.func1"))
}

// shelf has the farm's products; "prd_other" is another seller's.
type shelf struct{}

func (shelf) Listed(_ context.Context, seller id.Org, ids []id.Product) ([]interact.ProductCard, error) {
	var out []interact.ProductCard
	for _, p := range ids {
		if seller == roomtest.Farm && p != "prd_other" {
			out = append(out, interact.ProductCard{ID: p, Title: string(p), Packs: []interact.PackCard{{ID: "pck_1", PriceFen: 2980, Version: 1, Band: "plenty"}}})
		}
	}
	return out, nil
}

type world struct {
	*roomtest.World
	interact *interact.Module
	room     room.Room
	session  id.Session
}

// both runs a test in a town with a room on the air, on each database.
func both(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	tables := append(roomtest.Tables(), (*interact.Module)(nil).Migrations())
	sqldbtest.Each(t, tables, func(t *testing.T, ctx context.Context, db *sqldb.DB) {
		sealer, err := seal.Load(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		w := &world{}
		w.World = roomtest.New(t, ctx, db, func(w2 *roomtest.World) []roomtest.Part {
			w.interact = interact.New(interact.Deps{
				Clock: w2.Clock, Rooms: w2.Rooms, Products: shelf{}, Frames: w2.Frames, Media: w2.Media, People: w2.Town, Sealer: sealer,
			})
			return []roomtest.Part{{Name: "interact", Policy: w.interact.Policy(), Handlers: w.interact.Handlers(), Jobs: w.interact.Jobs()}}
		})
		r, p := w.OnAir()
		w.room, w.session = r, p.Session
		w.Media.Origin = w.Clock.Now()
		w.Frames.Sent()
		w.Media.Told()
		test(t, w)
	})
}

func (w *world) end() {
	w.T.Helper()
	_, err := w.Rooms.End(w.As("host"), w.room.ID)
	w.Must(err)
	w.Drain()
}

// ask is what chat does with a line that asks something.
func (w *world) ask(who, text string) interact.Question {
	w.T.Helper()
	line := id.New[id.Line]()
	w.Must(sqldb.Write(w.Ctx, func(ctx context.Context) error {
		return w.interact.Asked(ctx, w.room.ID, w.session, line, roomtest.Account(who), who, text, w.Clock.Now())
	}))
	for _, q := range w.open() {
		if q.Line == line {
			return q
		}
	}
	w.T.Fatal("the question is not listed")
	return interact.Question{}
}

func (w *world) open() []interact.Question {
	w.T.Helper()
	p, err := w.interact.Questions(w.As(""), w.room.ID, interact.Open, page.Request{Limit: 100})
	w.Must(err)
	return p.Items
}

func TestWhoMayDoWhat(t *testing.T) {
	others := "stranger"
	for _, r := range authztest.OrgRoles {
		others += " other:" + r
		if r != "owner" && r != "manager" && r != "host" {
			others += " org:" + r
		}
	}
	for _, r := range authztest.PlatformRoles {
		if r != "platform_admin" && r != "reviewer" && r != "regulator" {
			others += " county:" + r + " elsewhere:" + r
		}
	}
	authztest.Table(t, "interact", (*interact.Module)(nil).Policy(), nil, map[string]string{
		"interact.view": "anyone", "interact.like": "anyone", "interact.upvote": "signed", "interact.vote": "signed",
		"interact.enter":  others,
		"interact.manage": "self self~ org:owner+ org:manager+ org:host+",
	})
}

func TestTheBagAndThePin(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		fill := func(who string, ids ...id.Product) error {
			_, err := w.interact.Fill(w.As(who), w.room.ID, ids)
			return err
		}
		for _, who := range []string{"", "anna", "admin"} {
			if fill(who, "prd_1") == nil {
				t.Errorf("%q fills the bag", who)
			}
		}
		w.Refused(fill("host", "prd_1", "prd_other"), "bag_product")
		w.Refused(fill("host", make([]id.Product, 101)...), "bag_full")
		w.Must(fill("host", "prd_2", "prd_1"))
		w.Refused(w.interact.Show(w.As("host"), w.room.ID, "prd_3"), "pin_not_in_bag")
		w.Must(w.interact.Show(w.As("host"), w.room.ID, "prd_1"))
		w.Must(w.interact.Show(w.As("host"), w.room.ID, "prd_1")) // it is shown already
		bag, err := w.interact.BagOf(w.As(""), w.room.ID)
		w.Must(err)
		if bag.Pinned != "prd_1" || len(bag.Items) != 2 || bag.Items[0].ID != "prd_2" {
			t.Errorf("%+v", bag)
		}
		if got := w.Frames.Kinds(); got != "bag pin" {
			t.Errorf("frames %s", got)
		}
		w.Clock.Advance(30 * time.Second)
		w.Must(w.interact.Show(w.As("manager"), w.room.ID, "prd_2"))
		w.Clock.Advance(15 * time.Second)
		w.Must(fill("host", "prd_1")) // what is shown is taken out: it is shown no more
		pins, err := w.interact.Pins(w.As(""), w.session)
		w.Must(err)
		if want := []interact.Shown{{Product: "prd_1", To: 30}, {Product: "prd_2", From: 30, To: 45}}; !slices.Equal(pins, want) {
			t.Errorf("%+v, want %+v", pins, want)
		}
		w.Must(w.interact.Show(w.As("host"), w.room.ID, "prd_1"))
		w.end()
		bag, err = w.interact.BagOf(w.As(""), w.room.ID)
		w.Must(err)
		if bag.Pinned != "" {
			t.Error("what was shown last is shown for ever")
		}
		w.Refused(w.interact.Show(w.As("host"), w.room.ID, "prd_1"), "interact_off_air")
	})
}

// A new price reaches the rooms on air that offer the product.
func TestAPriceIsToldInRoomsOnAir(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, err := w.interact.Fill(w.As("host"), w.room.ID, []id.Product{"prd_1"})
		w.Must(err)
		w.Frames.Sent()
		w.Must(w.interact.PackChanged(w.Ctx, "prd_1", "price", 1))
		w.Must(w.interact.PackChanged(w.Ctx, "prd_2", "price", 2))
		if got := w.Frames.Kinds(); got != "price" {
			t.Errorf("frames %s", got)
		}
		w.end()
		w.Frames.Sent()
		w.Must(w.interact.PackChanged(w.Ctx, "prd_1", "price", 3))
		if got := w.Frames.Kinds(); got != "" {
			t.Errorf("frames %s after the end", got)
		}
	})
}

func TestQuestions(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, err := w.interact.Fill(w.As("host"), w.room.ID, []id.Product{"prd_1"})
		w.Must(err)
		w.Must(w.interact.Show(w.As("host"), w.room.ID, "prd_1"))
		q, same := w.ask("anna", "甜不甜"), w.ask("bert", "是不是很甜")
		if q.Product != "prd_1" {
			t.Errorf("asked about %q", q.Product)
		}
		for _, who := range []string{"carl", "carl", "dora"} { // once a person
			_, err := w.interact.Upvote(w.As(who), q.ID)
			w.Must(err)
		}
		_, err = w.interact.Upvote(w.As(""), q.ID)
		w.Refused(err, "sign_in_first")
		_, err = w.interact.Upvote(w.As("carl"), same.ID)
		w.Must(err)
		for _, who := range []string{"", "anna", "admin"} {
			if _, err := w.interact.Reply(w.As(who), q.ID, "很甜", true); err == nil {
				t.Errorf("%q answers", who)
			}
			if _, err := w.interact.Merge(w.As(who), same.ID, q.ID); err == nil {
				t.Errorf("%q merges", who)
			}
		}
		_, err = w.interact.Merge(w.As("host"), q.ID, q.ID)
		w.Refused(err, "question_merge")
		_, err = w.interact.Merge(w.As("host"), same.ID, q.ID)
		w.Must(err)
		_, err = w.interact.Merge(w.As("host"), same.ID, q.ID)
		w.Refused(err, "question_merge")
		// carl counts once, bert who asked the same counts too
		if got := w.open(); len(got) != 1 || got[0].Upvotes != 3 {
			t.Fatalf("%+v", got)
		}
		_, err = w.interact.Assign(w.As("host"), q.ID, roomtest.Account("mentor"))
		w.Must(err)
		w.Clock.Advance(95 * time.Second)
		for _, bad := range []string{"", strings.Repeat("甜", 301)} {
			_, err = w.interact.Reply(w.As("host"), q.ID, bad, true)
			w.Refused(err, "answer_text")
		}
		a, err := w.interact.Reply(w.As("host"), q.ID, "很甜，14 度", true)
		w.Must(err)
		if a.AnsweredAt != 95 || !a.Pinned || a.State != interact.Answered || a.Assigned != roomtest.Account("mentor") {
			t.Errorf("%+v", a)
		}
		_, err = w.interact.Reply(w.As("host"), same.ID, "很甜", false)
		w.Refused(err, "question_done")
		p, err := w.interact.Answers(w.As(""), "prd_1", page.Request{})
		w.Must(err)
		if len(p.Items) != 1 || p.Items[0].Answer != "很甜，14 度" {
			t.Errorf("%+v", p.Items)
		}
	})
}

// A question follows the line that asked it.
func TestAWithdrawnQuestion(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		q := w.ask("anna", "骗人的吧")
		withdraw := func(line id.Line) {
			w.Must(sqldb.Write(w.Ctx, func(ctx context.Context) error { return w.interact.Withdrawn(ctx, line) }))
		}
		w.Frames.Sent()
		withdraw(q.Line)
		withdraw(q.Line)
		withdraw("lin_none")
		if f := w.Frames.Sent(); len(w.open()) != 0 || len(f) != 1 || f[0].Payload.(interact.Question).State != interact.Withdrawn {
			t.Fatalf("%+v, told %+v", w.open(), f)
		}
		_, err := w.interact.Upvote(w.As("bert"), q.ID)
		w.Refused(err, "question_done")
		w.Must(sqldb.Write(w.Ctx, func(ctx context.Context) error {
			return w.interact.Asked(ctx, w.room.ID, w.session, q.Line, q.Account, q.Name, q.Text, q.At)
		}))
		if got := w.open(); len(got) != 1 || got[0].ID != q.ID {
			t.Errorf("%+v", got)
		}
	})
}

// A flood of questions and upvotes does not become a flood of frames.
func TestManyQuestionsAreToldTogether(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		var first interact.Question
		for i := range 30 {
			if q := w.ask(fmt.Sprintf("p%d", i), "多少钱"); i == 0 {
				first = q
			}
		}
		if got := strings.Count(w.Frames.Kinds(), "question"); got != 5 {
			t.Errorf("%d frames in one second", got)
		}
		w.Frames.Until(t, "questions")
		for i := range 30 {
			_, err := w.interact.Upvote(w.As(fmt.Sprintf("p%d", i)), first.ID)
			w.Must(err)
		}
		var last interact.Question
		for last.Upvotes != 30 {
			last = w.Frames.Until(t, "question").Payload.(interact.Question)
		}
	})
}

func TestPolls(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ask := func(who, q string, options ...string) (interact.Poll, error) {
			return w.interact.Ask(w.As(who), w.room.ID, q, options, time.Minute)
		}
		for _, bad := range [][]string{{"红"}, {"红", "红"}, {"红", ""}, {"1", "2", "3", "4", "5", "6", "7"}, {"红", strings.Repeat("红", 21)}} {
			_, err := ask("host", "喜欢哪种", bad...)
			w.Refused(err, "poll_invalid")
		}
		if _, err := ask("anna", "喜欢哪种", "红", "绿"); err == nil {
			t.Error("anyone asks")
		}
		p, err := ask("host", "喜欢哪种", " 红 ", "绿")
		w.Must(err)
		vote := func(who string, option int) error {
			_, err := w.interact.Vote(w.As(who), p.ID, option)
			return err
		}
		w.Refused(vote("", 0), "sign_in_first")
		w.Refused(vote("anna", 2), "poll_option")
		w.Refused(vote("anna", -1), "poll_option")
		w.Must(vote("anna", 1))
		w.Must(vote("anna", 1)) // a repeat
		w.Refused(vote("anna", 0), "poll_voted")
		var wg sync.WaitGroup
		for i := range 20 {
			for range 2 { // each twice at once, for two things
				wg.Go(func() { _ = vote(fmt.Sprintf("p%d", i), i%2) })
				wg.Go(func() { _ = vote(fmt.Sprintf("p%d", i), 1-i%2) })
			}
		}
		wg.Wait()
		for votes := []int64(nil); len(votes) == 0 || votes[0]+votes[1] != 21; { // the totals are told within a second
			votes = w.Frames.Until(t, "poll").Payload.(interact.Poll).Votes
		}
		w.Clock.Advance(time.Minute)
		w.Refused(vote("late", 0), "poll_closed")
		w.Drain()
		all, err := w.interact.Polls(w.As(""), w.room.ID, page.Request{})
		w.Must(err)
		if len(all.Items) != 1 || !all.Items[0].Closed || all.Items[0].Votes[0]+all.Items[0].Votes[1] != 21 || all.Items[0].Options[0] != "红" {
			t.Errorf("%+v", all.Items)
		}
		q, err := ask("host", "再问一个", "好", "不好")
		w.Must(err)
		if _, err := w.interact.ClosePoll(w.As("anna"), q.ID); err == nil {
			t.Error("anyone closes")
		}
		_, err = w.interact.ClosePoll(w.As("host"), q.ID)
		w.Must(err)
		w.end()
		_, err = ask("host", "结束了", "好", "不好")
		w.Refused(err, "interact_off_air")
	})
}

// Votes told through the API's own transaction: the totals come after it.
func TestTotalsAreToldWhenTheRequestIsOneTransaction(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		p, err := w.interact.Ask(w.As("host"), w.room.ID, "喜欢哪种", []string{"红", "绿"}, time.Minute)
		w.Must(err)
		w.Frames.Until(t, "poll")
		w.Must(sqldb.Write(w.As("anna"), func(ctx context.Context) error {
			_, err := w.interact.Vote(ctx, p.ID, 0)
			return err
		}))
		if got := w.Frames.Until(t, "poll").Payload.(interact.Poll); got.Votes[0] != 1 {
			t.Errorf("%+v", got)
		}
	})
}

// A lucky bag is fixed before anyone enters, and after it anyone can repeat it
// from what is published.
func TestADrawCanBeRepeated(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		open := func(who, title string, fen int64, winners int) (interact.Draw, error) {
			return w.interact.OpenDraw(w.As(who), w.room.ID, title, fen, winners, 5*time.Minute)
		}
		for _, bad := range []struct {
			title   string
			fen     int64
			winners int
		}{{"袋", 100, 1}, {"福袋", 0, 1}, {"福袋", 5_000_001, 1}, {"福袋", 100, 0}, {"福袋", 100, 101}} {
			_, err := open("host", bad.title, bad.fen, bad.winners)
			w.Refused(err, "draw_invalid")
		}
		if _, err := open("anna", "苹果一箱", 3000, 1); err == nil {
			t.Error("anyone opens a lucky bag")
		}
		d, err := open("host", "苹果一箱", 3000, 3)
		w.Must(err)
		if d.Seed != "" || len(d.SeedHash) != 64 {
			t.Fatalf("%+v", d)
		}
		for i := range 12 {
			for range 2 { // once a person
				_, err := w.interact.Enter(w.As(fmt.Sprintf("p%02d", i)), d.ID)
				w.Must(err)
			}
		}
		for _, who := range []string{"", "host", "owner", "admin", "reviewer"} { // they could know the seed
			if _, err := w.interact.Enter(w.As(who), d.ID); err == nil {
				t.Errorf("%q enters", who)
			}
		}
		_, err = w.interact.Run(w.As("host"), d.ID)
		w.Refused(err, "draw_early")
		before, err := w.interact.DrawByID(w.As(""), d.ID)
		w.Must(err)
		if before.Entries != 12 || before.Seed != "" || len(before.Won) != 0 {
			t.Errorf("%+v", before)
		}
		w.Clock.Advance(5 * time.Minute)
		_, err = w.interact.Enter(w.As("late"), d.ID)
		w.Refused(err, "draw_closed")
		w.Drain() // the draw's own time
		drawn, err := w.interact.DrawByID(w.As(""), d.ID)
		w.Must(err)
		again, err := w.interact.Run(w.As("host"), d.ID)
		w.Must(err)
		if len(drawn.Won) != 3 || !slices.Equal(winners(drawn), winners(again)) {
			t.Fatalf("%+v, again %+v", drawn, again)
		}

		// What a stranger does who does not believe it.
		seed, err := hex.DecodeString(drawn.Seed)
		w.Must(err)
		if interact.SeedHash(seed) != d.SeedHash {
			t.Error("the seed is not the one announced")
		}
		var entries []id.Entry
		for cursor := ""; ; {
			p, err := w.interact.Entries(w.As(""), d.ID, page.Request{Cursor: cursor, Limit: 5})
			w.Must(err)
			for _, e := range p.Items {
				entries = append(entries, e.ID)
			}
			if cursor = p.Next; cursor == "" {
				break
			}
		}
		if interact.ListHash(entries) != drawn.ListHash {
			t.Error("the list is not the one drawn from")
		}
		if got := interact.Winners(seed, entries, 3); !slices.Equal(got, winners(drawn)) {
			t.Errorf("%v, told %v", got, winners(drawn))
		}
	})
}

func winners(d interact.Draw) (out []id.Entry) {
	for _, e := range d.Won {
		out = append(out, e.ID)
	}
	return out
}

// What the screen counts is what was tapped: no more, no less.
func TestLikesAreHonest(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		for range 10 {
			w.Must(w.interact.Like(w.As(""), w.room.ID, 3))
		}
		w.Frames.Watch(7)
		count := func() int64 {
			likes, viewers, err := w.interact.Counters(w.As(""), w.room.ID)
			w.Must(err)
			if viewers != 7 {
				t.Errorf("%d viewers", viewers)
			}
			return likes
		}
		if got := count(); got != 30 {
			t.Errorf("%d likes before they are stored", got)
		}
		w.interact.Flush(authz.AsSystem(w.Ctx))
		w.interact.Flush(authz.AsSystem(w.Ctx))
		if got := count(); got != 30 {
			t.Errorf("%d likes when they are stored", got)
		}
		w.end()
		w.Refused(w.interact.Like(w.As("anna"), w.room.ID, 1), "interact_off_air")
	})
}

func TestGuests(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		invite := func(who, name string) (interact.Invitation, error) {
			return w.interact.Invite(w.As(who), w.room.ID, name)
		}
		if _, err := invite("anna", "我"); err == nil {
			t.Error("anyone invites")
		}
		_, err := invite("host", " ")
		w.Refused(err, "guest_name")
		var all []interact.Invitation
		for _, name := range []string{"王技术员", "张大姐", "李师傅"} {
			g, err := invite("host", name)
			w.Must(err)
			all = append(all, g)
		}
		_, err = invite("host", "第四位")
		w.Refused(err, "guest_slots")
		p, err := w.Rooms.Authorize(w.Ctx, all[1].Token)
		w.Must(err)
		if p.Slot != "guest2" || all[1].WHIP != "/live/"+string(w.room.ID)+"/guest/guest2/whip" {
			t.Errorf("%+v %s", p, all[1].WHIP)
		}
		if w.interact.Dismiss(w.As("anna"), w.room.ID, "guest2") == nil {
			t.Error("anyone sends guests away")
		}
		w.Must(w.interact.Dismiss(w.As("host"), w.room.ID, "guest2"))
		w.Must(w.interact.Dismiss(w.As("host"), w.room.ID, "guest2")) // a repeat
		_, err = w.Rooms.Authorize(w.Ctx, all[1].Token)
		w.Refused(err, "publish_token")
		if got := w.Media.Told(); got != "kick:guest2 kick:guest2" {
			t.Errorf("the media was told: %s", got)
		}
		g, err := invite("host", "赵会计") // the free place
		w.Must(err)
		now, err := w.interact.Guests(w.As(""), w.room.ID)
		w.Must(err)
		if g.Slot != "guest2" || len(now) != 3 {
			t.Errorf("%+v, %d guests", g, len(now))
		}
		w.end()
		_, err = invite("host", "结束了")
		w.Refused(err, "interact_off_air")
		if now, err = w.interact.Guests(w.As(""), w.room.ID); err != nil || len(now) != 0 {
			t.Errorf("%v %v", now, err)
		}
	})
}

func TestEverythingGoesWithTheRecording(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.ask("anna", "甜不甜")
		d, err := w.interact.OpenDraw(w.As("host"), w.room.ID, "苹果一箱", 3000, 1, time.Minute)
		w.Must(err)
		_, err = w.interact.Enter(w.As("anna"), d.ID)
		w.Must(err)
		w.Pass(time.Minute)
		w.end()
		w.Clock.Advance(room.MinRetention + time.Hour)
		for _, who := range []string{"admin", "admin2"} {
			_, err := w.Rooms.Delete(w.As(who), w.session, "保存期已满")
			w.Must(err)
		}
		w.Drain()
		_, err = w.interact.DrawByID(w.As(""), d.ID)
		w.Refused(err, "draw_not_found")
		if len(w.open()) != 0 {
			t.Error("questions stay")
		}
	})
}
