package tui_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/tui"
)

// keyTables are the keymap as the manual has it.
func keyTables(t *testing.T) string {
	t.Helper()
	f := newFleet(t, "web1")
	defer f.close()
	m, err := tui.New(t.Context(), tui.Config{Fleet: f})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	var b strings.Builder
	for _, x := range m.Keymap() {
		name := x.Screen
		if name == "" {
			name = "Everywhere"
		}
		fmt.Fprintf(&b, "\n### %s\n\n| keys | do |\n|---|---|\n", name)
		for _, k := range x.Keys {
			keys := strings.ReplaceAll("`"+strings.Join(strings.Fields(k.Keys), "` `")+"`", "|", "\\|")
			fmt.Fprintf(&b, "| %s | %s |\n", keys, strings.ReplaceAll(k.Help, "|", "\\|"))
		}
	}
	return b.String() + "\n"
}

// The tables of keys in the manual are those of the program.
func TestTheManualHasTheKeys(t *testing.T) {
	const file, begin, end = "../docs/tui.md", "<!-- keys: go test ./tui -run Manual -update -->\n", "<!-- end of keys -->"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	have, after, ends := strings.Cut(rest, end)
	if !ok || !ends {
		t.Fatalf("%s has no place for the keys", file)
	}
	want := keyTables(t)
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("%s (-want +got; go test ./tui -run Manual -update writes it):\n%s", file, diff)
	}
}
