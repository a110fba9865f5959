// Package catalog is what is for sale and how much of it is left.
//
// A product is an offer of one seller: what it is, where it grew, pictures,
// where it may be sent. A pack (SKU) is a net weight with a price in fen and
// counters of units; the price for 500 g is derived and shown beside it.
//
// Invariants: free + held + taken = allotted, all never negative: stock moves
// only by conditional updates, so that nothing is sold twice however many
// servers sell. Price rows are only appended, everyone sees one price, and a
// purchase names the price version that the buyer saw. A struck-through price
// is refused above the lowest deal of the previous seven days (K12); the
// verdict and its rule are kept with the price, and everyone may read the
// history. Pictures are judged by their content, set upright and encoded anew.
//
// Tables: catalog_product, catalog_pack, catalog_price, catalog_photo. Events
// out: tianbo.catalog.stock_changed.v1, tianbo.catalog.price_changed.v1,
// tianbo.catalog.listed.v1. Calls: org, search, blob.
package catalog
