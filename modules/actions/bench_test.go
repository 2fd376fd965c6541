package actions_test

import "testing"

// BenchmarkAct is one call of a small function.
func BenchmarkAct(b *testing.B) {
	do := action(b, "", "x = []\nfor i in range(100):\n    x.append(\"%d\" % (i * 2))\nreturn len(x)")
	call := new(log).call(nil)
	for b.Loop() {
		if _, err := do(b.Context(), call); err != nil {
			b.Fatal(err)
		}
	}
}
