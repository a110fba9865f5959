package demo

import (
	"context"
	"fmt"
)

// One gives the room of the first household and a new encoder key for it; with
// fresh it registers the household first. It serves measurements, which need a
// room and nothing else.
func (d *Demo) One(ctx context.Context, fresh bool) (room, key string, err error) {
	if fresh {
		admin, err := d.signIn(ctx, AdminPhone)
		if err != nil {
			return "", "", err
		}
		if err := d.household(ctx, admin, 0); err != nil {
			return "", "", err
		}
	}
	phone, _ := household(0)
	host, err := d.signIn(ctx, phone)
	if err != nil {
		return "", "", err
	}
	var rooms struct {
		Items []struct{ ID string }
	}
	if err := host.call(ctx, "GET", "/api/me/rooms", nil, &rooms); err != nil {
		return "", "", err
	}
	if len(rooms.Items) == 0 {
		return "", "", fmt.Errorf("demo: %s has no room", phone)
	}
	var made struct{ Key string }
	err = host.call(ctx, "POST", "/api/rooms/"+rooms.Items[0].ID+"/stream-key", nil, &made)
	return rooms.Items[0].ID, made.Key, err
}
