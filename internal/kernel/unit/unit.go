// Package unit holds the measures of the trade: whole grams, and rates in
// basis points. A jin (斤) is 500 g, the customary unit of price.
package unit

import "tianbo/internal/kernel/money"

// Grams is a net weight in whole grams.
type Grams int64

// Jin is 500 g.
const Jin Grams = 500

// BasisPoints is a rate in hundredths of a percent: 10000 is the whole.
type BasisPoints int64

// PerJin is the price per 500 g that must stand beside a pack's price
// (明码标价和禁止价格欺诈规定): round(price × 500 / net), half up.
func PerJin(price money.Fen, net Grams) (money.Fen, error) {
	return price.MulDiv(int64(Jin), int64(net))
}
