package inprocess_test

import (
	"testing"

	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/spec"
)

func TestReadOSRelease(t *testing.T) {
	for text, want := range map[string]spec.OS{
		"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\nID_LIKE=x\n": {Name: "debian", Release: "12"},
		"ID='ubuntu'\nVERSION_ID='24.04'": {Name: "ubuntu", Release: "24.04"},
		"# testing has none\nID=debian":   {Name: "debian"},
		"VERSION_ID=3":                    {},
		"":                                {},
	} {
		if got := inprocess.ReadOSRelease(text); got != want {
			t.Errorf("%q is %+v, want %+v", text, got, want)
		}
	}
}
