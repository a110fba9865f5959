package realtime

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

const (
	tickShort = 200 * time.Millisecond
	tickLong  = time.Second
	// perTick is how many lines a viewer gets in one tick unless set: ten a
	// second.
	perTick = 2
	// counterEvery is how often counters may change on the screen.
	counterEvery = 2 * time.Second
	// forgetNode is when another node's count is believed no more.
	forgetNode = 90 * time.Second
	// tellNodes is how often a node repeats whom it serves.
	tellNodes = 30 * time.Second
)

type count struct {
	viewers int64
	at      time.Time
}

// merge gathers what happens in one room until the next tick.
type merge struct {
	hub  *Hub
	room string

	mu        sync.Mutex
	lines     []Line // the weightiest so far, at most perTick
	desk      []Line // all of them
	offered   int
	likes     int64 // since the last frame
	counts    bool  // counters have changed
	moved     bool  // this node's viewers have come or gone
	elsewhere map[string]count
	timer     *time.Timer
	due       time.Time
	tick      time.Duration
	held      bool // a line waits at the desk
	stopped   bool
	retired   bool // no longer the room's merge
}

// tickFrame is the one lossy frame of a tick.
type tickFrame struct {
	Lines   []json.RawMessage `json:"lines"`
	Dropped int               `json:"dropped"`
	Likes   int64             `json:"likes"` // new ones since the last frame
	Viewers int64             `json:"viewers"`
}

// take adds what a node has published.
func (m *merge) take(e envelope) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.retired {
		return false
	}
	for _, l := range e.Lines {
		m.desk = append(m.desk, l)
		m.offered++
		m.lines = choose(m.lines, l, m.hub.LinesPerTick, m.offered, rand.IntN)
	}
	m.held = m.held || e.Held
	if len(e.Lines) > 0 || e.Held {
		m.wakeIn(m.tick)
	}
	if e.Likes > 0 {
		m.likes += e.Likes
		m.counts = true
		m.wakeIn(counterEvery)
	}
	return true
}

// noted keeps how many another node serves.
func (m *merge) noted(node string, viewers int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.retired {
		return false
	}
	if m.elsewhere[node].viewers != viewers {
		m.counts = true
		m.wakeIn(counterEvery)
	}
	if viewers == 0 {
		delete(m.elsewhere, node)
	} else {
		m.elsewhere[node] = count{viewers, time.Now()}
	}
	return true
}

// choose keeps the weightiest lines, at most so many, in their order; among equals each of the n
// lines offered so far has the same chance.
func choose(kept []Line, l Line, most, n int, random func(int) int) []Line {
	if len(kept) < most {
		return append(kept, l)
	}
	lightest := 0
	for i, k := range kept {
		if k.Weight < kept[lightest].Weight {
			lightest = i
		}
	}
	switch w := kept[lightest].Weight; {
	case l.Weight < w:
		return kept
	case l.Weight == w:
		if random(n) >= most {
			return kept
		}
		// Any of that weight may give way.
		for i := range kept {
			if kept[i].Weight == w && random(2) == 0 {
				lightest = i
			}
		}
	}
	return append(slices.Delete(kept, lightest, lightest+1), l)
}

// counted notes that viewers have come or gone.
func (m *merge) counted() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.retired {
		return false
	}
	m.counts, m.moved = true, true
	m.wakeIn(counterEvery)
	return true
}

// wakeIn sees to it that a flush comes within d. The caller holds the lock.
func (m *merge) wakeIn(d time.Duration) {
	if m.stopped {
		return
	}
	due := time.Now().Add(d)
	if m.timer != nil && !m.due.After(due) {
		return
	}
	m.due = due
	if m.timer != nil {
		m.timer.Stop()
	}
	m.timer = time.AfterFunc(d, m.flush)
}

func (m *merge) stop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stopped = true
	if m.timer != nil {
		m.timer.Stop()
	}
}

func (m *merge) local() int64 {
	return int64(m.hub.node.Hub().NumSubscribers(m.channel("line")))
}

func (m *merge) viewers() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sum(m.local())
}

// sum adds to n what other nodes serve. The caller holds the lock.
func (m *merge) sum(n int64) int64 {
	for id, c := range m.elsewhere {
		if time.Since(c.at) > forgetNode {
			delete(m.elsewhere, id)
			continue
		}
		n += c.viewers
	}
	return n
}

// flush publishes the tick: encoded once, however many hear it.
func (m *merge) flush() {
	begin := time.Now()
	local := m.local()
	m.mu.Lock()
	f := tickFrame{Lines: bodies(m.lines), Dropped: m.offered - len(m.lines), Likes: m.likes, Viewers: m.sum(local)}
	desk, held := m.desk, m.held
	counts, moved := m.counts, m.moved
	m.lines, m.desk, m.offered, m.likes, m.counts, m.moved, m.held, m.timer = nil, nil, 0, 0, false, false, false, nil
	m.mu.Unlock()

	if local > 0 && (len(f.Lines) > 0 || counts) {
		m.publish("line", "tick", f)
	}
	if m.hub.node.Hub().NumSubscribers(m.channel("desk")) > 0 {
		if len(desk) > 0 {
			m.publish("desk", "lines", bodies(desk))
		}
		if held {
			m.publish("desk", "held", struct{}{})
		}
	}
	if moved {
		_ = m.hub.send(envelope{Viewers: map[string]int64{m.room: local}}) // told again soon
	}
	m.pace(time.Since(begin))
	if local == 0 {
		m.retire()
	}
}

func bodies(lines []Line) []json.RawMessage {
	out := make([]json.RawMessage, len(lines))
	for i, l := range lines {
		out[i] = l.Body
	}
	return out
}

// pace lengthens the tick of a node that cannot keep up, and shortens it again.
func (m *merge) pace(took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case took > m.tick/2:
		m.tick = min(2*m.tick, tickLong)
	case took < m.tick/8:
		m.tick = max(m.tick/2, tickShort)
	}
}

// retire forgets the room unless there is news, or viewers elsewhere.
func (m *merge) retire() {
	m.hub.mu.Lock()
	defer m.hub.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sum(0)
	if m.timer == nil && len(m.elsewhere) == 0 && m.hub.rooms[m.room] == m {
		delete(m.hub.rooms, m.room)
		m.retired = true
	}
}

func (m *merge) channel(part string) string { return "room:" + m.room + ":" + part }

func (m *merge) publish(part, kind string, data any) {
	body, err := json.Marshal(frame{kind, data})
	if err == nil {
		_, err = m.hub.node.Publish(m.channel(part), body)
	}
	if err != nil {
		m.hub.Log.Error("realtime: a tick could not be published", "room", m.room, "error", err)
	}
}
