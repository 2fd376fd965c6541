package resolver

import "github.com/armonic/armonic/spec"

// Simulation says in a word how much of the plan only pretends: "", "partly simulated" or
// "simulated".
func (p *Plan) Simulation() string {
	n := 0
	for i := range p.Tasks {
		if p.Tasks[i].Simulated {
			n++
		}
	}
	return spec.Simulation(n, len(p.Tasks))
}

// Simulation says in a word how much of the deployment only pretends, as far as it is known.
func (r *Result) Simulation() string {
	n, known := 0, 0
	for _, x := range r.Nodes {
		if x.Provide.Path != "" {
			known++
		}
		if x.Provide.Simulated {
			n++
		}
	}
	return spec.Simulation(n, known)
}
