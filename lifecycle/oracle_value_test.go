package lifecycle_test

import (
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
)

// caseVariable is a variable as the original declares it.
type caseVariable struct {
	Type, Name   string
	Required     bool
	Default      any
	Modifier     string
	Pattern      string
	PatternError string   `json:"pattern_error"`
	Min          *float64 `json:"min_val"`
	Max          *float64 `json:"max_val"`
	MinChars     *float64 `json:"min_chars"`
	Inner        any
	Over         map[string]any `json:"inner_over"`
}

// variable is the same as we declare it, without its default.
func (c caseVariable) variable(t testing.TB) spec.Variable {
	t.Helper()
	kinds := map[string]spec.TypeKind{
		"VString": spec.KindStr, "VInt": spec.KindInt, "VFloat": spec.KindFloat, "VBool": spec.KindBool, "VList": spec.KindList,
		"Port": spec.KindPort, "Host": spec.KindHost, "Hostname": spec.KindHostname, "Url": spec.KindURL, "VUrl": spec.KindURL,
		"Password": spec.KindPassword, "ArmonicHost": spec.KindHost, "ArmonicThisHost": spec.KindThisHost,
		"ArmonicHosts": spec.KindHosts, "ArmonicFirstInstance": spec.KindFirstInstance,
	}
	kind, ok := kinds[c.Type]
	if !ok {
		t.Fatalf("%s has the unknown type %s", c.Name, c.Type)
	}
	v := spec.Variable{Name: c.Name, Type: spec.Type{Kind: kind}, Optional: !c.Required, Modifier: c.Modifier,
		Pattern: c.Pattern, PatternError: c.PatternError, Min: c.Min, Max: c.Max}
	if kind == spec.KindPassword {
		v.Min = c.MinChars
	}
	if kind == spec.KindList {
		elem := c.inner().variable(t)
		v.Type.Elem = &elem
	}
	return v
}

// inner is what the elements of a list are.
func (c caseVariable) inner() caseVariable {
	if c.Type == "ArmonicHosts" {
		return caseVariable{Type: "ArmonicHost", Required: true}
	}
	in := caseVariable{Required: true}
	switch x := c.Inner.(type) {
	case string:
		in.Type = x
	case map[string]any:
		in.Type, _ = x["type"].(string)
		in.Inner = x["inner"]
		in.Over, _ = x["inner_over"].(map[string]any)
	}
	number := func(name string) *float64 {
		switch x := plain(c.Over[name]).(type) {
		case int:
			f := float64(x)
			return &f
		case float64:
			return &x
		}
		return nil
	}
	in.Min, in.Max, in.MinChars = number("min_val"), number("max_val"), number("min_chars")
	in.Pattern, _ = c.Over["pattern"].(string)
	in.Modifier, _ = c.Over["modifier"].(string)
	return in
}

func (c caseVariable) isText() bool {
	return slices.Contains([]string{"VString", "Url", "VUrl", "Password"}, c.Type) || c.isHost()
}

func (c caseVariable) isHost() bool {
	return slices.Contains([]string{"Host", "Hostname", "ArmonicHost", "ArmonicThisHost"}, c.Type)
}

func (c caseVariable) isURL() bool  { return c.Type == "Url" || c.Type == "VUrl" }
func (c caseVariable) isInt() bool  { return c.Type == "VInt" || c.Type == "Port" }
func (c caseVariable) isBool() bool { return c.Type == "VBool" || c.Type == "ArmonicFirstInstance" }
func (c caseVariable) isList() bool { return c.Type == "VList" || c.Type == "ArmonicHosts" }

func (c caseVariable) depth() int {
	if c.Type != "VList" {
		return 0
	}
	return 1 + c.inner().depth()
}

// modified is the text that the original's patterns see.
func (c caseVariable) modified(s string) string {
	if c.Modifier == "" {
		return s
	}
	return strings.Replace(c.Modifier, "%s", s, 1)
}

// verdict is what the original said of a value.
type verdict struct {
	valid        bool
	crash, error string
}

