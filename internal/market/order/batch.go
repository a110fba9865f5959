package order

import (
	"context"
	"slices"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

// commit is the one transaction of a batch. Units given up in it are free for
// the orders placed in it. Rows are locked in one order everywhere (orders,
// then packs by id), so that two servers seldom wait for each other in a
// circle, and the engine's word settles it when they do.
func (w *writer) commit(ctx context.Context, batch []request) ([]result, error) {
	var out []result
	var emptied map[id.Pack]string
	err := sqldb.Write(ctx, func(ctx context.Context) error {
		out = make([]result, len(batch))
		left, err := w.leaveAll(ctx, batch, out)
		if err != nil {
			return err
		}
		before, err := firstAnswers(ctx, batch)
		if err != nil {
			return err
		}
		stock, err := lockShelf(ctx, w.m.Catalog, batch, before, left)
		if err != nil {
			return err
		}
		if err := stock.release(ctx, w.m.Catalog, left); err != nil {
			return err
		}
		var fresh []Order
		for i, r := range batch {
			if r.leave != nil {
				continue
			}
			if first, repeated := before[r.order.key]; repeated {
				out[i] = answerRepeat(first, r.order)
				continue
			}
			if out[i].err = stock.claim(r.order); out[i].err != nil {
				continue
			}
			out[i].order = r.order
			before[r.order.key] = r.order
			fresh = append(fresh, r.order)
		}
		if emptied, err = stock.hold(ctx, w.m.Catalog); err != nil {
			return err
		}
		if err := w.record(ctx, fresh); err != nil {
			return err
		}
		w.m.tellAfter(ctx, append(left, fresh...))
		return nil
	})
	if err != nil {
		return nil, err
	}
	w.memory.emptied(emptied)
	return w.withLines(ctx, out), nil
}

// firstAnswers finds the orders that keys of the batch have already placed.
func firstAnswers(ctx context.Context, batch []request) (map[string]Order, error) {
	var keys []string
	for _, r := range batch {
		if r.leave == nil {
			keys = append(keys, r.order.key)
		}
	}
	if len(keys) == 0 {
		return map[string]Order{}, nil
	}
	return byKeys(ctx, keys)
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
func (*writer) withLines(ctx context.Context, out []result) []result {
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

// leaveAll ends the unpaid orders that are to be given up and gives those
// that were. One that was paid or ended meanwhile is left alone: the update
// is conditional, and whoever commits first has won.
func (w *writer) leaveAll(ctx context.Context, batch []request, out []result) ([]Order, error) {
	now := w.m.Clock.Now()
	var gone []Order
	for i, r := range batch {
		if r.leave == nil {
			continue
		}
		o, left, err := leavePlaced(ctx, *r.leave, now)
		if err != nil {
			return nil, err
		}
		if !left {
			out[i].err = ErrIllegal.With("state", string(o.State))
			continue
		}
		if o, err = w.m.open(o); err != nil {
			return nil, err
		}
		out[i].order = o
		gone = append(gone, o)
		if err := insertStep(ctx, o.ID, r.leave.step.in(o.State, r.leave.reason, now)); err != nil {
			return nil, err
		}
	}
	if len(gone) == 0 {
		return nil, nil
	}
	lines, err := linesOf(ctx, gone)
	if err != nil {
		return nil, err
	}
	facts := make([]bus.Emission, len(gone))
	for i := range gone {
		gone[i].Lines = lines[gone[i].ID]
		facts[i] = bus.Emission{Subject: subjectOf(gone[i].State), Key: string(gone[i].ID), Payload: fact(gone[i], now)}
	}
	for i := range out {
		if l, ok := lines[out[i].order.ID]; ok {
			out[i].order.Lines = l
		}
	}
	return gone, bus.EmitAll(ctx, facts)
}

// record writes fresh orders, their events, the moment they lapse, and one
// note to each seller's people, not one an order.
func (w *writer) record(ctx context.Context, fresh []Order) error {
	if len(fresh) == 0 {
		return nil
	}
	if err := insertOrders(ctx, fresh); err != nil {
		return err
	}
	facts := make([]bus.Emission, len(fresh))
	var sellers []id.Org
	for i, o := range fresh {
		facts[i] = bus.Emission{Subject: subjectOf(Placed), Key: string(o.ID), Payload: fact(o, o.Placed)}
		sellers = append(sellers, o.Org)
	}
	if err := bus.EmitAll(ctx, facts); err != nil {
		return err
	}
	slices.Sort(sellers)
	for _, seller := range slices.Compact(sellers) {
		if err := w.m.planNote(ctx, seller); err != nil {
			return err
		}
	}
	last := slices.MaxFunc(fresh, func(a, b Order) int { return a.Expires.Compare(b.Expires) })
	return scheduleLapse(ctx, last.Expires)
}

// scheduleLapse plans the expiry of what falls due in one minute: one job for
// all of it.
func scheduleLapse(ctx context.Context, expires time.Time) error {
	due := expires.Truncate(time.Minute).Add(time.Minute)
	return bus.Schedule(ctx, bus.Job{Kind: JobExpire, Key: due.In(clock.Shanghai).Format("0601021504"), Due: due})
}
