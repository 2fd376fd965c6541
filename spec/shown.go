package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// Shown stands for what an operator was shown of the first steps of a run: for each step
// its changes, each with a fingerprint of its difference. It ends before the first step
// that cannot be foreseen. A run that has it is carried out only if it would still do just
// that.
func Shown(steps []StepPreview) [][]string {
	out := [][]string{}
	for _, s := range steps {
		if s.Unpredictable {
			break
		}
		changes := []string{}
		if s.Module != "" {
			changes = append(changes, "module "+s.Module)
		}
		for _, c := range s.Changes {
			what := c.What
			if c.Diff != "" {
				sum := sha256.Sum256([]byte(c.Diff))
				what += " #" + hex.EncodeToString(sum[:8])
			}
			changes = append(changes, what)
		}
		out = append(out, changes)
	}
	return out
}

// CheckShown reports what is different now from what was shown, "" if nothing is.
func CheckShown(shown [][]string, now []StepPreview) string {
	are := Shown(now)
	for i, want := range shown {
		if i >= len(are) {
			return now[i].Step.Name() + " cannot be foreseen any more: " + now[i].Doubt()
		}
		for j, c := range now[i].Changes {
			if k := j + len(are[i]) - len(now[i].Changes); !slices.Contains(want, are[i][k]) {
				return now[i].Step.Name() + " would also do what was not shown: " + c.What
			}
		}
		if at := slices.IndexFunc(want, func(c string) bool { return !slices.Contains(are[i], c) }); at >= 0 {
			if at == 0 && now[i].Module != "" && want[0] != are[i][0] {
				return "the module was changed"
			}
			return now[i].Step.Name() + " would not do any more what was shown: " + want[at]
		}
	}
	return ""
}
