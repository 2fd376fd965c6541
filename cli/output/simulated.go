package output

// Simulated is what is said beside what only pretends.
const Simulated = "simulated"

// Pretends is what is said of a lifecycle that only pretends.
const Pretends = "only pretends: nothing is changed on the host"

// comma puts a word after others, if there is one.
func comma(word string) string {
	if word == "" {
		return ""
	}
	return ", " + word
}
