package main

import (
	"fmt"
	"os"
	"path/filepath"

	"tianbo/internal/app"
	"tianbo/internal/platform/seal"
)

type sealCmd struct {
	Rotate sealRotateCmd `cmd:"" help:"Add a key that seals from now on; older ones keep opening."`
}

type sealRotateCmd struct {
	settingsFlags
}

// Run adds a key. Servers use it from their next start.
func (s sealRotateCmd) Run() error {
	c, err := s.load()
	if err != nil {
		return err
	}
	dir := c.Seal.Keyset
	if dir == "" {
		dir = filepath.Join(c.Data, "keys")
	}
	if err := seal.Rotate(dir); err != nil {
		return err
	}
	fmt.Println("A new key seals from the next start of the server on.")
	return nil
}

type openapiCmd struct{}

// Run prints the document.
func (openapiCmd) Run() error {
	text, err := app.Document()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}
