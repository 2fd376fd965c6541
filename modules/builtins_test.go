package modules

import (
	"slices"
	"testing"
)

// What is told of the names that modules have is made from Signatures and plainTypes.
func TestNoBuiltinIsLeftOut(t *testing.T) {
	told := plainTypes()
	for _, s := range Signatures() {
		told = append(told, s.Name)
	}
	for name := range newLoader(Config{}, nil).builtins {
		if !slices.Contains(told, name) {
			t.Errorf("%s is in neither", name)
		}
	}
}
