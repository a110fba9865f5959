// Package order is who bought what on which frozen terms.
//
// Invariants: a unit is sold once (the catalogue's conditional update decides,
// never a counter in memory); one (buyer, key) is one order, whatever is
// repeated; a buyer is told "placed" only after a durable commit; lines keep
// their price, pack and seller as they were; states move only along the table
// in order.go. Orders are placed through one writer that takes whatever waits,
// at most 512, into one transaction: see place.go and writer.go.
//
// Tables: order_order, order_line, order_payment. Events out:
// tianbo.order.placed|paid|shipped|delivered|completed|cancelled|expired.v1.
// Events in: tianbo.catalog.stock_changed.v1,
// tianbo.payment.paid|refunded|settled.v1. Calls: catalog (hold, take,
// release), ledger (post), payment, account (address), realtime (tell buyer and seller).
package order
