// Package demo fills a fresh server with a fictional county through the public
// API, as its people would, and keeps one of its rooms on air: a film looped
// through the real ingest, viewers who talk through the real chat. Everything
// in it is invented.
package demo

import (
	"context"
	"embed"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"tianbo/internal/live/media/loop"
)

//go:embed *.jpg film.mp4
var assets embed.FS

// Demo is the running show.
type Demo struct {
	Base string // address of the server
	RTMP string // address for encoders, rtmp://host:port/live
	Data string // folder, for the mark that the county is there
	Log  *slog.Logger
}

// Run seeds the county once, then plays until ctx ends.
func (d *Demo) Run(ctx context.Context) error {
	mark := filepath.Join(d.Data, "demo-county")
	if _, err := os.Stat(mark); err != nil {
		begin := time.Now()
		if err := d.seed(ctx); err != nil {
			return fmt.Errorf("demo county: %w", err)
		}
		if err := os.WriteFile(mark, []byte("seeded\n"), 0o600); err != nil {
			return err
		}
		d.Log.Info("demo county is there", "took", time.Since(begin).Round(time.Millisecond).String())
	}
	return d.play(ctx)
}

// play keeps the room of the first farmer on air.
func (d *Demo) play(ctx context.Context) error {
	host, err := d.signIn(ctx, hostPhone)
	if err != nil {
		return err
	}
	data, err := assets.ReadFile("film.mp4")
	if err != nil {
		return err
	}
	film, err := loop.Read(data)
	if err != nil {
		return err
	}
	var mine struct {
		Items []struct{ ID string }
	}
	if err := host.call(ctx, "GET", "/api/me/rooms", nil, &mine); err != nil || len(mine.Items) == 0 {
		return fmt.Errorf("the demo host has no room: %w", err)
	}
	room := mine.Items[0].ID
	var wg sync.WaitGroup
	wg.Go(func() { d.broadcast(ctx, host, film, room) })
	wg.Go(func() { d.present(ctx, host, room) })
	for i := range chatters {
		wg.Go(func() { d.chat(ctx, buyers[i].phone, room) })
	}
	wg.Wait()
	return nil
}

// broadcast publishes the film, and begins anew when the session has ended.
func (d *Demo) broadcast(ctx context.Context, host *client, film *loop.Film, room string) {
	for ctx.Err() == nil {
		var key struct{ Key string }
		err := host.call(ctx, "POST", "/api/host-verification/recheck", nil, nil)
		if err == nil {
			err = host.call(ctx, "POST", "/api/rooms/"+room+"/stream-key", nil, &key)
		}
		if err == nil {
			err = film.Publish(ctx, d.RTMP+"/"+key.Key)
		}
		if err != nil && ctx.Err() == nil {
			d.Log.Warn("the demo's encoder will try again", "error", err)
		}
		pause(ctx, 2*time.Second)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// present shows one product after the other, and answers what is asked.
func (d *Demo) present(ctx context.Context, host *client, room string) {
	for n := 0; ctx.Err() == nil; n++ {
		if n == 0 {
			pause(ctx, 3*time.Second) // the encoder's first picture
		} else {
			pause(ctx, 25*time.Second)
		}
		d.picture(ctx, host, room, n)
		var bag struct {
			Items []struct{ ID string }
		}
		if host.call(ctx, "GET", "/api/rooms/"+room+"/bag", nil, &bag) == nil && len(bag.Items) > 0 {
			_ = host.call(ctx, "PUT", "/api/rooms/"+room+"/pin", map[string]any{"product": bag.Items[n%len(bag.Items)].ID}, nil)
		}
		var open struct {
			Items []struct{ ID string }
		}
		if host.call(ctx, "GET", "/api/rooms/"+room+"/questions?state=open&limit=1", nil, &open) == nil && len(open.Items) > 0 {
			_ = host.call(ctx, "POST", "/api/questions/"+open.Items[0].ID+"/answer", map[string]any{"text": answers[n%len(answers)]}, nil)
		}
	}
}

// picture sets the room's picture in lists, as a host's phone does while on
// air; an encoder has no page that could.
func (d *Demo) picture(ctx context.Context, host *client, room string, n int) {
	still, err := assets.ReadFile(fmt.Sprintf("still-%d.jpg", 1+n%3))
	if err == nil {
		err = host.send(ctx, "POST", "/api/rooms/"+room+"/thumbnail", "image/jpeg", still, nil)
	}
	if err != nil && ctx.Err() == nil {
		d.Log.Debug("the demo's picture was not taken", "error", err)
	}
}

// chat is one viewer who now and then says something or likes.
func (d *Demo) chat(ctx context.Context, phone, room string) {
	c, err := d.signIn(ctx, phone)
	if err != nil {
		d.Log.Warn("a demo viewer could not sign in", "error", err)
		return
	}
	for ctx.Err() == nil {
		pause(ctx, time.Duration(4000+rand.IntN(14000))*time.Millisecond)
		switch rand.IntN(6) {
		case 0, 1:
			_ = c.call(ctx, "POST", "/api/rooms/"+room+"/likes", map[string]any{"count": 1 + rand.IntN(8)}, nil)
		case 2:
			_ = c.call(ctx, "POST", "/api/rooms/"+room+"/lines", map[string]any{"text": questions[rand.IntN(len(questions))], "question": true}, nil)
		default:
			_ = c.call(ctx, "POST", "/api/rooms/"+room+"/lines", map[string]any{"text": lines[rand.IntN(len(lines))]}, nil)
		}
	}
}
