package server_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// The services Prosody and Ejabberd are set up as server init does it: what does not hang on
// where files are is the same, line by line.
func TestTheServicesAreSetUpAlike(t *testing.T) {
	settings := func(file string) (out []string) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(string(b)) {
			if l = strings.TrimSpace(l); len(l) > 1 && !strings.ContainsAny(l, "@{%") && !strings.HasPrefix(l, "#") && !strings.HasPrefix(l, "--") {
				out = append(out, l)
			}
		}
		return out
	}
	own := map[string][]string{ // what Debian has at other places
		"prosody.cfg.lua": {`log = { info = "*console" }`},
		"ejabberd.yml":    {},
	}
	for file, may := range own {
		service := settings("../modules/services/files/" + file)
		for _, l := range settings("files/" + file) {
			if !slices.Contains(service, l) && !slices.Contains(may, l) {
				t.Errorf("%s of the service has no line %q", file, l)
			}
		}
		if len(service) < 15 {
			t.Errorf("%s of the service has %d lines", file, len(service))
		}
	}
}
