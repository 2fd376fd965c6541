package inprocess

import (
	"bufio"
	"os"
	"strings"

	"github.com/armonic/armonic/spec"
)

// ParseOS reads "debian:12" or "debian"; "" is the zero OS.
func ParseOS(text string) (spec.OS, error) {
	if text == "" {
		return spec.OS{}, nil
	}
	name, release, two := strings.Cut(text, ":")
	if name == "" || two && release == "" || strings.ContainsAny(text, " \t/") {
		return spec.OS{}, spec.Errorf(spec.Invalid, "--os %q is not NAME or NAME:RELEASE", text).WithHint("for example --os debian:12")
	}
	return spec.OS{Name: name, Release: release}, nil
}

// DetectOS reads os-release(5). A system that has none is unknown, which fits every
// state.
func DetectOS() spec.OS {
	for _, name := range []string{"/etc/os-release", "/usr/lib/os-release"} {
		text, err := os.ReadFile(name)
		if err == nil {
			return readOSRelease(string(text))
		}
	}
	return spec.OS{}
}

// readOSRelease takes ID and VERSION_ID from the text of an os-release file.
func readOSRelease(text string) spec.OS {
	var out spec.OS
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		key, value, _ := strings.Cut(strings.TrimSpace(lines.Text()), "=")
		value = strings.Trim(value, `"'`)
		switch key {
		case "ID":
			out.Name = value
		case "VERSION_ID":
			out.Release = value
		}
	}
	if out.Name == "" {
		return spec.OS{}
	}
	return out
}
