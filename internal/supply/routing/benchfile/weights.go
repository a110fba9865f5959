package benchfile

import "math"

// weights reads explicit edge weights in the TSPLIB layouts, or leaves Euclidean distances to the table.
func (f *vrplib) weights(t *table) error {
	kind := f.head["EDGE_WEIGHT_TYPE"]
	if kind != "EXPLICIT" {
		switch kind {
		case "", "EUC_2D", "EXACT_2D":
		default:
			return fail(0, "EDGE_WEIGHT_TYPE %q is not read; use EUC_2D, EXACT_2D or EXPLICIT", kind)
		}
		if len(f.rows["NODE_COORD_SECTION"]) == 0 {
			return fail(0, "there are neither coordinates nor explicit weights")
		}
		return nil
	}
	n := len(t.x)
	var flat []float64
	for _, r := range f.rows["EDGE_WEIGHT_SECTION"] {
		flat = append(flat, r...)
	}
	cells := layout(f.head["EDGE_WEIGHT_FORMAT"], n)
	if cells == nil {
		return fail(0, "EDGE_WEIGHT_FORMAT %q is not read", f.head["EDGE_WEIGHT_FORMAT"])
	}
	// Counted before anything of the announced size is made.
	if want := entries(f.head["EDGE_WEIGHT_FORMAT"], n); want != len(flat) {
		return fail(f.line["EDGE_WEIGHT_SECTION"], "the matrix has %d entries, %s of %d locations needs %d", len(flat), f.head["EDGE_WEIGHT_FORMAT"], n, want)
	}
	t.exact = make([]float64, n*n)
	k := 0
	cells(func(i, j int, both bool) {
		t.exact[i*n+j] = math.Max(0, flat[k])
		if both {
			t.exact[j*n+i] = t.exact[i*n+j]
		}
		k++
	})
	for i := range n {
		t.exact[i*n+i] = 0
	}
	return nil
}

// entries is how many numbers a matrix format has.
func entries(format string, n int) int {
	switch format {
	case "FULL_MATRIX":
		return n * n
	case "UPPER_ROW", "LOWER_COL", "LOWER_ROW", "UPPER_COL":
		return n * (n - 1) / 2
	}
	return n * (n + 1) / 2
}

// layout returns a walk over the cells of a matrix format in file order; both tells that a cell stands for its mirror too.
func layout(format string, n int) func(func(i, j int, both bool)) {
	walk := func(from, to func(i int) int, both bool) func(func(int, int, bool)) {
		return func(do func(i, j int, both bool)) {
			for i := range n {
				for j := from(i); j < to(i); j++ {
					do(i, j, both)
				}
			}
		}
	}
	zero, end := func(int) int { return 0 }, func(int) int { return n }
	self, after := func(i int) int { return i }, func(i int) int { return i + 1 }
	switch format {
	case "FULL_MATRIX":
		return walk(zero, end, false)
	case "UPPER_ROW", "LOWER_COL":
		return walk(after, end, true)
	case "UPPER_DIAG_ROW", "LOWER_DIAG_COL":
		return walk(self, end, true)
	case "LOWER_ROW", "UPPER_COL":
		return walk(zero, self, true)
	case "LOWER_DIAG_ROW", "UPPER_DIAG_COL":
		return walk(zero, after, true)
	}
	return nil
}
