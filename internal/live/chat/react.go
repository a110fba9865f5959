package chat

import (
	"context"
	"encoding/json"
	"fmt"

	"tianbo/internal/live/room"
	"tianbo/internal/platform/bus"
)

// Handlers are what the module does on other modules' facts.
func (m *Module) Handlers() []bus.Handler {
	return []bus.Handler{{Name: "chat.forget_on_erased", Subject: room.SubjectErased, Do: m.onErased}}
}

// onErased: what was said goes with the recording.
func (*Module) onErased(ctx context.Context, e bus.Event) error {
	var f room.Fact
	if err := json.Unmarshal(e.Payload, &f); err != nil {
		return fmt.Errorf("reading %s: %w", e.Subject, err)
	}
	return deleteSession(ctx, f.Session)
}
