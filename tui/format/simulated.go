package format

// Pretends is what is said of a simulation.
const Pretends = "it only pretends, and changes nothing on the host"

// Word is a word before others, if there is one.
func Word(w string) string {
	if w == "" {
		return ""
	}
	return w + ", "
}
