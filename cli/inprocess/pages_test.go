package inprocess_test

import (
	"os"
	"regexp"
	"runtime"
	"strconv"
	"testing"

	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/modules"
)

// What was given back is gone from memory, and everything still works.
func TestMemoryIsGivenBack(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("/proc is Linux's")
	}
	load := func() {
		if _, err := (modules.Config{}).Load(modules.ShippedSource()); err != nil {
			t.Fatal(err)
		}
	}
	load()
	before := fileRSS(t)
	inprocess.GiveBack()
	if after := fileRSS(t); after > before*3/4 {
		t.Errorf("%d KiB of files were mapped, now %d", before, after)
	}
	load()
}

func fileRSS(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`RssFile:\s+(\d+)`).FindSubmatch(status)
	if m == nil {
		t.Fatalf("no RssFile in\n%s", status)
	}
	n, _ := strconv.Atoi(string(m[1]))
	return n
}
