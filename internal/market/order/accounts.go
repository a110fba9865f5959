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

// bookPaid books what a buyer paid: nothing of it is earned yet.
func (m *Module) bookPaid(ctx context.Context, o Order) error {
	return m.book(ctx, o, ledger.Paid, "paid", manualClearing, buyerAdvance, string(o.Buyer))
}

// bookEarned books a completed order: the advance is the seller's. With the
// manual provider the money is in the seller's own hand already, so it counts
// as paid out in the same moment.
func (m *Module) bookEarned(ctx context.Context, o Order) error {
	if err := m.book(ctx, o, ledger.Earned, "earned", buyerAdvance, farmerPayable(o.Org), string(o.Org)); err != nil {
		return err
	}
	return m.book(ctx, o, ledger.PaidOut, "paid_out", farmerPayable(o.Org), manualClearing, string(o.Org))
}

// bookRefundDue books that the buyer of an unfinished order is owed the money.
func (m *Module) bookRefundDue(ctx context.Context, o Order) error {
	return m.book(ctx, o, ledger.Refunded, "refund_due", buyerAdvance, refundDue, string(o.Buyer))
}

// bookRefundSent books that the seller has handed it back.
func (m *Module) bookRefundSent(ctx context.Context, o Order) error {
	return m.book(ctx, o, ledger.PaidOut, "refund_sent", refundDue, manualClearing, string(o.Buyer))
}

func (m *Module) book(ctx context.Context, o Order, kind ledger.Kind, name, from, to, party string) error {
	e, err := transfer(o, kind, name, from, to, party)
	if err != nil {
		return err
	}
	_, err = m.Ledger.Post(ctx, e)
	return err
}
