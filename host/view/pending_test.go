package view

import (
	"context"
	"slices"
	"strings"
	"testing"
)

// archive is a host without anything, which can look into packages.
type archive struct {
	Real
	asked *[]string
}

func (archive) Get(string) (Object, error) { return Object{}, nil }

func (a archive) Contents(_ context.Context, packages []string) (map[string]Object, error) {
	*a.asked = append(*a.asked, strings.Join(packages, " "))
	out := map[string]Object{}
	for _, p := range packages {
		name, _, _ := strings.Cut(p, "=")
		out["/usr/bin/"+name] = Object{Kind: File, Content: p}
	}
	return out, nil
}

// Packages that are added one after the other are fetched once each.
func TestAPendingPackageIsLookedIntoOnce(t *testing.T) {
	var asked []string
	v := NewOverlay(archive{asked: &asked})
	put := func(name, version string) {
		t.Helper()
		if _, err := v.Put(t.Context(), Named{"package " + name, PackageState{Version: version}.Object()}); err != nil {
			t.Fatal(err)
		}
	}
	has := func(want ...string) {
		t.Helper()
		objects, err := v.contents()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range objects {
			got = append(got, o.Content)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("there will be %v, not %v", got, want)
		}
	}
	put("nginx", "1")
	has("nginx=1")
	put("php", "8")
	has("nginx=1", "php=8")
	put("nginx", "2") // what the first one had is not there
	has("nginx=2", "php=8")
	if want := []string{"nginx=1", "php=8", "nginx=2 php=8"}; !slices.Equal(asked, want) {
		t.Errorf("fetched were %q", asked)
	}
}
