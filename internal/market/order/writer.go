package order

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/market/catalog"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

const (
	batchMost   = 512
	queueMost   = 8192
	soldOutLife = 2 * time.Second // another server may have restocked
	keysKept    = 65536
)

// writer places orders in groups: one transaction for all that wait. Group
// commit shares one disk flush between hundreds of buyers and takes the lock
// of a hot pack once for all of them.
type writer struct {
	m     *Module
	queue chan request
	done  chan struct{}

	mu   sync.Mutex
	gone map[id.Pack]soldOut
	keys map[string]bool // recently placed, so that a repeat is not refused as sold out
}

type soldOut struct {
	title string
	until time.Time
}

type request struct {
	order  Order
	answer chan<- result
}

type result struct {
	order Order
	err   error
}

func newWriter(m *Module) *writer {
	return &writer{m: m, queue: make(chan request, queueMost), done: make(chan struct{}), gone: map[id.Pack]soldOut{}, keys: map[string]bool{}}
}

// submit waits for the outcome of an order. When the caller goes away first
// the order may still be placed; a repeat with the same key tells.
func (w *writer) submit(ctx context.Context, o Order) (Order, error) {
	answer := make(chan result, 1)
	select {
	case <-w.done:
		return Order{}, ErrStopped.RetryAfter(time.Second)
	case w.queue <- request{o, answer}:
	default:
		return Order{}, ErrBusy.RetryAfter(time.Second)
	}
	select {
	case r := <-answer:
		return r.order, r.err
	case <-ctx.Done():
		return Order{}, ctx.Err()
	case <-w.done:
		// The writer may have answered just before it stopped.
		select {
		case r := <-answer:
			return r.order, r.err
		default:
			return Order{}, ErrStopped.RetryAfter(time.Second)
		}
	}
}

// run writes until ctx ends, then answers what is left with ErrStopped.
func (w *writer) run(ctx context.Context) {
	defer close(w.done)
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-w.queue:
			w.write(ctx, w.gather(first))
		}
	}
}

