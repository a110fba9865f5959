package main

// RouteCmd is `tianbo route`: the optimiser on its own, without a server or a database.
type RouteCmd struct {
	Bench RouteBenchCmd `cmd:"" help:"Solve published benchmark files and print what was found."`
}
