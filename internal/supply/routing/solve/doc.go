// Package solve finds plans for routing problems. It knows no clock and no files: Solve takes a problem, a seed and a
// budget and returns a plan that package check accepts.
//
// # The engine
//
// The search is SISR, slack induction by string removals (Christiaens and Vanden Berghe, "Slack Induction by String
// Removals for Vehicle Routing Problems", Transportation Science 54(2), 2020). One step removes short strings of
// neighbouring stops from a few neighbouring routes, puts the removed ones back one by one where they cost least while
// overlooking one place in a hundred, and keeps the result if it is better, or not much worse than the falling temperature
// allows. Two kernels do this step:
//
//	single  one stop a consignment: deliveries from depots or collections to them, with windows, several depots, kinds of
//	        vehicles and limits. Routes are linked lists, every place is judged in constant time.  (single*.go, rounds*.go)
//	pairs   everything else: pick-up and delivery, several sizes and compartments, skills, time on board, breaks,
//	        timetabled lines and hubs, running plans. Routes are arrays; the three cheapest insertions of a job into a
//	        route are remembered until the route changes.                                       (pair*.go, haul*.go)
//
// Around them:
//
//	fleet.go      the paper's fleet minimisation by absence counters; also serves everybody on a scarce fleet
//	pool.go       routes of good solutions are remembered, and
//	partition.go  the best combination of them is sought (set partitioning by Lagrangian bounds and depth first search)
//	island.go     workers: small problems are searched apart in several coolings, large ones are cut into parts of
//	              neighbouring routes, one a worker, cut elsewhere in every round
//	echelon.go    two levels: which satellites to open, and the tours that supply them
//	explain.go    why a consignment stayed behind, and what adding one would cost
//
// # Rules, cheap to dear
//
// A candidate insertion is judged by skills and compartments (bit sets), room (vectors), then arrival against the earliest
// and latest times kept for every stop. Time on board, breaks and limits on duration need the whole route: only a
// candidate that would win gets its exact schedule (pair_exact.go), which is a system of differences solved by alternating
// passes.
//
// # Determinism
//
// Equal problem, seed, workers and number of iterations give equal plans on one CPU architecture: every worker has a
// random stream of its own, workers meet at barriers only, and nothing depends on the order of a map or on time. When the
// caller limits time instead, the temperature follows the share of it that has passed, and such a run need not repeat.
//
// Steps allocate nothing once the engine is warm.
package solve
