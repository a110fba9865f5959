package order

import (
	"context"

	"tianbo/internal/kernel/id"
	"tianbo/internal/market/ledger"
	"tianbo/internal/platform/authz"
)

// ResourceOf is an order as policies see it, for modules that show parts of it.
func (*Module) ResourceOf(ctx context.Context, order id.Order) (authz.Resource, error) {
	o, err := load(ctx, order)
	return o.Resource(), err
}

// Accounts of the seller's book that an order moves.
const (
	manualClearing = "psp:manual:clearing"
	buyerAdvance   = "buyer:advance"
	refundDue      = "buyer:refund_due"
)

func farmerPayable(org id.Org) string { return "farmer:" + string(org) + ":payable" }

// transfer moves the whole of an order, line by line, from one account to
// another; party is whose the credit is.
func transfer(o Order, kind ledger.Kind, name, from, to, party string) (ledger.Entry, error) {
	e := ledger.Entry{Book: o.Org, Kind: kind, Ref: string(o.ID), Key: "order." + name + ":" + string(o.ID)}
	for _, side := range []struct {
		of             ledger.Side
		account, party string
	}{{ledger.Debit, from, ""}, {ledger.Credit, to, party}} {
		for _, l := range o.Lines {
			fen, err := l.Price.Times(l.Quantity)
			if err != nil {
				return e, err
			}
			e.Legs = append(e.Legs, ledger.Leg{Account: side.account, Side: side.of, Fen: fen, Party: side.party, Line: l.ID, Product: l.Product})
		}
	}
	return e, nil
}

// clearing is where the money of an order lies: with a firm, or by hand.
func clearing(ctx context.Context, order id.Order) (string, error) {
	f, byFirm, err := firmOf(ctx, order)
	if err != nil || !byFirm {
		return manualClearing, err
	}
	return firmClearing(f.provider), nil
}

func firmClearing(provider string) string { return "psp:" + provider + ":clearing" }

// bookPaid books what a buyer paid: nothing of it is earned yet.
func (m *Module) bookPaid(ctx context.Context, o Order) error {
	from, err := clearing(ctx, o.ID)
	if err != nil {
		return err
	}
	return m.book(ctx, o, ledger.Paid, "paid", from, buyerAdvance, string(o.Buyer))
}

// bookEarned books a completed order: the advance is the seller's.
func (m *Module) bookEarned(ctx context.Context, o Order) error {
	return m.book(ctx, o, ledger.Earned, "earned", buyerAdvance, farmerPayable(o.Org), string(o.Org))
}

// bookPaidOut books that the seller's share is in the seller's own hand.
func (m *Module) bookPaidOut(ctx context.Context, o Order) error {
	to, err := clearing(ctx, o.ID)
	if err != nil {
		return err
	}
	return m.book(ctx, o, ledger.PaidOut, "paid_out", farmerPayable(o.Org), to, string(o.Org))
}

// bookRefundDue books that the buyer of an unfinished order is owed the money.
func (m *Module) bookRefundDue(ctx context.Context, o Order) error {
	return m.book(ctx, o, ledger.Refunded, "refund_due", buyerAdvance, refundDue, string(o.Buyer))
}

// bookRefundSent books that the money has gone back the way it came.
func (m *Module) bookRefundSent(ctx context.Context, o Order) error {
	to, err := clearing(ctx, o.ID)
	if err != nil {
		return err
	}
	return m.book(ctx, o, ledger.PaidOut, "refund_sent", refundDue, to, string(o.Buyer))
}

// bookTwice books a second payment of an order: owed back as it comes.
func (m *Module) bookTwice(ctx context.Context, o Order, provider, trade string) error {
	if err := m.book(ctx, o, ledger.Paid, "twice:"+trade, firmClearing(provider), buyerAdvance, string(o.Buyer)); err != nil {
		return err
	}
	return m.book(ctx, o, ledger.Refunded, "twice_due:"+trade, buyerAdvance, refundDue, string(o.Buyer))
}

// bookTwiceSent books that a second payment has gone back.
func (m *Module) bookTwiceSent(ctx context.Context, o Order, provider, trade string) error {
	return m.book(ctx, o, ledger.PaidOut, "twice_sent:"+trade, refundDue, firmClearing(provider), string(o.Buyer))
}

func (m *Module) book(ctx context.Context, o Order, kind ledger.Kind, name, from, to, party string) error {
	e, err := transfer(o, kind, name, from, to, party)
	if err != nil {
		return err
	}
	_, err = m.Ledger.Post(ctx, e)
	return err
}
