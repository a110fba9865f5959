package room

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/sqldb"
)

const (
	thumbMax    = 512 << 10
	thumbPixels = 2_000_000
)

// SetThumbnail takes a picture of the broadcast from the publisher's page. It
// is decoded and encoded anew, so that nothing but pixels is kept. It serves
// lists only; it is never evidence.
func (m *Module) SetThumbnail(ctx context.Context, room id.Room, data []byte) error {
	r, err := m.own(ctx, room, "room.thumbnail")
	if err != nil {
		return err
	}
	if !r.State.OnAir() {
		return ErrIllegal.With("state", string(r.State))
	}
	clean, err := reencode(data)
	if err != nil {
		return ErrThumbnail.Wrap(err)
	}
	key := "thumb/" + string(r.Session) + ".jpg"
	if err := m.Thumbs.Put(ctx, key, clean); err != nil {
		return err
	}
	return sqldb.Write(ctx, func(ctx context.Context) error { return setThumb(ctx, r.Session, key) })
}

func reencode(data []byte) ([]byte, error) {
	if len(data) > thumbMax {
		return nil, ErrThumbnail
	}
	shape, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if shape.Width*shape.Height > thumbPixels || shape.Width < 16 || shape.Height < 16 {
		return nil, ErrThumbnail
	}
	var picture image.Image
	if picture, err = jpeg.Decode(bytes.NewReader(data)); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = jpeg.Encode(&out, picture, &jpeg.Options{Quality: 75})
	return out.Bytes(), err
}

// Thumbnail is the picture of a session.
func (m *Module) Thumbnail(ctx context.Context, session id.Session) ([]byte, error) {
	s, err := loadSession(ctx, session)
	if err != nil {
		return nil, err
	}
	if s.Thumb == "" {
		return nil, ErrNotFound
	}
	return m.Thumbs.Get(ctx, s.Thumb)
}
