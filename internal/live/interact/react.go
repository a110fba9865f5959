package interact

import (
	"context"
	"encoding/json"
	"fmt"

	"tianbo/internal/live/room"
	"tianbo/internal/platform/bus"
)

// Handlers are what the module does on other modules' facts.
func (m *Module) Handlers() []bus.Handler {
	return []bus.Handler{
		{Name: "interact.unpin_on_ended", Subject: room.SubjectEnded, Do: m.onEnded},
		{Name: "interact.forget_on_erased", Subject: room.SubjectErased, Do: m.onErased},
	}
}

func factOf(e bus.Event) (f room.Fact, err error) {
	if err = json.Unmarshal(e.Payload, &f); err != nil {
		err = fmt.Errorf("reading %s: %w", e.Subject, err)
	}
	return f, err
}

// onEnded: what was shown last is not shown for ever.
func (m *Module) onEnded(ctx context.Context, e bus.Event) error {
	f, err := factOf(e)
	if err != nil {
		return err
	}
	pin, err := openPin(ctx, f.Room)
	if err != nil || pin.Session != f.Session || pin.Product == "" {
		return err
	}
	m.tell(ctx, f.Room, "pin", pinFrame{At: f.At})
	return closePin(ctx, f.Room, f.At)
}

// onErased: questions, polls and draws go with the recording.
func (*Module) onErased(ctx context.Context, e bus.Event) error {
	f, err := factOf(e)
	if err != nil {
		return err
	}
	return forgetSession(ctx, f.Session)
}
