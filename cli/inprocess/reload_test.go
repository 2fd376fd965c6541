package inprocess_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/deploy"
)

// TestChangedModulesAreTakenWithoutARestart changes a module under a running fleet,
// breaks it, and mends it.
func TestChangedModulesAreTakenWithoutARestart(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "m.star"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`lifecycle("M", states = [state("Off"), state("On", provides = [provide("old")])])`)
	fleet, look, closeFleet, err := inprocess.Reloading(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closeFleet)
	for _, step := range []struct{ text, offers, note string }{
		{`lifecycle("M", states = [state("Off"), state("On", provides = [provide("new"), provide("more")])])`, "new more", ""},
		{`lifecycle("M", states = [state("Off"), state("On", provides = [provide("broken"])])`, "new more", "m.star:1:"},
		{`lifecycle("M", states = [state("Off"), state("On", provides = [provide("mended_now")])])`, "mended_now", ""},
	} {
		write(step.text)
		look()
		var offers []string
		for _, o := range deploy.ReadCatalogue(t.Context(), fleet).Offers {
			if o.Provide.Path.Lifecycle() == "M" {
				offers = append(offers, o.Provide.Name())
			}
		}
		if got := strings.Join(offers, " "); got != step.offers {
			t.Errorf("offers %q, want %q", got, step.offers)
		}
		notes := strings.Join(deploy.SurveyHost(t.Context(), fleet, "web1").Info.Notes, "\n")
		if (step.note == "") != (notes == "") || !strings.Contains(notes, step.note) {
			t.Errorf("notes %q, want %q", notes, step.note)
		}
	}
}
