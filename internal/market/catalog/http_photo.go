package catalog

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"tianbo/internal/kernel/id"
	"tianbo/internal/platform/httpapi"
)

func (m *Module) photoRoutes(api *httpapi.API) {
	httpapi.Register(api, httpapi.Op{ID: "photo-upload", Method: "POST", Path: "/api/uploads", Action: "upload.photo", Tag: "market", Status: 201, OwnKey: true, Rate: httpapi.RateUpload, MaxBody: photoBytes, Summary: "Upload a picture (JPEG, PNG, WebP)"},
		func(ctx context.Context, in *struct {
			RawBody []byte `contentType:"application/octet-stream"`
		},
		) (*struct {
			Body struct {
				ID     id.Upload `json:"id"`
				Width  int64     `json:"width"`
				Height int64     `json:"height"`
			}
		}, error,
		) {
			var out struct {
				Body struct {
					ID     id.Upload `json:"id"`
					Width  int64     `json:"width"`
					Height int64     `json:"height"`
				}
			}
			p, err := m.Upload(ctx, in.RawBody)
			out.Body.ID, out.Body.Width, out.Body.Height = p.ID, p.Width, p.Height
			return &out, err
		})
	api.Raw("GET /media/photo/{name}", http.HandlerFunc(m.servePhoto), httpapi.RawOp{})
}

// servePhoto sends "{id}-{width}.jpg". Pictures are public and never change.
func (m *Module) servePhoto(w http.ResponseWriter, r *http.Request) {
	name, size, ok := strings.Cut(strings.TrimSuffix(r.PathValue("name"), ".jpg"), "-")
	width, err := strconv.Atoi(size)
	if !ok || err != nil || (width != 160 && width != 480 && width != 1080) {
		httpapi.WriteProblem(w, r, ErrNotFound)
		return
	}
	p, err := loadPhoto(r.Context(), id.Upload(name))
	var f io.ReadSeekCloser
	if err == nil {
		f, err = m.Files.Open(r.Context(), p.key(width))
	}
	if err != nil {
		httpapi.WriteProblem(w, r, err)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, "", p.At, f)
}
