package inprocess

import (
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
