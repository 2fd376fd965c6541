package enrol

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/armonic/armonic/config"
)

// What is written is what an agent reads.
func TestAgentSettings(t *testing.T) {
	l := Link{Masters: []string{"ann@example.com", "bo@example.com=observe"}, Server: "10.0.0.1:5223", CA: "pem", Rooms: "rooms.example.com", Keys: []string{"a2V5"}}
	f := Facts{Settings: l.text("web1@example.com", "10.0.0.2")}
	a, err := f.Agent()
	if err != nil || a.JID != "web1@example.com" || !a.OwnCA || strings.Join(a.Masters, " ") != "ann@example.com bo@example.com=observe" {
		t.Errorf("%+v, error %v", a, err)
	}
	file := filepath.Join(t.TempDir(), "agent.yaml")
	if err := os.WriteFile(file, []byte(f.Settings), 0o600); err != nil {
		t.Fatal(err)
	}
	read, _, err := config.LoadAgent(config.Sources{Required: file})
	if err != nil || len(read.UpgradeKeys) != 1 || read.UpgradeKeys[0] != "a2V5" {
		t.Errorf("an agent reads the keys %q, error %v", read.UpgradeKeys, err)
	}
}
