package lifecycle_test

import (
	"testing"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

type variableCase struct {
	Variable *caseVariable
	Checks   []struct {
		How    string
		Value  any
		Result struct {
			Valid   bool
			Error   string
			Crash   string
			Message string
			After   any `json:"value_after"`
		}
	}
}

func TestOracleVariables(t *testing.T) {
	all := newTally(t)
	eachCase(t, "variables/vcase_*.json", func(name string, c variableCase) {
		if c.Variable == nil {
			return // of requires
		}
		all.cases++
		v := c.Variable.variable(t)
		for i, k := range c.Checks {
			all.checks++
			x := plain(k.Value)
			if k.How == "none" || k.How == "arg" && x == nil { // its own value is asked for
				x = plain(c.Variable.Default)
			}
			was := verdict{valid: k.Result.Valid, crash: k.Result.Crash, error: k.Result.Error}
			got := all.compareValue(name, i, *c.Variable, v, x, k.How, was)
			if got != nil && was.valid && k.How != "arg" {
				all.same(name, i, *c.Variable, plain(k.Result.After), got.value)
			}
		}
	})
	all.report("variables")
}

// taken is a value as we take it.
type taken struct{ value any }

// compareValue compares whether a value is accepted, and gives it as a module sees it; nil
// if it is refused.
func (c *tally) compareValue(name string, i int, cv caseVariable, v spec.Variable, x any, how string, was verdict) *taken {
	y, err := v.Convert(x)
	var rule string
	switch {
	case err == nil && !was.valid:
		rule = cv.accepts(x, how, was)
	case err != nil && was.valid:
		rule = cv.refuses(x)
	default:
		rule = "same"
	}
	switch rule {
	case "":
		c.Errorf("%s check %d: %s %#v of %+v: we say %v, the original %+v", name, i, how, x, cv, err, was)
	case "same":
	default:
		c.allow(rule)
	}
	if err != nil {
		return nil
	}
	y = v.Modify(y)
	if s, ok := y.(value.Secret); ok {
		y = s.Reveal()
	}
	return &taken{y}
}

// same compares a value that both accept.
func (c *tally) same(name string, i int, cv caseVariable, was, is any) {
	switch rule := cv.changes(was, is); rule {
	case "":
	case "?":
		c.Errorf("%s check %d: the value of %+v is %#v, not %#v", name, i, cv, is, was)
	default:
		c.allow(rule)
	}
}
