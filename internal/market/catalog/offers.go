package catalog

import (
	"context"
	"sync"
	"time"

	"tianbo/internal/kernel/clock"
	"tianbo/internal/kernel/id"
)

const (
	offerLife  = time.Second
	offersKept = 4096
)

// offers remembers for a moment what a pack is sold as, so that the buyers of
// a hot one do not all read the same two rows. A change on this server empties
// it; one on another server is seen within offerLife. Neither price nor stock
// is taken on its word: an order names the price version, which is held
// against the locked row, and so are the units.
type offers struct {
	clock clock.Clock

	mu      sync.RWMutex
	version uint64
	known   map[id.Pack]knownOffer
}

type knownOffer struct {
	offer Offer
	until time.Time
}

func (o *offers) find(pack id.Pack) (Offer, uint64, bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	k, ok := o.known[pack]
	return k.offer, o.version, ok && o.clock.Now().Before(k.until)
}

// put keeps an offer that was read while version was current.
func (o *offers) put(offer Offer, version uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if version != o.version {
		return
	}
	if len(o.known) >= offersKept {
		clear(o.known)
	}
	o.known[offer.ID] = knownOffer{offer, o.clock.Now().Add(offerLife)}
}

func (o *offers) clear() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.version++
	clear(o.known)
}

// Terms is OfferOf for somebody who is about to buy: at most a second old.
// Its stock is not to be believed.
func (m *Module) Terms(ctx context.Context, pack id.Pack) (Offer, error) {
	known, version, ok := m.offers.find(pack)
	if ok {
		return known, nil
	}
	offer, err := m.OfferOf(ctx, pack)
	if err == nil {
		m.offers.put(offer, version)
	}
	return offer, err
}
