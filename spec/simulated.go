package spec

// Simulation says in a word how much of something only pretends, n parts of so many: "",
// "partly simulated" or "simulated".
func Simulation(n, of int) string {
	switch n {
	case 0:
		return ""
	case of:
		return "simulated"
	}
	return "partly simulated"
}
