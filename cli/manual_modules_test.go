package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestManualOfModules follows docs/modules.md from its beginning, in an empty folder:
// it writes the files, runs the commands, and compares what the last of them prints.
// Every block of the page takes part.
func TestManualOfModules(t *testing.T) {
	text, err := os.ReadFile("../docs/modules.md")
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	var archive txtar.Archive
	blocks := regexp.MustCompile("(?s)\n```([a-z]+)([^\n]*)\n(.*?)\n```").FindAllStringSubmatch(string(text), -1)
	runs := 0
	for i, b := range blocks {
		lang, info, body := b[1], strings.TrimSpace(b[2]), b[3]+"\n"
		name := fmt.Sprintf("block%d", i)
		switch lang {
		case "python", "ini":
			file, ok := strings.CutPrefix(info, "file=")
			if !ok {
				t.Fatalf("a block of a file has no name:\n%s", body)
			}
			archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(body)})
			fmt.Fprintf(&script, "mkdir work/%s\ncp %s work/%s\n", filepath.Dir(file), name, file)
		case "sh":
			runs++
			code := "0"
			if c, ok := strings.CutPrefix(info, "exits="); ok {
				code = c
			}
			for line := range strings.Lines(body) {
				fmt.Fprintf(&script, "cd $WORK/work\nexits %s %s\ncd $WORK\n", code, strings.TrimSpace(line))
			}
		case "text":
			archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(body)})
			fmt.Fprintf(&script, "cmp stdout %s\n", name)
		default:
			t.Fatalf("a block of %s is not run", lang)
		}
	}
	if fences := strings.Count("\n"+string(text), "\n```"); fences != 2*len(blocks) || runs < 10 {
		t.Fatalf("%d blocks were found, %d of commands, but there are %d fences", len(blocks), runs, fences)
	}
	archive.Comment = []byte(script.String())
	file := filepath.Join(t.TempDir(), "modules.txtar")
	if err := os.WriteFile(file, txtar.Format(&archive), 0o644); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files:               []string{file},
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}
