package interact

import (
	"context"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"tianbo/internal/kernel/id"
	"tianbo/internal/kernel/page"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

// The states of a question.
const (
	Open     = "open"
	Answered = "answered"
	Merged   = "merged"
	// Withdrawn: the line that asked it was taken off.
	Withdrawn = "withdrawn"
)

// Question is what a viewer wants to know.
type Question struct {
	ID         id.Question   `json:"id"`
	Room       id.Room       `json:"room"`
	Session    id.Session    `json:"session"`
	Line       id.Line       `json:"line"`
	Account    id.Account    `json:"account"`
	Name       string        `json:"name"`
	Text       string        `json:"text"`
	Product    id.Product    `json:"product" doc:"Shown when it was asked or answered, empty for none"`
	State      string        `json:"state" enum:"open,answered,merged,withdrawn"`
	Into       id.Question   `json:"into" doc:"Where it was merged into"`
	Assigned   id.Account    `json:"assigned" doc:"Who is asked to answer"`
	Upvotes    int64         `json:"upvotes"`
	Answer     string        `json:"answer"`
	AnsweredBy id.Account    `json:"answeredBy"`
	AnsweredAt float64       `json:"answeredAt" doc:"Seconds into the recording; with it a clip can answer on the product page"`
	Pinned     bool          `json:"pinned"`
	At         time.Time     `json:"at"`
	position   time.Duration // AnsweredAt as stored
}

// Asked takes a chat line that asks something, or one that is back after it
// was taken off. It joins the transaction.
func (m *Module) Asked(ctx context.Context, room id.Room, session id.Session, line id.Line, account id.Account, name, text string, at time.Time) error {
	pin, err := openPin(ctx, room)
	if err != nil {
		return err
	}
	key, fresh, err := insertQuestion(ctx, Question{
		ID: id.New[id.Question](), Room: room, Session: session, Line: line, Account: account, Name: name,
		Text: text, Product: pin.Product, State: Open, At: at,
	})
	if err != nil || !fresh {
		return err
	}
	return m.changed(ctx, key)
}

// Withdrawn takes back the question that a line was, if it was one. An answer
// that was given stays.
func (m *Module) Withdrawn(ctx context.Context, line id.Line) error {
	key, was, err := withdrawQuestion(ctx, line)
	if err != nil || !was {
		return err
	}
	return m.changed(ctx, key)
}

// changed tells the room of a question as it is now: at once while few come,
// so that the host sees it, and else that there are new ones, once a second.
func (m *Module) changed(ctx context.Context, question id.Question) error {
	q, err := loadQuestion(ctx, question)
	if err != nil {
		return err
	}
	if m.pace.allows(q.Room, m.Clock.Now()) {
		m.tell(ctx, q.Room, "question", q)
		return nil
	}
	m.tellSoon(ctx, "questions/"+string(q.Room), func(ctx context.Context) {
		_ = m.Frames.State(ctx, q.Room, "questions", struct{}{}) // clients read the list anew
	})
	return nil
}

// questionsASecond is how many questions of a room are told one by one.
const questionsASecond = 5

// pace counts what is told in each room's present second.
type pace struct {
	mu     sync.Mutex
	second int64
	told   map[id.Room]int
}

func (p *pace) allows(room id.Room, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := now.Unix(); s != p.second || p.told == nil {
		p.second, p.told = s, map[id.Room]int{}
	}
	p.told[room]++
	return p.told[room] <= questionsASecond
}

// Questions of a room in a state, the most wanted first within a page of time.
func (m *Module) Questions(ctx context.Context, room id.Room, state string, req page.Request) (page.Of[Question], error) {
	var none page.Of[Question]
	if _, err := m.check(ctx, room, "interact.view"); err != nil {
		return none, err
	}
	before := "~"
	if err := page.Decode(req.Cursor, &before); err != nil {
		return none, err
	}
	rows, err := questionsOf(ctx, "room", string(room), state, before, req.Rows()+1)
	return page.Cut(rows, req, func(q Question) string { return page.Encode(string(q.ID)) }), err
}

// Answers about a product, pinned ones first among the newest.
func (*Module) Answers(ctx context.Context, product id.Product, req page.Request) (page.Of[Question], error) {
	var none page.Of[Question]
	if err := authz.Check(ctx, "interact.view", authz.Resource{Type: "Product", ID: string(product)}); err != nil {
		return none, err
	}
	before := "~"
	if err := page.Decode(req.Cursor, &before); err != nil {
		return none, err
	}
	rows, err := questionsOf(ctx, "product", string(product), Answered, before, req.Rows()+1)
	return page.Cut(rows, req, func(q Question) string { return page.Encode(string(q.ID)) }), err
}

// change loads a question, checks, and saves what f makes of it.
func (m *Module) change(ctx context.Context, question id.Question, action string, f func(ctx context.Context, q *Question) error) (Question, error) {
	var q Question
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if q, err = loadQuestion(ctx, question); err != nil {
			return err
		}
		if _, err = m.check(ctx, q.Room, action); err != nil {
			return err
		}
		if err := f(ctx, &q); err != nil {
			return err
		}
		if err := saveQuestion(ctx, q); err != nil {
			return err
		}
		m.tell(ctx, q.Room, "question", q)
		return nil
	})
	return q, err
}

