package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each line of the threat model names tests that there are.
func TestSecurityNamesItsTests(t *testing.T) {
	text, err := os.ReadFile("SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 3 || strings.HasPrefix(cells[0], "--") || strings.TrimSpace(cells[2]) == "test" {
			continue
		}
		lines++
		named := 0
		for _, group := range regexp.MustCompile("((?:`Test\\w+`(?:, )?)+) \\(([\\w/]+)\\)").FindAllStringSubmatch(cells[2], -1) {
			for _, test := range regexp.MustCompile(`Test\w+`).FindAllString(group[1], -1) {
				named++
				if !hasTest(t, group[2], test) {
					t.Errorf("there is no %s in %s", test, group[2])
				}
			}
		}
		if named == 0 || named != strings.Count(cells[2], "`Test") {
			t.Errorf("no test, or one without its package:%s", line)
		}
	}
	if lines < 30 {
		t.Errorf("there are only %d lines", lines)
	}
}

// hasTest looks for a test in the files of a package.
func hasTest(t *testing.T, pkg, test string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(pkg, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nfunc "+test+"(t *testing.T) {") {
			return true
		}
	}
	return false
}
