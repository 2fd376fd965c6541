package lifecycle_test

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
	"github.com/google/go-cmp/cmp"
)

// paths compares the ways to every state: the forward ones with those of the
// original, and the further ones with what they must be.
func (r *replay) paths(i int, s *caseStep) {
	stack := r.e.Applied()
	if top := stack[len(stack)-1]; top != s.Before.Current {
		r.Errorf("%s step %d: the current state is %s, not %s", r.name, i, top, s.Before.Current)
	}
	var reachable []string
	for state, listed := range s.Before.Paths {
		r.checks++
		applied := slices.Contains(stack, state)
		var want, got []string
		for _, p := range listed {
			if !applied && !simple(p, stack) {
				r.allow("17")
				continue
			}
			line := "."
			for _, m := range p {
				line += " " + m[1] + " " + m[0]
			}
			if slices.Contains(want, line) {
				if !r.doubled() {
					r.Errorf("%s step %d: the original lists a path to %s twice", r.name, i, state)
				}
				r.allow("B11")
				continue
			}
			want = append(want, line)
		}
		further := 0
		for _, p := range pathsTo(r, r.e, nil, state, spec.MostPaths) {
			line := "."
			for _, m := range p {
				line += " " + string(m.Action) + " " + m.State
			}
			if !applied && len(p) > 0 && p[0].Action == spec.Leave {
				if further++; slices.Contains(got, line) || !r.walks(stack, line) {
					r.Errorf("%s step %d: %s is no way from %v", r.name, i, line, stack)
				}
				continue
			}
			if got = append(got, line); further > 0 {
				r.Errorf("%s step %d: %s is listed after one that leaves", r.name, i, line)
			}
		}
		if further > 0 {
			r.allow("17fork")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			r.Errorf("%s step %d: to %s from %v, -want +got:\n%s", r.name, i, state, stack, diff)
		}
		if len(got) > 0 {
			reachable = append(reachable, state)
		}
		if r.e.Reachable(state) != (len(got)+further > 0) {
			r.Errorf("%s step %d: that %s can be reached is %v", r.name, i, state, r.e.Reachable(state))
		}
	}
	slices.Sort(reachable)
	if diff := cmp.Diff(s.Before.Reachable, reachable); diff != "" {
		r.Errorf("%s step %d: reachable forwards from %v, -want +got:\n%s", r.name, i, stack, diff)
	}
}

// simple reports whether a path enters no state twice, and none that is applied.
func simple(path [][2]string, stack []string) bool {
	seen := slices.Clone(stack)
	for _, m := range path {
		if slices.Contains(seen, m[0]) {
			return false
		}
		seen = append(seen, m[0])
	}
	return true
}

// doubled reports whether the original lists paths more than once: a metastate has
// several transitions into it.
func (r *replay) doubled() bool {
	into := map[string]int{}
	for _, p := range r.c.Lifecycle.Transitions {
		into[p[1]]++
	}
	for _, s := range r.c.Lifecycle.States {
		if s.Meta && into[s.Name] > 1 {
			return true
		}
	}
	return false
}

// walks reports whether a further path can be walked: it leaves from the top, and
// then enters along the original's transitions, nothing that is applied.
func (r *replay) walks(stack []string, line string) bool {
	at := slices.Clone(stack)
	words := strings.Fields(line)[1:]
	entered := false
	first := ""
	for i := 0; i < len(words); i += 2 {
		action, state := words[i], words[i+1]
		top := at[len(at)-1]
		switch {
		case action == string(spec.Leave) && !entered && state == top && len(at) > 1:
			first, at = state, at[:len(at)-1]
		case action == string(spec.Enter) && slices.Contains(r.c.Lifecycle.Expanded, [2]string{top, state}) && !slices.Contains(at, state):
			if !entered && state == first {
				return false // it comes back to what it left last
			}
			entered, at = true, append(at, state)
		default:
			return false
		}
	}
	return entered
}
