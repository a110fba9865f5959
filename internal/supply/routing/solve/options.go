package solve

import (
	"errors"

	"tianbo/internal/supply/routing"
)

// Objective is what counts first.
type Objective int8

// Cost minimises cost; Vehicles first the number of vehicles, then cost.
const (
	Cost Objective = iota
	Vehicles
)

// Options steer a search. Equal problem, seed, workers and iterations give an equal plan on one CPU architecture. With
// Share set the search cools with the share of time that has passed instead, and need not repeat.
type Options struct {
	Seed       uint64
	Workers    int // 0 means 1
	Iterations int // per worker
	// Share returns how much of the time budget is used, from 0 to 1. Every worker calls it often, at the same time. The
	// package itself reads no clock.
	Share     func() float64
	Objective Objective
	// Progress hears about the search at its barriers, from one goroutine.
	Progress func(Progress)
	// Start is a plan to begin with instead of an empty one; a Previous plan of the problem wins over it.
	Start *routing.Plan
}

// Progress is where a search stands.
type Progress struct {
	Share      float64
	Iterations int
	Cost       float64
	Vehicles   int
	Unserved   int
}

// Stats tell how the plan was found.
type Stats struct {
	Iterations int // all workers together
	Engine     string
}

// ErrBudget is returned when neither a number of iterations nor a time share limits the search.
var ErrBudget = errors.New("give a number of iterations or a time share, otherwise the search would never end")

// ErrConsignment is returned when a quote is asked for a consignment that does not exist or is carried already.
var ErrConsignment = errors.New("the consignment does not exist or is in the plan already")

// ErrEchelon is returned for a two-echelon problem whose second level is more than deliveries in one quantity.
var ErrEchelon = errors.New("two-echelon problems deliver one quantity from satellites, without breaks, lines or time prices")
