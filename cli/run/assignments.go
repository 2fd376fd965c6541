package run

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// assignment is one value of the command line, -R 'conf/port=8080'.
type assignment struct {
	text    string // the pattern as it was written
	pattern spec.Pattern
	value   string
}

// maxSet bounds the index of a set, so that a typing error does not fill the memory.
const maxSet = 999

// parseAssignments reads the values of the command line. A pattern that does not begin
// with a slash matches the end of a variable's path.
func parseAssignments(texts []string) ([]assignment, error) {
	out := make([]assignment, len(texts))
	for i, text := range texts {
		p, value, err := deploy.ParseSet(text)
		if err != nil {
			return nil, spec.Errorf(spec.Invalid, "-R %q is not [STATE/PROVIDE/]REQUIRE/VARIABLE=VALUE", text).
				WithHint("for example -R conf/port=8080")
		}
		expr := spec.Pattern(strings.ReplaceAll(string(p), "[0]", "")) // the first set has no index
		if !strings.HasPrefix(string(expr), "/") {
			expr = "//" + expr
		}
		if _, err := query.Compile(expr); err != nil {
			return nil, err
		}
		out[i] = assignment{string(p), expr, value}
	}
	return out, nil
}

var setIndex = regexp.MustCompile(`\[(\d+)\]`)

// countSets is how many sets of a require the values are about.
func countSets(values []assignment) int {
	n := 1
	for _, v := range values {
		for _, m := range setIndex.FindAllStringSubmatch(v.text, -1) {
			if i, err := strconv.Atoi(m[1]); err == nil && i <= maxSet {
				n = max(n, i+1)
			}
		}
	}
	return n
}
