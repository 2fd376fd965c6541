package cli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/armonic/armonic/cli"
)

// TestOperationsNamesCommandsThatExist parses each command line of the page.
func TestOperationsNamesCommandsThatExist(t *testing.T) {
	text, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?m)(?:^|`)(armonic [a-z][^`\n#>]*)").FindAllStringSubmatch(string(text), -1)
	if len(found) < 20 {
		t.Fatalf("there are only %d command lines", len(found))
	}
	for _, m := range found {
		line := strings.TrimSpace(m[1])
		if line == "armonic deploy" || line == "armonic approve" || line == "armonic forget" {
			line += " X" // named, not shown
		}
		if err := cli.Parse(words(line)[1:]); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// TestOperationsQuotesMessages looks for the messages, of which the page says what to
// do, in the program.
func TestOperationsQuotesMessages(t *testing.T) {
	text, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	err = filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		more, err := os.ReadFile(name)
		source.Write(more)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "\n## When something is wrong\n")
	table, _, _ = strings.Cut(table, "\n## ")
	rows := regexp.MustCompile(`(?m)^\| ([^|]+) \|`).FindAllStringSubmatch(table, -1)
	quoted := 0
	for _, row := range rows {
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			if strings.HasPrefix(m[1], "armonic ") {
				continue
			}
			quoted++
			for part := range strings.SplitSeq(m[1], "…") {
				if part = strings.TrimSpace(part); !strings.Contains(source.String(), part) {
					t.Errorf("no message says %q, as in %q", part, m[1])
				}
			}
		}
	}
	if quoted < 10 {
		t.Errorf("there are only %d messages", quoted)
	}
}
