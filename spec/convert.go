package spec

import (
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/armonic/armonic/value"
)

func toString(name string, x any) (string, error) {
	switch y := x.(type) {
	case string:
		if !utf8.ValidString(y) {
			return "", fmt.Errorf("%s is not valid UTF-8", name)
		}
		return y, nil
	case bool: // as modules and people write it
		if y {
			return "True", nil
		}
		return "False", nil
	case float64:
		return value.Decimal(y), nil
	case int, int64, uint64:
		return fmt.Sprint(y), nil
	}
	return "", fmt.Errorf("%s must be a text, is %s", name, quote(x))
}

func toInt(name string, x any) (int, error) {
	switch y := x.(type) {
	case int:
		return y, nil
	case int64:
		return int(y), nil
	case uint64:
		if y <= math.MaxInt64 {
			return int(y), nil
		}
	case bool:
		if y {
			return 1, nil
		}
		return 0, nil
	case float64:
		if math.Abs(y) < 1<<53 { // false for NaN
			return int(y), nil
		}
	case string:
		if n, err := strconv.Atoi(strings.TrimSpace(y)); err == nil {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%s must be a whole number, is %s", name, quote(x))
}

func toFloat(name string, x any) (float64, error) {
	f, ok := number(x)
	if s, isText := x.(string); isText {
		s = strings.TrimSpace(s)
		var err error
		f, err = strconv.ParseFloat(s, 64)
		ok = err == nil && !strings.ContainsAny(s, "xX_")
	}
	if b, isBool := x.(bool); isBool {
		n, _ := toInt(name, b)
		f, ok = float64(n), true
	}
	if !ok || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, fmt.Errorf("%s must be a number, is %s", name, quote(x))
	}
	return f, nil
}

func toBool(name string, x any) (bool, error) {
	switch y := x.(type) {
	case bool:
		return y, nil
	case string:
		switch strings.ToLower(y) {
		case "true", "yes", "y":
			return true, nil
		case "false", "no", "n":
			return false, nil
		}
	}
	return false, fmt.Errorf("%s must be yes or no, is %s", name, quote(x))
}

func number(x any) (float64, bool) {
	switch y := x.(type) {
	case int:
		return float64(y), true
	case int64:
		return float64(y), true
	case uint64:
		return float64(y), true
	case float64:
		return y, true
	}
	return 0, false
}

const label = `[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?`

//nolint:gochecknoglobals // they do not change, and are compiled when they are used first
var (
	hostnameRE = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\A` + label + `(?:\.` + label + `)*\z`)
	})
	digitsRE = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\A[0-9.]+\z`)
	})
)

func checkHostname(name, s string) error {
	if len(s) > 253 || !hostnameRE().MatchString(s) || digitsRE().MatchString(s) {
		return fmt.Errorf("%s must be a host name such as www.example.org, is %s", name, quote(s))
	}
	return nil
}

func checkHost(name, s string) error {
	if _, err := netip.ParseAddr(s); err == nil {
		return nil
	}
	if checkHostname(name, s) != nil {
		return fmt.Errorf("%s must be a host name or an IP address, is %s", name, quote(s))
	}
	return nil
}

func checkURL(name, s string) error {
	u, err := url.Parse(s)
	local := err == nil && u.Scheme == "file" && u.Path != ""
	if err != nil || u.Scheme == "" || u.Host == "" && !local {
		return fmt.Errorf("%s must be a URL such as http://host:80/, is %s", name, quote(s))
	}
	return nil
}

// maxPath is how many bytes a path may have, as Linux has it.
const maxPath = 4095

// checkPath takes what names a file in one way only: no "..", no "//".
func checkPath(name, s string) error {
	switch {
	case strings.ContainsFunc(s, unicode.IsControl):
		return fmt.Errorf("%s must be a path of one line, without control characters, is %s", name, quote(s))
	case !strings.HasPrefix(s, "/"):
		return fmt.Errorf("%s must be a path that begins with /, is %s", name, quote(s))
	case len(s) > maxPath:
		return fmt.Errorf("%s must be a path of at most %d bytes, has %d", name, maxPath, len(s))
	}
	clean := path.Clean(s)
	if strings.HasSuffix(s, "/") && clean != "/" {
		clean += "/"
	}
	if clean != s {
		return fmt.Errorf("%s must be a path without //, . and .., such as %s, is %s", name, quote(clean), quote(s))
	}
	return nil
}

// quote shows a value in a message, shortened to fit a line.
func quote(x any) string {
	var s string
	switch y := x.(type) {
	case string:
		s = strconv.Quote(y)
	case nil:
		return "nothing"
	case []any:
		return fmt.Sprintf("a list of %d", len(y))
	case map[string]any:
		return "a table"
	default:
		s = fmt.Sprint(y)
	}
	if utf8.RuneCountInString(s) > 40 {
		s = string([]rune(s)[:39]) + "…"
	}
	return s
}
