package inprocess_test

import (
	"runtime/debug"
	"testing"

	"github.com/armonic/armonic/cli/inprocess"
)

func TestTheCommitIsInTheVersion(t *testing.T) {
	for want, settings := range map[string][]debug.BuildSetting{
		"":              {{Key: "GOOS", Value: "linux"}, {Key: "vcs.modified", Value: "true"}},
		"0123456789ab":  {{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "false"}},
		"0123456789ab+": {{Key: "vcs.modified", Value: "true"}, {Key: "vcs.revision", Value: "0123456789abcdef"}},
	} {
		if got := inprocess.Commit(settings); got != want {
			t.Errorf("%v: %q, want %q", settings, got, want)
		}
	}
}

func TestTheDateIsThatOfTheCommit(t *testing.T) {
	for want, settings := range map[string][]debug.BuildSetting{
		"":                     {{Key: "GOOS", Value: "linux"}},
		"2026-01-02T03:04:05Z": {{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.time", Value: "2026-01-02T03:04:05Z"}},
	} {
		if got := inprocess.Date(settings); got != want {
			t.Errorf("%v: %q, want %q", settings, got, want)
		}
	}
}
