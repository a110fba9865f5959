// Package web holds the built web app inside the binary.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files are the built files. A binary built without the web app has none and
// serves the API alone.
func Files() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("web: the folder dist is not embedded") // cannot be, by the directive above
	}
	return sub
}
