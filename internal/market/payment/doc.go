// Package payment talks to payment firms for orders: it opens trades, believes
// their notices only after checking merchant, number and amount, asks when they
// are silent, gives money back, and compares their bills.
//
// Invariants: money is never pooled: each trade is the seller's own
// (sub-)merchant's; a trade is settled once, whatever is repeated; what does
// not fit an order exactly goes to suspense, with an owner and a clock, and
// changes no order; a refund is asked for under one number until the firm has
// answered; the refunds of a trade never sum to more than it.
//
// Tables: payment_merchant, payment_trade, payment_notice, payment_refund,
// payment_suspense, payment_bill. Events out: tianbo.payment.paid.v1,
// tianbo.payment.refunded.v1, tianbo.payment.settled.v1. Calls: platform/pay.
package payment