// The original's patterns of hosts, and what a host is now.
var (
	oldHost     = regexp.MustCompile(`^(?:(?:\d{1,3}\.){3}\d{1,3}|[a-z]+[a-z0-9]*)\n?$`)
	oldHostname = regexp.MustCompile(`^[a-z]+[a-z0-9]*\n?$`)
	hostLabel   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$`)
)

func (c caseVariable) wasHost(s string) bool {
	if c.Type == "Hostname" {
		return oldHostname.MatchString(s)
	}
	return oldHost.MatchString(s)
}

func (c caseVariable) isNowHost(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return c.Type != "Hostname"
	}
	for label := range strings.SplitSeq(s, ".") {
		if len(label) > 63 || !hostLabel.MatchString(label) {
			return false
		}
	}
	return len(s) <= 253 && strings.Trim(s, "0123456789.") != ""
}

func isNowURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && (u.Host != "" || u.Scheme == "file" && u.Path != "")
}

// asText is what the original makes of a value in a text variable; a list or a
// table, which only Python writes like that, has none here.
func asText(x any) (string, bool) {
	switch y := x.(type) {
	case string:
		return y, true
	case bool:
		if y {
			return "True", true
		}
		return "False", true
	case int, float64:
		return fmt.Sprint(y), true
	}
	return "", false
}

func isNothing(x any) bool {
	switch y := x.(type) {
	case nil:
		return true
	case string:
		return y == ""
	case []any:
		return len(y) == 0
	case map[string]any:
		return len(y) == 0
	}
	return false
}

// accepts names the rule by which we accept what the original refused, "" for none.
func (c caseVariable) accepts(x any, how string, was verdict) string {
	s, isText := x.(string)
	shown, hasText := asText(x)
	switch {
	case !c.Required && (x == nil || s == "" && isText && c.Type != "VString") && was.error != c.Name+" is required":
		return "B1"
	case c.isHost() && isText && strings.HasPrefix(strings.ToLower(was.error), "incorrect host") && c.isNowHost(s):
		if c.Modifier != "" && how != "arg" && c.wasHost(s) && !c.wasHost(c.modified(s)) {
			return "42"
		}
		if !c.wasHost(s) {
			return "46"
		}
	case c.Type == "VString" && c.Pattern != "" && c.Modifier != "" && how != "arg" && c.matchesNow(shown) && !c.matched(c.modified(shown)):
		return "42"
	case how == "arg" && !isText && hasText && was.crash == "TypeError" && (c.Type == "VString" && c.matchesNow(shown) || c.Type == "Password" && len(shown) >= c.minChars()):
		return "42arg"
	case c.Type == "VFloat" && strings.HasSuffix(was.error, "must be an int") && isText:
		if f, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err == nil && c.inRange(f) {
			if _, err := strconv.Atoi(strings.TrimSpace(s)); err != nil {
				return "B15"
			}
		}
	case c.isBool() && isText && strings.HasSuffix(was.error, "must be a boolen") && slices.Contains([]string{"true", "yes", "false", "no"}, strings.ToLower(s)):
		return "45"
	case c.isList() && c.depth() > 2 && was.crash != "":
		return "B16"
	case c.isList():
		xs, _ := x.([]any)
		for _, y := range xs {
			if rule := c.inner().accepts(y, "fill", was); rule != "" && rule != "B1" {
				return rule
			}
		}
	}
	return ""
}

// refuses names the rule by which we refuse what the original accepted, "" for none.
func (c caseVariable) refuses(x any) string {
	s, isText := x.(string)
	shown, hasText := asText(x)
	switch {
	case c.isList():
		xs, _ := x.([]any)
		for _, y := range xs {
			if rule := c.inner().refuses(y); rule != "" {
				return rule
			}
		}
	case c.isText() && !hasText && x != nil && !c.isHost():
		return "42text"
	case c.Type == "VString" && c.Pattern != "" && hasText && c.matched(c.modified(shown)) && !c.matchesNow(shown):
		return "42"
	case c.isHost() && hasText && c.wasHost(c.modified(shown)) && !c.wasHost(shown) && !(isText && c.isNowHost(s)):
		return "42"
	case c.isHost() && isText && c.wasHost(c.modified(s)) && !c.isNowHost(s):
		return "46"
	case c.isURL() && hasText && !(isText && isNowURL(s)):
		return "47"
	case c.Type == "Port" && strings.TrimSpace(shown) == "0":
		return "port"
	case c.isInt() || c.Type == "VFloat":
		f, isFloat := x.(float64)
		if c.isInt() && isFloat && math.Abs(f) >= 1<<53 {
			return "43"
		}
		if c.Type == "VFloat" && isFloat && !c.inRange(f) && c.inRange(math.Trunc(f)) {
			return "B15"
		}
	}
	return ""
}

// changes names the rule by which our value is another than the original's, "" for
// none. The two are of one text, number or list.
func (c caseVariable) changes(was, is any) string {
	if text(was) == text(is) {
		return ""
	}
	switch {
	case !c.Required && is == nil && was == c.modified(""):
		return "B1"
	case c.isList():
		a, okA := was.([]any)
		b, okB := is.([]any)
		rule := ""
		for i := range a {
			if !okA || !okB || len(a) != len(b) {
				return "?"
			}
			if r := c.inner().changes(a[i], b[i]); r != "" {
				rule = r
			}
			if rule == "?" {
				break
			}
		}
		return rule
	case c.isInt():
		if f, ok := asNumber(was); ok && is == int(math.Trunc(f)) {
			return "43"
		}
	case c.Type == "VFloat":
		if f, ok := asNumber(was); ok && is == f {
			return "44"
		}
	case c.isText():
		b, _ := is.(string)
		pre, post, _ := strings.Cut(c.modified("\x00"), "\x00")
		n := strings.TrimSuffix(strings.TrimPrefix(b, pre), post)
		if _, err := strconv.Atoi(n); err == nil && was == c.modified(n+".0") {
			return "42num"
		}
	}
	return "?"
}

func asNumber(x any) (float64, bool) {
	switch y := x.(type) {
	case int:
		return float64(y), true
	case float64:
		return y, true
	case bool:
		if y {
			return 1, true
		}
		return 0, true
	case string:
		f, err := strconv.ParseFloat(strings.TrimSpace(y), 64)
		return f, err == nil
	}
	return 0, false
}

func (c caseVariable) inRange(f float64) bool {
	return (c.Min == nil || f >= *c.Min) && (c.Max == nil || f <= *c.Max)
}

func (c caseVariable) minChars() int {
	if c.MinChars != nil {
		return int(*c.MinChars)
	}
	return 6
}

// matched is the original's match: a prefix, and $ before a last newline.
func (c caseVariable) matched(s string) bool {
	re := regexp.MustCompile(`^(?:` + strings.ReplaceAll(c.Pattern, "$", `\n?\z`) + `)`)
	return re.MatchString(s)
}

func (c caseVariable) matchesNow(s string) bool {
	if c.Pattern == "" {
		return true
	}
	re := regexp.MustCompile(c.Pattern)
	re.Longest()
	at := re.FindStringIndex(s)
	return len(at) == 2 && at[0] == 0 && at[1] == len(s)
}
