package main

import (
	"os"
	"strings"

	"tianbo/internal/supply/routing"
	"tianbo/internal/supply/routing/benchfile"
)

// writeRoutes writes a benchmark plan as CVRPLIB text, or with times when the name ends in .json.
func writeRoutes(file string, in *benchfile.Instance, plan *routing.Plan, cost float64) error {
	if strings.HasSuffix(file, ".json") {
		text, err := in.WriteJSON(plan)
		if err != nil {
			return err
		}
		return os.WriteFile(file, text, 0o644)
	}
	return os.WriteFile(file, []byte(in.WriteSolution(plan, cost)), 0o644)
}
