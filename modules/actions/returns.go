package actions

import (
	"strings"

	"github.com/armonic/armonic/spec"
)

// checkReturns holds a provide to what it declared, and gives the values in the
// types declared. What it returns beyond that is passed through.
func checkReturns(returns []spec.Variable, x any) (any, error) {
	if len(returns) == 0 {
		return x, nil
	}
	var names []string
	for _, v := range returns {
		names = append(names, "\""+v.Name+"\": …")
	}
	usage := "write return {" + strings.Join(names, ", ") + "}"
	if x == nil {
		x = map[string]any{}
	}
	m, ok := x.(map[string]any)
	if !ok {
		return nil, spec.Errorf(spec.Failed, "it must be a dict of what returns declares").WithHint("%s", usage)
	}
	for _, v := range returns {
		got, given := m[v.Name]
		if !given && !v.Optional {
			return nil, spec.Errorf(spec.Failed, "%s is missing", v.Name).WithHint("%s", usage)
		}
		y, err := v.Convert(got)
		if err != nil {
			return nil, spec.Errorf(spec.Failed, "%v", err)
		}
		m[v.Name] = y
	}
	return m, nil
}
