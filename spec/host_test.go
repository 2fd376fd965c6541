package spec_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
)

func TestNamesOfHosts(t *testing.T) {
	for name, says := range map[string]string{
		"web1": "", "db-1.example.com": "", "a_b": "", "web+1": "", "büro": "", "серв1": "", "7": "", "東京1": "", "東京db": "",
		"": "empty", "*": `"*"`, "web1,db1": `","`, "web?": `"?"`, "web[1]": `"["`, "a=b": `"="`, "a|b": `"|"`, "(a)": `"("`, `a\b`: `"\\"`,
		"a/b": `"/"`, "a b": `" "`, "a\nb": `"\n"`, "a\x1b[31m": `"\x1b"`, "a\u202eb": `"\u202e"`, "a\u200bb": `"\u200b"`, "a\u009bb": `"\u009b"`,
		"#1": `"#"`, "-o": `"-"`, ".": `"."`, "{a}": `"{"`, "w\u0435b1": "several scripts", "d\u03bf1": "several scripts",
	} {
		err := spec.Host(name).Check()
		if (err == nil) != (says == "") || err != nil && (!strings.Contains(err.Error(), says) || spec.HintOf(err) == "") {
			t.Errorf("%q: error is %v", name, err)
		}
	}
}

func TestNamesThatLookAlike(t *testing.T) {
	for _, tt := range []struct {
		a, b spec.Host
		want bool
	}{
		{"\u0430\u0441\u0435", "ace", true}, {"\u03bf\u03c1", "op", true}, {"db1", "dbl", true}, {"web0", "webo", true}, {"modem", "modern", true},
		{"web1", "web1", false}, {"web1", "web2", false}, {"web1", "web11", false}, {"db", "web", false},
	} {
		if got := tt.a.Like(tt.b); got != tt.want || got != tt.b.Like(tt.a) {
			t.Errorf("%q and %q: %v", tt.a, tt.b, got)
		}
	}
}
