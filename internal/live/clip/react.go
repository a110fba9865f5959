package clip

import (
	"context"
	"encoding/json"
	"fmt"

	"tianbo/internal/live/room"
	"tianbo/internal/platform/bus"
	"tianbo/internal/platform/sqldb"
)

// JobErase is the kind of the job that deletes the clips of a recording that is
// gone; its key is the session.
const JobErase = "clip.erase"

// Handlers are what the module does on other modules' facts.
func (m *Module) Handlers() []bus.Handler {
	return []bus.Handler{{Name: "clip.forget_on_erased", Subject: room.SubjectErased, Do: m.onErased}}
}

// onErased plans the deletion of files, which no transaction undoes.
func (*Module) onErased(ctx context.Context, e bus.Event) error {
	var f room.Fact
	if err := json.Unmarshal(e.Payload, &f); err != nil {
		return fmt.Errorf("reading %s: %w", e.Subject, err)
	}
	return bus.Schedule(ctx, bus.Job{Kind: JobErase, Key: string(f.Session)})
}

const erasePage = 100

// erase deletes the clips of a session, files first.
func (m *Module) erase(ctx context.Context, j bus.Job) error {
	for {
		clips, err := listOf(ctx, j.Key, erasePage)
		if err != nil || len(clips) == 0 {
			return err
		}
		for _, c := range clips {
			if err := m.Files.Delete(ctx, c.key()); err != nil {
				return err
			}
			if err := sqldb.Write(ctx, func(ctx context.Context) error { return remove(ctx, c.ID) }); err != nil {
				return err
			}
		}
	}
}
