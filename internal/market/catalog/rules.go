package catalog

import (
	"strings"
	"time"

	"tianbo/internal/kernel/geo"
	"tianbo/internal/kernel/money"
)

const (
	mostPacks  = 12
	mostPhotos = 9
	maxPrice   = money.Fen(10_000_000) // 100,000 yuan a pack
	maxNet     = 100_000               // 100 kg
	maxStock   = 1_000_000
	// referenceWindow is the period of 明码标价和禁止价格欺诈规定 art. 19: the
	// struck-through price may not exceed the lowest deal in it.
	referenceWindow = 7 * 24 * time.Hour
	// ReferenceRule is the version of the rule that a verdict was given by.
	ReferenceRule = "明码标价和禁止价格欺诈规定@2022-07-01"
)

// CleanText trims a text and bounds its characters.
func CleanText(s string, least, most int) (string, bool) {
	s = strings.TrimSpace(s)
	n := len([]rune(s))
	return s, n >= least && n <= most
}

// CanShip reports whether goods limited to areas may go to a region.
func CanShip(areas []geo.Region, to geo.Region) bool {
	if len(areas) == 0 {
		return true
	}
	for _, a := range areas {
		if a.Contains(to) {
			return true
		}
	}
	return false
}

// Deal is one past sale of a pack.
type Deal struct {
	Price money.Fen
	At    time.Time
}

// ReferencePrice is the highest price that may be struck through at now: the
// lowest deal of the seven days before, or the last deal when those had none.
// ok is false when there was never a deal: then nothing may be struck through.
// (明码标价和禁止价格欺诈规定, art. 16, 19; rule version 2022-07-01.)
func ReferencePrice(deals []Deal, now time.Time) (price money.Fen, deal Deal, ok bool) {
	var last Deal
	for _, d := range deals {
		if d.At.After(now) {
			continue
		}
		if now.Sub(d.At) <= referenceWindow && (!ok || d.Price < price) {
			price, deal, ok = d.Price, d, true
		}
		if d.At.After(last.At) {
			last = d
		}
	}
	if !ok && !last.At.IsZero() {
		return last.Price, last, true
	}
	return price, deal, ok
}
