package realtime

import (
	"strconv"
	"sync/atomic"

	"github.com/centrifugal/centrifuge"
)

// broker is centrifuge's memory with one thing more: the numbering of all
// channels can be begun anew. Frames that this node may have missed cannot be
// had again, so a client that believes it has everything must be told that it
// has not; with another epoch it is, at the next frame or look at its position.
type broker struct {
	*centrifuge.MemoryBroker
	generation atomic.Int64
}

func newBroker(node *centrifuge.Node) (*broker, error) {
	memory, err := centrifuge.NewMemoryBroker(node, centrifuge.MemoryBrokerConfig{})
	return &broker{MemoryBroker: memory}, err
}

// renew begins all numbering anew.
func (b *broker) renew() { b.generation.Add(1) }

func (b *broker) position(p centrifuge.StreamPosition) centrifuge.StreamPosition {
	if p.Epoch != "" {
		p.Epoch += "-" + strconv.FormatInt(b.generation.Load(), 10)
	}
	return p
}

// RegisterBrokerEventHandler implements centrifuge.Broker.
func (b *broker) RegisterBrokerEventHandler(h centrifuge.BrokerEventHandler) error {
	return b.MemoryBroker.RegisterBrokerEventHandler(renumbered{h, b})
}

// Publish implements centrifuge.Broker.
func (b *broker) Publish(channel string, data []byte, o centrifuge.PublishOptions) (centrifuge.PublishResult, error) {
	r, err := b.MemoryBroker.Publish(channel, data, o)
	r.StreamPosition = b.position(r.StreamPosition)
	return r, err
}

// History implements centrifuge.Broker.
func (b *broker) History(channel string, o centrifuge.HistoryOptions) ([]*centrifuge.Publication, centrifuge.StreamPosition, error) {
	all, top, err := b.MemoryBroker.History(channel, o)
	return all, b.position(top), err
}

// renumbered gives clients positions of the present generation.
type renumbered struct {
	centrifuge.BrokerEventHandler
	b *broker
}

// HandlePublication implements centrifuge.BrokerEventHandler.
func (r renumbered) HandlePublication(channel string, p *centrifuge.Publication, at centrifuge.StreamPosition, delta bool, before *centrifuge.Publication) error {
	return r.BrokerEventHandler.HandlePublication(channel, p, r.b.position(at), delta, before)
}
