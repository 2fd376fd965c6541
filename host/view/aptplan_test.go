package view

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/spec"
)

// What apt-get of Debian 12 printed, cut short.
const (
	aptInstall = `Reading package lists...
Building dependency tree...
Suggested packages:
  fcgiwrap nginx-doc ssl-cert
The following packages will be REMOVED:
  ca-certificates
0 upgraded, 2 newly installed, 1 to remove and 0 not upgraded.
Remv ca-certificates [20250419~deb12u2]
Inst nginx-common (1.22.1-9+deb12u11 localhost [all])
Inst nginx (1.22.1-9+deb12u11 localhost [amd64])
Inst libc6:i386 [2.36-9] (2.36-10 Debian:12.8/stable [i386]) []
Conf nginx-common (1.22.1-9+deb12u11 localhost [all])
Conf nginx (1.22.1-9+deb12u11 localhost [amd64])
Conf broken (1.0 localhost [all])
`
	aptPurge = "Purg nginx [1.22.1-9+deb12u11]\nPurg nginx-common [1.22.1-9+deb12u11] [nginx:amd64 ]\nPurg chrony\n"
)

func TestParseApt(t *testing.T) {
	want := []aptStep{
		{"Remv", "ca-certificates", "20250419~deb12u2", ""},
		{"Inst", "nginx-common", "", "1.22.1-9+deb12u11"},
		{"Inst", "nginx", "", "1.22.1-9+deb12u11"},
		{"Inst", "libc6:i386", "2.36-9", "2.36-10"},
		{"Conf", "nginx-common", "", "1.22.1-9+deb12u11"},
		{"Conf", "nginx", "", "1.22.1-9+deb12u11"},
		{"Conf", "broken", "", "1.0"},
		{"Purg", "nginx", "1.22.1-9+deb12u11", ""},
		{"Purg", "nginx-common", "1.22.1-9+deb12u11", ""},
		{"Purg", "chrony", "", ""},
	}
	if diff := cmp.Diff(want, parseApt(aptInstall+aptPurge)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

const dpkgSample = `Package: dpkg
Status: install ok installed
Architecture: amd64
Version: 1.21.22

Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 2.36-9

Package: libc6
Status: install ok installed
Architecture: i386
Version: 2.36-9

Package: broken
Status: install ok unpacked
Architecture: all
Version: 1.0
Conffiles:
 /etc/broken newconffile

Package: chrony
Status: deinstall ok config-files
Architecture: amd64
Version: 4.3-2

Package: lib
Status: hold ok installed
Architecture: all
Version: 3

Package: torn
Status: install reinstreq half-installed
Architecture: amd64
Version: 1
`

const extendedSample = "Package: lib\nArchitecture: amd64\nAuto-Installed: 1\n\nPackage: dpkg\nArchitecture: amd64\nAuto-Installed: 0\n"

func TestParseDpkg(t *testing.T) {
	all := parseDpkg(dpkgSample, []string{"Package: lib\nStatus: install ok triggers-pending\nArchitecture: all\nVersion: 3\n"}, extendedSample)
	got := map[string]string{}
	for name, e := range all {
		got[name] = e.state().Object().Content
	}
	want := map[string]string{
		"dpkg": "1.21.22, manual", "libc6": "2.36-9, manual", "libc6:i386": "2.36-9, manual",
		"broken": "half-installed: unpacked", "chrony": "configuration only",
		"lib": "half-installed: triggers-pending", "torn": "half-installed: half-installed, reinstreq",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if e := parseDpkg(dpkgSample, nil, extendedSample)["lib"]; e.state().Object().Content != "3, automatic" {
		t.Errorf("lib is %+v", e)
	}
}

func TestForeseen(t *testing.T) {
	now := parseDpkg(dpkgSample, nil, extendedSample)
	var got []string
	for _, o := range foreseen(parseApt(aptInstall), Request{Install: []string{"nginx=1.22.1-9+deb12u11", "lib", "broken"}}, now, func(string) bool { return true }) {
		got = append(got, o.Key+": "+o.Object.Content+" / "+o.Object.Target)
	}
	want := `package broken: 1.0, manual / 
package ca-certificates: configuration only / 
package lib: 3, manual / 
package libc6:i386: 2.36-10, manual / 2.36-10
package nginx: 1.22.1-9+deb12u11, manual / 1.22.1-9+deb12u11
package nginx-common: 1.22.1-9+deb12u11, automatic / `
	if diff := cmp.Diff(want, strings.Join(got, "\n")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAptErrors(t *testing.T) {
	for _, c := range []struct {
		out, want string
		kind      spec.Kind
	}{
		{"Reading package lists...\nE: Unable to locate package nope\n", "there is no package nope", spec.NotFound},
		{"E: Version '9' for 'nginx' was not found\n", "there is no version 9 of the package nginx", spec.NotFound},
		{"E: Package 'php' has no installation candidate\n", "the package php is in no repository", spec.NotFound},
		{"Reading package lists...\nThe following packages have unmet dependencies:\n a : Depends: b but it is not going to be installed\n", "unmet dependencies:; a : Depends: b", spec.Conflict},
	} {
		if err := aptError(c.out); spec.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v", c.out, err)
		}
	}
}

// A package is as wanted if it is there; in the version that is meant; one of which only
// the configuration is left is something else.
func TestSamePackage(t *testing.T) {
	o := func(content, target string) Object { return Object{Kind: Package, Content: content, Target: target} }
	for _, c := range []struct {
		want, is Object
		same     bool
	}{
		{o("1, manual", ""), o("2, automatic", ""), true},
		{o("1, manual, not started", ""), o("1, manual", ""), true},
		{o("1, manual", "1"), o("2, manual", ""), false},
		{o("1, manual", "1"), o("1, automatic", ""), true},
		{o("1, manual", "1"), o("1.2, manual", ""), false},
		{o("1, manual", ""), o("configuration only", ""), false},
		{o("configuration only", ""), o("configuration only", ""), true},
		{o("half-installed: unpacked", ""), o("1, manual", ""), false},
		{o("half-installed: unpacked", ""), o("half-installed: half-configured", ""), true},
		{Object{Content: WithData}, Object{}, true},
		{Object{}, o("configuration only", ""), false},
	} {
		if Same(c.want, c.is) != c.same {
			t.Errorf("wanted %+v, is %+v: %v", c.want, c.is, !c.same)
		}
	}
}

// FuzzParse reads what other programs print and keep.
func FuzzParse(f *testing.F) {
	f.Add(aptInstall + aptPurge)
	f.Add(dpkgSample)
	f.Fuzz(func(_ *testing.T, text string) {
		now := parseDpkg(text, []string{text}, text)
		foreseen(parseApt(text), Request{}, now, func(string) bool { return false })
		now.files()
	})
}
