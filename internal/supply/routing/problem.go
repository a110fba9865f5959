package routing

import "math"

// MaxDims is how many quantities a load vector counts at most: the dimensions of Size plus one per
// temperature class that some vehicle carries in a compartment of its own.
const MaxDims = 4

// Never is the latest instant of an unlimited window.
const Never = math.MaxFloat64 / 4

// Problem is one planning task. All references are indices into its slices.
type Problem struct {
	Name         string
	Places       []Place
	Networks     []Network
	Vehicles     []Vehicle
	Consignments []Consignment
	Lines        []Line
	Hubs         []Hub
	Previous     *Previous
	// Echelon is set for two-echelon problems: goods reach their satellite by first-level vehicles.
	Echelon *Echelon
}

// Place is anywhere a vehicle stops. Setup is spent once on arrival from another place, before the first
// service, and may be spent before the window opens: several consignments handed over at one stop share it.
// Decay is how fast goods that wait here between two legs of their way use up quality, by temperature class; a
// missing entry is 1.
type Place struct {
	ID    string
	X, Y  float64
	Setup float64
	Decay []float64
}

// Hub is a place where goods change from one vehicle to another: handed in within Window, taken out not earlier than
// Dwell later and within Window too.
type Hub struct {
	ID      string
	Place   int
	Dwell   float64
	Window  Window
	Fee     float64 // per consignment that changes here
	FeeUnit float64 // per unit of the first size dimension
}

// Network is one travel profile: square matrices by place, row major. A nil Duration means durations equal
// distances, as in the benchmarks.
type Network struct {
	Distance []float64
	Duration []float64
}

// Between returns distance and duration from one place to another in a matrix over n places.
func (n *Network) Between(size, from, to int) (distance, duration float64) {
	distance = n.Distance[from*size+to]
	if n.Duration == nil {
		return distance, distance
	}
	return distance, n.Duration[from*size+to]
}

// Vehicle is a type of which Count units exist. Anywhere as End lets the route finish at its last stop.
type Vehicle struct {
	ID           string
	Count        int
	Start, End   int
	Network      int
	Capacity     []int64
	Compartments []Compartment
	Fixed        float64 // paid once when the unit drives at all
	PerDistance  float64
	PerTime      float64 // paid for the time between leaving Start and reaching End
	Shift        Window
	MaxDuration  float64 // 0: no limit
	MaxDistance  float64 // 0: no limit
	Skills       uint64
	Breaks       []Break
	Decay        []float64 // by temperature class: how fast quality is used on board; missing entries are 1
}

// Anywhere as a vehicle's End means the route is open.
const Anywhere = -1

// Compartment is a part of a vehicle kept for one temperature class. A vehicle without compartments carries every
// class in its one body; a vehicle with compartments carries classed goods only in a compartment of that class.
type Compartment struct {
	Class    int
	Capacity int64 // in the first dimension of Size
}

// Break is a rest of Duration that starts within Window with no more than MaxLoad (first dimension) on board;
// MaxLoad < 0 means any load. It is owed only by a route that is still out when the window closes.
type Break struct {
	Window   Window
	Duration float64
	MaxLoad  int64
}

// Window is a closed interval of time.
type Window struct{ Earliest, Latest float64 }

// Always is the window that never closes.
func Always() Window { return Window{0, Never} }

// Consignment is the planning unit. A nil Pickup is loaded at the vehicle's start, a nil Delivery is unloaded at its
// end; at least one of them is set.
type Consignment struct {
	ID       string
	Pickup   *Stop
	Delivery *Stop
	Size     []int64
	Skills   uint64 // the vehicle must have all of them
	Class    int    // temperature class, NoClass when it does not matter
	// Quality is the longest time on board at decay rate 1: from the end of loading to the start of unloading, every
	// stretch multiplied by the decay rate of the vehicle or line for the class. On a way of several legs all of them
	// count, and the waits between them at the rate of the place. 0 means no limit.
	Quality float64
	// Penalty is what leaving the consignment behind costs; 0 makes it mandatory. Priority orders mandatory ones
	// when not all fit: higher is served first.
	Penalty  float64
	Priority int
	// Itineraries are the timetabled ways to carry it, beside driving it directly; see package timetable.
	Itineraries []Itinerary
}

// NoClass marks a consignment that needs no particular temperature.
const NoClass = -1

// Stop is one hand-over.
type Stop struct {
	Place   int
	Window  Window
	Service float64
}

// Line is a locked route: a bus or a post van that keeps its timetable whatever it carries.
type Line struct {
	ID       string
	Stops    []LineStop
	Capacity []int64 // on every segment between neighbouring stops
	Skills   uint64
	Classes  uint64 // bit per temperature class it can carry; unclassed goods always
	Decay    []float64
	CutOff   float64 // goods must be at the stop this long before departure
	Handling float64 // goods can be taken on from the stop this long after arrival
	Fee      float64 // per consignment
	FeeUnit  float64 // per unit of the first size dimension
}

// LineStop is one timetable row.
type LineStop struct {
	Place          int
	Arrive, Depart float64
}

// Itinerary is a chain of rides on lines and stays at hubs. Wherever two neighbours of the chain are not at the same
// place, the consignment's own pick-up and delivery included, a truck drives that leg: see Leg.
type Itinerary struct{ Rides []Ride }

// Ride boards one line at one of its stops and leaves it at a later one; Board and Alight are indices into Line.Stops.
// With AtHub as Line it is a stay at Problem.Hubs[Board], and Alight means nothing.
type Ride struct{ Line, Board, Alight int }

// AtHub as a ride's Line makes it a stay at a hub.
const AtHub = -1

// Stay is the ride that stays at a hub.
func Stay(hub int) Ride { return Ride{Line: AtHub, Board: hub} }

// From returns where the ride takes goods over.
func (p *Problem) From(r Ride) int {
	if r.Line == AtHub {
		return p.Hubs[r.Board].Place
	}
	return p.Lines[r.Line].Stops[r.Board].Place
}

// To returns where the ride leaves goods.
func (p *Problem) To(r Ride) int {
	if r.Line == AtHub {
		return p.Hubs[r.Board].Place
	}
	return p.Lines[r.Line].Stops[r.Alight].Place
}

// Previous is the running plan of a re-planned day.
type Previous struct {
	Plan Plan
	// Frozen[i] is how many visits of Plan.Routes[i] are done or being driven to: they stay as they are.
	Frozen []int
	// Now is the time of re-planning: what is not frozen can only happen from now on.
	Now float64
	// Committed consignments are already on a line or in a hub: they keep the itinerary they are booked on.
	Committed []int
	// ChangePenalty is added for every consignment that changes its vehicle.
	ChangePenalty float64
}

// Echelon is the first level of a two-echelon problem: trucks carry goods from Depot to satellites, possibly in
// several loads, and the vehicles of the problem start at satellites.
type Echelon struct {
	Depot      int
	Satellites []int
	Trucks     int
	Capacity   int64
	PerUnit    float64 // cost per distance
	Fixed      float64
	Second     int     // vehicles of the second level in all
	PerStation int     // vehicles per satellite, 0: no limit
	Limit      []int64 // goods a satellite can handle, nil: no limit
}

// DecayOf returns the decay rate of a class in a rate table.
func DecayOf(rates []float64, class int) float64 {
	if class < 0 || class >= len(rates) || rates[class] <= 0 {
		return 1
	}
	return rates[class]
}
