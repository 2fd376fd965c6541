package inprocess

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/armonic/armonic/spec"
)

// thisHost describes this machine.
func thisHost(system spec.OS) (spec.Info, error) {
	name, err := HostName()
	if err != nil {
		return spec.Info{}, err
	}
	if system == (spec.OS{}) {
		system = DetectOS()
	}
	return spec.Info{Host: name, Address: string(name), OS: system, Version: Version(), Since: time.Now()}, nil
}

// HostName is the name of this host as paths carry it.
func HostName() (spec.Host, error) {
	name, err := os.Hostname()
	if err != nil || name == "" || strings.Contains(name, "/") {
		return "", spec.Errorf(spec.Internal, "the name of this host cannot be used: %q, %v", name, err)
	}
	return spec.Host(name), nil
}

// LoadAverage is that of the last minute, 0 where the system does not tell.
func LoadAverage() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), " ")
	load, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return 0
	}
	return load
}

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