// live reports a question that can still be wanted or answered.
func (q Question) live() bool { return q.State == Open || q.State == Answered }

// Upvote says that one wants to know it too; once a person. Many do at once,
// so the number is told once a second.
func (m *Module) Upvote(ctx context.Context, question id.Question) (Question, error) {
	var q Question
	err := sqldb.Write(ctx, func(ctx context.Context) (err error) {
		if q, err = loadQuestion(ctx, question); err != nil {
			return err
		}
		if _, err = m.check(ctx, q.Room, "interact.upvote"); err != nil {
			return err
		}
		if !q.live() {
			return ErrQuestionDone
		}
		if q.Upvotes, err = addUpvote(ctx, q.ID, authz.From(ctx).Subject()); err != nil {
			return err
		}
		m.tellSoon(ctx, "question/"+string(q.ID), func(ctx context.Context) {
			if q, err := loadQuestion(ctx, question); err == nil {
				_ = m.Frames.State(ctx, q.Room, "question", q) // the next upvote or answer tells again
			}
		})
		return nil
	})
	return q, err
}

// Reply answers a question, and keeps where in the recording that was.
func (m *Module) Reply(ctx context.Context, question id.Question, text string, pin bool) (Question, error) {
	return m.change(ctx, question, "interact.manage", func(ctx context.Context, q *Question) error {
		text = strings.TrimSpace(text)
		if n := utf8.RuneCountInString(text); n < 1 || n > 300 {
			return ErrAnswer.At("body.text")
		}
		if !q.live() {
			return ErrQuestionDone
		}
		at, err := m.Media.Position(ctx, q.Session, m.Clock.Now())
		if err != nil {
			at = 0 // nothing was recorded: the words alone answer
		}
		shown, err := openPin(ctx, q.Room)
		if err != nil {
			return err
		}
		if q.Product == "" {
			q.Product = shown.Product
		}
		q.State, q.Answer, q.AnsweredBy, q.Pinned = Answered, text, authz.From(ctx).Account, pin
		q.position, q.AnsweredAt = at, at.Seconds()
		return nil
	})
}

// Merge joins a question with another that asks the same.
func (m *Module) Merge(ctx context.Context, question, into id.Question) (Question, error) {
	return m.change(ctx, question, "interact.manage", func(ctx context.Context, q *Question) error {
		target, err := loadQuestion(ctx, into)
		if err != nil {
			return err
		}
		if target.ID == q.ID || target.Room != q.Room || !target.live() || q.State != Open {
			return ErrMerge
		}
		if err := moveUpvotes(ctx, q.ID, target.ID, q.Account); err != nil {
			return err
		}
		q.State, q.Into = Merged, into
		target, err = loadQuestion(ctx, into)
		if err != nil {
			return err
		}
		m.tell(ctx, q.Room, "question", target)
		return nil
	})
}

// Assign asks a person to answer.
func (m *Module) Assign(ctx context.Context, question id.Question, to id.Account) (Question, error) {
	return m.change(ctx, question, "interact.manage", func(_ context.Context, q *Question) error {
		if q.State != Open {
			return ErrQuestionDone
		}
		q.Assigned = to
		return nil
	})
}
