package solve_test

import (
	"math"
	"testing"

	"tianbo/internal/supply/routing"
)

// cheapestRoutes gives for every set of consignments the length of the shortest feasible route of the first vehicle that
// serves just them, +Inf where there is none: it tries all orders.
func cheapestRoutes(p *routing.Problem) []float64 {
	n := len(p.Consignments)
	best := make([]float64, 1<<n)
	for i := range best {
		best[i] = math.Inf(1)
	}
	v := &p.Vehicles[0]
	size := len(p.Places)
	var walk func(at int, now, length float64, load int64, onBoard, done int)
	walk = func(at int, now, length float64, load int64, onBoard, done int) {
		if onBoard == 0 && done > 0 {
			d, t := p.Networks[0].Between(size, at, v.Start)
			if now+t <= v.Shift.Latest {
				best[done] = math.Min(best[done], length+d)
			}
		}
		visit := func(s *routing.Stop, load int64, onBoard, done int) {
			d, t := p.Networks[0].Between(size, at, s.Place)
			start := math.Max(now+t, s.Window.Earliest)
			if start <= s.Window.Latest {
				walk(s.Place, start+s.Service, length+d, load, onBoard, done)
			}
		}
		for c := range n {
			bit := 1 << c
			k := &p.Consignments[c]
			switch {
			case onBoard&bit != 0:
				visit(k.Delivery, load-k.Size[0], onBoard&^bit, done|bit)
			case done&bit != 0 || load+k.Size[0] > v.Capacity[0]:
			case k.Pickup == nil:
				visit(k.Delivery, load+k.Size[0], onBoard, done|bit)
			default:
				visit(k.Pickup, load+k.Size[0], onBoard|bit, done)
			}
		}
	}
	walk(v.Start, v.Shift.Earliest, 0, 0, 0, 0)
	return best
}

// optimum combines the routes into the cheapest plan that serves everybody.
func optimum(p *routing.Problem) (cost float64, fewest int) {
	routes := cheapestRoutes(p)
	all := len(routes) - 1
	best, few := make([]float64, all+1), make([]int, all+1)
	for set := 1; set <= all; set++ {
		best[set], few[set] = math.Inf(1), math.MaxInt32
		low := set & -set
		for part := set; part > 0; part = (part - 1) & set {
			if part&low == 0 || math.IsInf(routes[part], 1) {
				continue
			}
			best[set] = math.Min(best[set], routes[part]+best[set^part])
			few[set] = min(few[set], 1+few[set^part])
		}
	}
	return best[all], few[all]
}

func TestSmallProblemsAreSolvedToOptimality(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		for name, p := range map[string]*routing.Problem{
			"deliveries": rounds(seed, 7, false), "windows": rounds(seed, 7, true), "pairs": hauls(seed, 5),
		} {
			want, fewest := optimum(p)
			got, r := plan(t, p, budget(1200))
			if math.Abs(got.Cost-want) > 1e-6 || r.Mandatory > 0 {
				t.Errorf("%s %d: cost %g, the optimum is %g", name, seed, got.Cost, want)
			}
			opt := budget(1200)
			opt.Objective = 1
			if got, _ := plan(t, p, opt); len(got.Routes) != fewest {
				t.Errorf("%s %d: %d vehicles, %d are enough", name, seed, len(got.Routes), fewest)
			}
		}
	}
}

// Twelve stops on a circle around the depot, three to a van: the optimum is four petals of neighbours.
func TestPetals(t *testing.T) {
	t.Parallel()
	p := &routing.Problem{Places: []routing.Place{{ID: "hub"}}, Vehicles: []routing.Vehicle{{ID: "van", Count: 12, Capacity: []int64{3}, PerDistance: 1, Shift: routing.Always()}}}
	for i := range 12 {
		a := 2 * math.Pi * float64(i) / 12
		p.Places = append(p.Places, routing.Place{ID: "p", X: 10 * math.Cos(a), Y: 10 * math.Sin(a)})
		p.Consignments = append(p.Consignments, routing.Consignment{ID: "c", Size: []int64{1}, Class: routing.NoClass, Delivery: &routing.Stop{Place: i + 1, Window: routing.Always()}})
	}
	p.Networks = []routing.Network{{Distance: straight(p.Places)}}
	got, _ := plan(t, p, budget(3000))
	if want := 4 * (20 + 2*2*10*math.Sin(math.Pi/12)); math.Abs(got.Cost-want) > 1e-6 {
		t.Errorf("cost %g, four petals cost %g", got.Cost, want)
	}
}
