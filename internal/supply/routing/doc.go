// Package routing describes a county's transport problem and its plan: data only, no search and no arithmetic
// beyond reading a matrix.
//
// A Problem is what a dispatcher knows at planning time: places, travel matrices by place, vehicle types,
// consignments (each a pick-up, a delivery, or both), the timetabled lines that drive anyway, and, when a day is
// re-planned, the plan that is already running. A Plan is what they get back: visits with times per vehicle, rides
// on lines, and a reason for every consignment left behind.
//
// Every rule of the model is a field with a comment that says what it promises: windows, set-up and service, vector
// capacities and compartments, skills, breaks and shifts, limits on time on board that follow from freshness, several
// trips a day (a delivery from a hub is a pick-up there), release times (the start of a pick-up's window), priorities and
// optional goods, timetabled lines with room on every stretch, hubs where goods change trucks, and the part of a running
// day that cannot change any more. Validate names the field that cannot be used.
//
// A consignment travels in one of three ways: one vehicle drives it from pick-up to delivery; it rides on lines; or it
// stays at hubs between trucks. The last two are an Itinerary, a chain of rides and stays, and a truck drives every gap in
// the chain. Quality runs down all the way at the rate of whatever the goods are on or at.
//
// The packages below it each do one thing and know only this one, apart from the writers of files:
//
//	solve      finds a plan (ruin and recreate, fleet minimisation, local search)
//	check      proves or refutes a plan with its own arithmetic; never imports solve, nor solve it
//	timetable  offers itineraries over timetabled lines and hubs
//	share      splits the bill of a plan
//	matrix     makes travel matrices where nobody has measured the roads
//	jsonfile   reads and writes problems and plans as JSON
//	benchfile  reads published benchmark files
//	draw       makes a picture of a plan
//	county     makes synthetic counties
//
// docs/guides/routing.md works through an example.
//
// Units are the caller's: distances, durations and money only have to agree among themselves. Times are plain
// numbers on one axis (seconds since midnight in a county, abstract units in a benchmark).
package routing
