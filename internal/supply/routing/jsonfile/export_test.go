package jsonfile

// Fields are the known fields of every object by its name in Schema.
var Fields = map[string][]string{
	"": problemFields, "place": placeFields, "network": networkFields, "vehicle": vehicleFields, "compartment": compartmentFields,
	"break": breakFields, "line": lineFields, "lineStop": lineStopFields, "hub": hubFields, "consignment": consignmentFields,
	"stop": stopFields, "itinerary": itineraryFields, "ride": rideFields, "previous": previousFields, "echelon": echelonFields,
	"plan": planFields, "route": routeFields, "visit": visitFields, "booking": bookingFields, "unserved": unservedFields, "supply": supplyFields,
}
