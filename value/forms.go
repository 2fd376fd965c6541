package value

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// longestNested is up to how many bytes a secret is looked for in a form within a form.
const longestNested = 16 << 10

// forms are the texts as which a secret may appear: itself, each line of it, and as
// programs write it: quoted for a shell, in SQL, JSON, the source text of Go, Python and
// Starlark, URLs, HTML and base64. What one program wrote may be quoted by another, such
// as SQL in the argument of a shell.
func forms(secret string) []string {
	if len(secret) < shortest {
		return []string{secret}
	}
	seen := map[string]bool{}
	add := func(forms ...string) {
		for _, f := range forms {
			if len(f) >= shortest {
				seen[f] = true
			}
		}
	}
	add(escaped(secret)...)
	if len(secret) <= longestNested {
		for f := range maps.Clone(seen) {
			add(quoted(f)...)
		}
	}
	for _, line := range strings.FieldsFunc(secret, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if len(strings.TrimSpace(line)) >= shortest {
			add(escaped(line)...) // for what prints line by line
		}
	}
	add(inBase64(secret)...)
	add(inBase64(secret + "\n")...) // echo SECRET | base64
	return slices.Collect(maps.Keys(seen))
}

// escaped are the text itself and the forms in which some character is written otherwise.
// Quotes around the text are not part of them.
func escaped(s string) []string {
	query := url.QueryEscape(s)
	out := append(quoted(s),
		// SQL.
		strings.ReplaceAll(s, `"`, `""`),
		strings.ReplaceAll(s, "`", "``"),
		strings.ReplaceAll(s, "'", "''"),
		strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "'", "''"),
		written(s, "\\\\''\"\"\nn\rr\x1aZ\x000"),
		// URLs: of a query, of a path, of JavaScript's encodeURIComponent.
		query,
		url.PathEscape(s),
		strings.ReplaceAll(query, "+", "%20"),
		strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(query),
		// HTML and XML.
		html.EscapeString(s),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(s),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s),
	)
	for _, f := range slices.Clone(out) {
		if strings.Contains(f, "%") && f != s {
			out = append(out, lowerPercent(f))
		}
	}
	return out
}

// quoted are the text itself and the forms within the quotes of shells, JSON and source
// text.
func quoted(s string) []string {
	return append(inJSON(s), s,
		strings.ReplaceAll(s, "'", `'\''`),
		strings.ReplaceAll(s, "'", `'"'"'`),
		backslashed(s, "\\\"$`"),                        // within double quotes
		backslashed(s, "\\\"$`!"),                       // where ! means something
		backslashed(s, " \t!\"#$&'()*;<=>?[\\]^`{|}~,"), // printf %q
		written(s, "\\\\''\nn\tt\rr"),                   // $'…', Python
		inner(strconv.Quote(s)),
		inner(strconv.QuoteToASCII(s)),
	)
}

// written puts a backslash and another character in the place of characters: pairs has
// the one and then the other.
func written(s, pairs string) string {
	var b strings.Builder
	for _, r := range []byte(s) {
		if i := strings.IndexByte(pairs, r); i >= 0 && i%2 == 0 {
			b.WriteByte('\\')
			r = pairs[i+1]
		}
		b.WriteByte(r)
	}
	return b.String()
}

func inner(quoted string) string { return quoted[1 : len(quoted)-1] }

// backslashed puts a backslash before every character of a set.
func backslashed(s, set string) string {
	if !strings.ContainsAny(s, set) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune(set, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// lowerPercent writes the digits of %2F and the like as %2f.
func lowerPercent(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], strings.ToLower(s[i+1:i+3]))
		}
	}
	return string(b)
}

// inJSON are the forms of encoders: with and without escapes for HTML, with all but
// ASCII escaped, with and without \/.
func inJSON(s string) []string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a text always has a form
	plain := inner(strings.TrimSuffix(b.String(), "\n"))
	forHTML, _ := json.Marshal(s)
	out := []string{plain, inner(string(forHTML)), onlyASCII(plain)}
	if strings.Contains(s, "/") {
		for _, f := range slices.Clone(out) {
			out = append(out, strings.ReplaceAll(f, "/", `\/`))
		}
	}
	return out
}

// wraps are after how many characters programs break a line of base64: base64(1) and
// MIME, PEM.
func wraps() []int { return []int{76, 64} }

// leastBase64 is how many characters of base64 are looked for: fewer are too easily
// part of something else.
const leastBase64 = 6

// inBase64 are the characters that the secret alone decides, wherever in a longer text
// it begins; the whole encoding; and the lines of it where it is wrapped.
func inBase64(s string) []string {
	var out []string
	add := func(f string) {
		if f = strings.TrimRight(f, "="); len(f) >= leastBase64 {
			out = append(out, f, strings.NewReplacer("+", "-", "/", "_").Replace(f))
		}
	}
	for before := range 3 {
		text := base64.StdEncoding.EncodeToString([]byte("\x00\x00"[:before] + s))
		from := (before*8 + 5) / 6
		add(text[from:])                      // the text ends with it
		add(text[from : (before+len(s))*8/6]) // something follows
	}
	whole := base64.StdEncoding.EncodeToString([]byte(s))
	for _, width := range wraps() {
		for at := 0; len(whole) > width && at < len(whole); at += width {
			add(whole[at:min(at+width, len(whole))])
		}
	}
	return out
}
