// Package routing describes a county's transport problem and its plan: data only, no search and no arithmetic
// beyond reading a matrix.
//
// A Problem is what a dispatcher knows at planning time: places, travel matrices by place, vehicle types,
// consignments (each a pick-up, a delivery, or both), the timetabled lines that drive anyway, and, when a day is
// re-planned, the plan that is already running. A Plan is what they get back: visits with times per vehicle, rides
// on lines, and a reason for every consignment left behind.
//
// The packages below it each do one thing and know only this one:
//
//	solve      finds a plan (ruin and recreate, fleet minimisation, local search)
//	check      proves or refutes a plan with its own arithmetic; never imports solve, nor solve it
//	timetable  offers itineraries over timetabled lines
//	share      splits the bill of a plan
//	benchfile  reads published benchmark files
//	county     makes synthetic counties
//
// Units are the caller's: distances, durations and money only have to agree among themselves. Times are plain
// numbers on one axis (seconds since midnight in a county, abstract units in a benchmark).
package routing
