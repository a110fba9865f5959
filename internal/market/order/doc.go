// Package order is who bought what on which frozen terms.
//
// Invariants: a unit is sold once (the catalogue's conditional update decides,
// never a counter in memory); one (buyer, key) is one order, whatever is
// repeated; a buyer is told "placed" only after a durable commit; lines keep
// their price, pack and seller as they were; states move only along the table
// in order.go. Orders are placed through one writer that takes whatever waits,
// at most 512, into one transaction: see place.go, writer.go and batch.go. What
// unpaid orders give back goes through the same writer, so that it is free for
// whoever waits there.
//
// A batch that fails is halved down to the culprit. A COMMIT whose answer was
// lost is looked up by the keys. After a sell-out refusals run without the
// database, except for keys that may have placed an order. A payment that comes
// after an order has lapsed takes its units again, or is to be given back.
//
// Tables: order_order, order_line, order_payment, order_step,
// order_refund. Events out:
// tianbo.order.placed|paid|shipped|delivered|completed|cancelled|expired.v1.
// Events in: tianbo.catalog.stock_changed.v1,
// tianbo.payment.paid|refunded|settled.v1. Calls: catalog (hold, take,
// release), ledger (post), payment, account (address), realtime (tell buyer and seller).
package order
