package spec

import (
	"math"
	"strconv"
)

// decimal writes a number as people write it, 1000000 and not 1e+06, without a
// fraction where there is none. Only what is huge or tiny has an exponent.
func decimal(f float64) string {
	form := byte('f')
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		form = 'g'
	}
	return strconv.FormatFloat(f, form, -1, 64)
}
