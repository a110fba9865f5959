package main

import (
	_ "embed" // the texts
	"os"
)

// licences is written by `make licenses` from what the binary is built from.
//
//go:embed licenses.txt
var licences string

type licensesCmd struct{}

// Run prints them.
func (licensesCmd) Run() error {
	_, err := os.Stdout.WriteString(licences)
	return err
}
