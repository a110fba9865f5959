package catalog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // decoders by content, not by name
	"slices"
	"strconv"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/authz"
	"tianbo/internal/platform/sqldb"
)

const (
	photoBytes  = 12 << 20
	photoPixels = 40_000_000
)

// PhotoWidths are the sizes that pictures are kept in.
var PhotoWidths = []int{160, 480, 1080}

// Upload keeps a picture. It is decoded, set upright and encoded anew in three
// sizes, so that nothing but pixels is kept: no position, no device, no other
// payload.
func (m *Module) Upload(ctx context.Context, data []byte) (Photo, error) {
	if err := authz.Check(ctx, "upload.photo", authz.Resource{Type: "Uploads"}); err != nil {
		return Photo{}, err
	}
	picture, err := decode(data)
	if err != nil {
		return Photo{}, ErrPhoto.Wrap(err)
	}
	sum := sha256.Sum256(data)
	p := Photo{
		ID: id.New[id.Upload](), By: authz.From(ctx).Account, Hash: hex.EncodeToString(sum[:]),
		Width: int64(picture.Bounds().Dx()), Height: int64(picture.Bounds().Dy()), At: m.Clock.Now(),
	}
	for _, w := range slices.Backward(PhotoWidths) {
		picture = shrink(picture, w)
		var out bytes.Buffer
		if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: 82}); err != nil {
			return p, err
		}
		if err := m.Files.Put(ctx, p.key(w), bytes.NewReader(out.Bytes()), int64(out.Len()), "image/jpeg"); err != nil {
			return p, err
		}
	}
	return p, sqldb.Write(ctx, func(ctx context.Context) error { return insertPhoto(ctx, p) })
}

// key is by content: the same picture twice is one set of files.
func (p Photo) key(width int) string { return "photo/" + p.Hash + "-" + strconv.Itoa(width) + ".jpg" }

// decoding bounds the pictures in memory at once: one of 40 megapixels takes
// 160 MB.
var decoding = make(chan struct{}, 2)

// decode reads a picture by its content and sets it upright.
func decode(data []byte) (image.Image, error) {
	if len(data) > photoBytes {
		return nil, ErrPhoto
	}
	shape, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"jpeg", "png", "webp"}, format) {
		return nil, fmt.Errorf("a picture in the format %s", format) // whatever else the program can read
	}
	if shape.Width < 16 || shape.Height < 16 || shape.Width*shape.Height > photoPixels {
		return nil, ErrPhoto
	}
	decoding <- struct{}{}
	defer func() { <-decoding }()
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	how := orientation(data)
	if how == 1 {
		return picture, nil
	}
	return upright(shrink(picture, 2*PhotoWidths[len(PhotoWidths)-1]), how), nil
}

// shrink makes a picture at most width wide, on white.
func shrink(src image.Image, width int) image.Image {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	if w > width {
		w, h = width, max(1, h*width/w)
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(dst, dst.Bounds(), src, b, draw.Over, nil)
	return dst
}
