package jsonfile

import "tianbo/internal/supply/routing"

// WritePlan writes a plan of the file's problem.
func (f *File) WritePlan(plan *routing.Plan) ([]byte, error) { return document(f.plan(plan)) }

func (f *File) plan(plan *routing.Plan) object {
	p := f.Problem
	var routes, rides, unserved, supply []object
	for i := range plan.Routes {
		routes = append(routes, f.route(&plan.Routes[i]))
	}
	for _, b := range plan.Rides {
		c := &p.Consignments[b.Consignment]
		rides = append(rides, object{{"consignment", c.ID}, {"fee", unless(b.Fee, 0)}, {"rides", f.rides(c.Itineraries[b.Itinerary].Rides)}})
	}
	for _, u := range plan.Unserved {
		var vehicle any
		if u.Vehicle >= 0 {
			vehicle = p.Vehicles[u.Vehicle].ID
		}
		unserved = append(unserved, object{{"consignment", p.Consignments[u.Consignment].ID}, {"reason", string(u.Reason)}, {"by", unless(u.By, 0)}, {"vehicle", vehicle}, {"extra", unless(u.Extra, 0)}})
	}
	for _, s := range plan.Supply {
		var at []string
		for _, k := range s.Satellites {
			at = append(at, p.Places[k].ID)
		}
		supply = append(supply, object{{"satellites", at}, {"amounts", s.Amounts}, {"distance", s.Distance}})
	}
	return object{
		{"cost", plan.Cost}, {"distance", plan.Distance}, {"routes", list(routes)}, {"rides", list(rides)}, {"unserved", list(unserved)}, {"supply", list(supply)},
	}
}

func (f *File) route(r *routing.Route) object {
	p := f.Problem
	var visits []object
	for k := range r.Visits {
		v := &r.Visits[k]
		o := object{{"act", v.Act.String()}}
		if v.Act == routing.Rest {
			o = append(o, field{"break", v.Break + 1})
		} else {
			o = append(o, field{"consignment", p.Consignments[v.Consignment].ID}, field{"leg", unless(int(v.Leg), 0)})
		}
		visits = append(visits, append(o, object{{"place", p.Places[v.Place].ID}, {"arrive", f.instant(v.Arrive)}, {"start", f.instant(v.Start)}, {"leave", f.instant(v.Leave)}}...))
	}
	return object{
		{"vehicle", p.Vehicles[r.Vehicle].ID}, {"unit", r.Unit + 1}, {"depart", f.instant(r.Depart)}, {"return", f.instant(r.Return)}, {"cost", unless(r.Cost, 0)}, {"visits", list(visits)},
	}
}
