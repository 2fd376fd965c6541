package editor

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// parse gives the value that a text stands for, or why it is refused.
func parse(q *resolver.Question, text string) (any, error) {
	if q.Key.Kind == resolver.AskCount {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("the number must be whole, is %q", text)
		}
		if n < q.Min || (q.Max > 0 && n > q.Max) {
			return nil, fmt.Errorf("the number must be %s, is %d", span(q.Min, q.Max), n)
		}
		return n, nil
	}
	v := q.Var
	v.Optional = v.Optional || q.Optional
	return v.ParseInput(text)
}

func span(lo, hi int) string {
	switch {
	case hi <= 0 || hi >= spec.Many:
		return fmt.Sprintf("at least %d", lo)
	case lo == hi:
		return strconv.Itoa(lo)
	}
	return fmt.Sprintf("from %d to %d", lo, hi)
}