// gather takes whatever waits already; it never waits for more.
func (w *writer) gather(first request) []request {
	batch := []request{first}
	for len(batch) < batchMost {
		select {
		case r := <-w.queue:
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// write places a batch. If it fails as a whole its members run one at a time,
// so that only the culprit fails.
func (w *writer) write(ctx context.Context, batch []request) {
	results, err := w.place(ctx, batch)
	if err != nil && len(batch) > 1 && !errors.Is(err, sqldb.ErrOutcomeUnknown) {
		for _, r := range batch {
			w.write(ctx, []request{r})
		}
		return
	}
	if errors.Is(err, sqldb.ErrOutcomeUnknown) {
		results = w.lookUp(ctx, batch, err)
	} else if err != nil {
		results = slices.Repeat([]result{{err: err}}, len(batch))
	}
	for i, r := range batch {
		if results[i].err == nil {
			w.remember(results[i].order.key)
		}
		r.answer <- results[i]
	}
}

// lookUp finds out, on a fresh connection, what became of a batch whose
// COMMIT broke: a key that is there was placed. What cannot be told stays
// unknown, and the buyer repeats with the same key.
func (w *writer) lookUp(ctx context.Context, batch []request, cause error) []result {
	keys := make([]string, len(batch))
	for i, r := range batch {
		keys[i] = r.order.key
	}
	found, err := byKeys(ctx, keys)
	out := make([]result, len(batch))
	for i, r := range batch {
		out[i] = result{err: cause}
		if o, ok := found[r.order.key]; ok && err == nil && o.hash == r.order.hash {
			o.Lines = r.order.Lines
			out[i] = result{order: o}
		}
	}
	return out
}

// place is the one transaction.
func (w *writer) place(ctx context.Context, batch []request) ([]result, error) {
	var out []result
	emptied := map[id.Pack]string{}
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		out = make([]result, len(batch))
		clear(emptied)
		keys := make([]string, len(batch))
		for i, r := range batch {
			keys[i] = r.order.key
		}
		before, err := byKeys(ctx, keys)
		if err != nil {
			return err
		}
		stock, err := w.lock(ctx, batch)
		if err != nil {
			return err
		}
		var fresh []Order
		for i, r := range batch {
			if first, repeated := before[r.order.key]; repeated {
				out[i] = answerRepeat(first, r.order)
				continue
			}
			if err := stock.claim(r.order); err != nil {
				out[i] = result{err: err}
				continue
			}
			before[r.order.key] = r.order
			fresh = append(fresh, r.order)
			out[i] = result{order: r.order}
		}
		if err := stock.hold(ctx, w.m.Catalog, emptied); err != nil {
			return err
		}
		return w.record(ctx, fresh)
	})
	if err != nil {
		return nil, err
	}
	w.markGone(emptied)
	return w.withLines(ctx, out), nil
}

// answerRepeat gives a repeated key its first answer.
func answerRepeat(first, now Order) result {
	if first.hash != now.hash {
		return result{err: ErrKeyUsed}
	}
	if first.Lines == nil {
		first.Lines = now.Lines
	}
	return result{order: first}
}

// withLines reads the stored lines of repeats, whose draft has other ids.
func (w *writer) withLines(ctx context.Context, out []result) []result {
	var repeats []Order
	for _, r := range out {
		if r.err == nil && len(r.order.Lines) > 0 && r.order.Lines[0].Order != r.order.ID {
			repeats = append(repeats, r.order)
		}
	}
	if len(repeats) == 0 {
		return out
	}
	lines, err := linesOf(ctx, repeats)
	if err != nil {
		return out // the order itself is right; its lines can be read again
	}
	for i := range out {
		if stored, ok := lines[out[i].order.ID]; ok {
			out[i].order.Lines = stored
		}
	}
	return out
}

// record writes fresh orders, their events and the moment they lapse.
func (w *writer) record(ctx context.Context, fresh []Order) error {
	if len(fresh) == 0 {
		return nil
	}
	if err := insertOrders(ctx, fresh); err != nil {
		return err
	}
	facts := make([]bus.Emission, len(fresh))
	for i, o := range fresh {
		facts[i] = bus.Emission{Subject: subjectOf(Placed), Key: string(o.ID), Payload: fact(o, o.Placed)}
	}
	if err := bus.EmitAll(ctx, facts); err != nil {
		return err
	}
	// One job a minute of expiry, not one an order.
	due := fresh[len(fresh)-1].Expires.Truncate(time.Minute).Add(time.Minute)
	if err := bus.Schedule(ctx, bus.Job{Kind: JobExpire, Key: due.In(clock.Shanghai).Format("0601021504"), Due: due}); err != nil {
		return err
	}
	detached := context.WithoutCancel(ctx)
	sqldb.After(ctx, func() {
		for _, o := range fresh {
			w.m.Teller.OrderChanged(detached, o)
		}
	})
	return nil
}

// shelf is the stock that a batch works on: locked rows, counted down in
// memory in order of arrival, held in one update a pack.
type shelf struct {
	order []id.Pack
	packs map[id.Pack]*counter
}

type counter struct {
	catalog.Pack
	left  int64
	title string
}

// lock takes the packs of a batch in id order, so that two servers never wait
// for each other in a circle.
func (w *writer) lock(ctx context.Context, batch []request) (*shelf, error) {
	s := &shelf{packs: map[id.Pack]*counter{}}
	for _, r := range batch {
		for _, l := range r.order.Lines {
			if s.packs[l.Pack] == nil {
				s.packs[l.Pack] = &counter{title: l.Title}
				s.order = append(s.order, l.Pack)
			}
		}
	}
	slices.Sort(s.order)
	for _, pack := range s.order {
		p, err := w.m.Catalog.Lock(ctx, pack)
		if err != nil {
			return nil, err
		}
		s.packs[pack].Pack, s.packs[pack].left = p, p.Free
	}
	return s, nil
}

// claim takes an order's units, all or none.
func (s *shelf) claim(o Order) error {
	for _, l := range o.Lines {
		c := s.packs[l.Pack]
		if c.Version != l.Version {
			return catalog.ErrPriceChanged.With("title", l.Title)
		}
		if c.left < l.Quantity {
			return catalog.ErrSoldOut.With("title", l.Title)
		}
	}
	for _, l := range o.Lines {
		s.packs[l.Pack].left -= l.Quantity
	}
	return nil
}

// hold moves what was claimed. The condition is in the statement: should the
// row have changed in spite of the lock, the batch fails rather than oversell.
func (s *shelf) hold(ctx context.Context, c Catalog, emptied map[id.Pack]string) error {
	for _, pack := range s.order {
		p := s.packs[pack]
		if p.left == 0 {
			emptied[pack] = p.title
		}
		n := p.Free - p.left
		if n == 0 {
			continue
		}
		if _, ok, err := c.Hold(ctx, pack, n); err != nil || !ok {
			return errors.Join(err, errStockMoved)
		}
		if err := c.BandChanged(ctx, pack, p.Free, p.left); err != nil {
			return err
		}
	}
	return nil
}

var errStockMoved = errors.New("stock moved under the writer's lock")

func (w *writer) markGone(emptied map[id.Pack]string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	until := w.m.Clock.Now().Add(soldOutLife)
	for pack, title := range emptied {
		w.gone[pack] = soldOut{title, until}
	}
}

// soldOut answers from memory whether a pack was empty a moment ago.
func (w *writer) soldOut(pack id.Pack, now time.Time) (title string, gone bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, ok := w.gone[pack]
	if ok && now.After(s.until) {
		delete(w.gone, pack)
		ok = false
	}
	return s.title, ok
}

// restocked forgets that a pack was empty.
func (w *writer) restocked(pack id.Pack) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.gone, pack)
}

func (w *writer) known(key string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.keys[key]
}

func (w *writer) remember(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.keys) >= keysKept {
		clear(w.keys)
	}
	w.keys[key] = true
}
